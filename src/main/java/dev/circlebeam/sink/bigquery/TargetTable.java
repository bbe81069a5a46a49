package dev.circlebeam.sink.bigquery;

import dev.circlebeam.catalog.Column;
import dev.circlebeam.catalog.Table;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A table as the dataset is to have it.
 *
 * @param name its name
 * @param schema every column, of which the run may leave some out
 * @param excluded columns that the run does not write
 * @param primaryKey the columns no two rows agree in; none for a table that rows are only added to
 * @param partitionBy the timestamp column whose day a row's partition is; null for none
 * @param clusterBy columns that queries filter by
 * @param scope the column whose value names the project or organization a row belongs to, in a
 *     table of which that is replaced as a whole; else null
 */
record TargetTable(
    String name,
    Schema schema,
    Set<String> excluded,
    List<String> primaryKey,
    @Nullable String partitionBy,
    List<String> clusterBy,
    @Nullable String scope) {

  static TargetTable of(Table table, Set<String> excluded) {
    return new TargetTable(
        table.name(),
        table.schema(),
        excluded,
        table.primaryKey(),
        table.partitionBy(),
        table.clusterBy(),
        table.scope());
  }

  /** The columns that the run writes. */
  List<Schema.Field> written() {
    return schema.getFields().stream().filter(f -> !excluded.contains(f.name())).toList();
  }

  List<String> writtenNames() {
    return written().stream().map(Schema.Field::name).toList();
  }

  /**
   * Tells whether a column decides where a row is. All others may be null: one run may leave them
   * out, and a table can only gain columns that may be.
   */
  boolean isRequired(String column) {
    return primaryKey.contains(column) || column.equals(partitionBy);
  }

  boolean isJson(Schema.Field field) {
    return Column.isJson(Column.type(field.schema()));
  }
}
