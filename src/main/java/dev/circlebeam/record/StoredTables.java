package dev.circlebeam.record;

import dev.circlebeam.catalog.Column;
import dev.circlebeam.catalog.Table;
import java.io.Serializable;
import java.time.LocalDate;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Reads what is in the output's tables. */
public interface StoredTables extends Serializable {
  /**
   * Reads rows of a table, day by day, the earliest first. A table that is not there yet has none.
   *
   * @param table which
   * @param columns names of the columns wanted, at least one; others are not read from disk
   * @param from the first partition day wanted; null for no start. Of a table without partitions
   *     every row is read, whatever the days
   * @param to the last partition day wanted, inclusive; null for no end
   * @param rows takes each row: a record of its own, which may be kept, that has just those
   *     columns, in the table's order. Their types are the table's, but whatever is neither key nor
   *     partition column may be null, as it is where an old file lacks the column. Texts are {@link
   *     CharSequence}s
   * @throws IllegalArgumentException when no column is wanted, or one that the table lacks
   * @throws java.io.UncheckedIOException when a folder cannot be listed or a file not be opened
   * @throws dev.circlebeam.report.RunFailure when a file is damaged; rows before it were taken
   */
  void read(
      Table table,
      Set<String> columns,
      @Nullable LocalDate from,
      @Nullable LocalDate to,
      Consumer<GenericRecord> rows);

  /**
   * Returns what rows that are read look like.
   *
   * @param table which table
   * @param columns names of the columns wanted, at least one
   * @return those columns, in the table's order, as {@link #read} gives them
   * @throws IllegalArgumentException when no column is wanted, or one that the table lacks
   */
  static Schema schema(Table table, Set<String> columns) {
    for (String column : columns) {
      if (table.schema().getField(column) == null) {
        throw new IllegalArgumentException(table.name() + " has no column " + column);
      }
    }
    if (columns.isEmpty()) {
      throw new IllegalArgumentException("no columns wanted of " + table.name());
    }
    return Schema.createRecord(
        table.schema().getName(),
        table.schema().getDoc(),
        table.schema().getNamespace(),
        false,
        table.schema().getFields().stream()
            .filter(field -> columns.contains(field.name()))
            .map(field -> stored(table, field))
            .toList());
  }

  /** A column as it is stored: it may be absent, unless it decides where a row is. */
  private static Schema.Field stored(Table table, Schema.Field field) {
    if (table.primaryKey().contains(field.name()) || field.name().equals(table.partitionBy())) {
      return new Schema.Field(field, field.schema());
    }
    Schema nullable =
        Schema.createUnion(Schema.create(Schema.Type.NULL), Column.type(field.schema()));
    return new Schema.Field(field.name(), nullable, field.doc(), Schema.Field.NULL_DEFAULT_VALUE);
  }
}
