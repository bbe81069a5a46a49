package dev.circlebeam.sink.bigquery;

import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableFieldSchema;
import dev.circlebeam.report.RunFailure;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.avro.Schema;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Compares a table as it is with what the catalogue says. Columns are only added; other people's
 * columns, clustering and descriptions are theirs.
 *
 * @param dataset where the table is
 * @param target the table as it is to be
 */
record TargetCheck(BigQueryDataset dataset, TargetTable target) {
  private static final String ELSEWHERE = "move the table away, or give another --output";

  /**
   * Finds what is to be added.
   *
   * @param existing the table as it is
   * @return columns that it lacks
   * @throws RunFailure when it can never become what it is to be, naming table and column
   */
  List<Schema.Field> missing(Table existing) {
    Map<String, TableFieldSchema> columns = columns(existing);
    checkPartitions(existing);
    checkKey(existing);
    for (TableFieldSchema wanted : BigQueryTypes.schema(target, target.written()).getFields()) {
      TableFieldSchema there = columns.get(key(wanted.getName()));
      if (there != null && !BigQueryTypes.shape(there).equals(BigQueryTypes.shape(wanted))) {
        throw RunFailure.misconfigured(
            String.format(
                "the table %s has the column %s as %s, the catalogue as %s",
                dataset.nameOf(target.name()),
                wanted.getName(),
                BigQueryTypes.shape(there),
                BigQueryTypes.shape(wanted)),
            "types never change: " + ELSEWHERE);
      }
    }
    return target.written().stream()
        .filter(field -> !columns.containsKey(key(field.name())))
        .toList();
  }

  /** Returns columns of the catalogue that are there and that this run leaves out. */
  List<String> cleared(Table existing) {
    Map<String, TableFieldSchema> columns = columns(existing);
    return target.schema().getFields().stream()
        .map(Schema.Field::name)
        .filter(name -> target.excluded().contains(name) && columns.containsKey(key(name)))
        .toList();
  }

  private void checkPartitions(Table existing) {
    String there =
        existing.getTimePartitioning() == null ? null : existing.getTimePartitioning().getField();
    if (!same(there, target.partitionBy())) {
      throw other("is partitioned by " + there, String.valueOf(target.partitionBy()));
    }
  }

  private void checkKey(Table existing) {
    if (existing.getTableConstraints() == null
        || existing.getTableConstraints().getPrimaryKey() == null) {
      return;
    }
    List<String> there = existing.getTableConstraints().getPrimaryKey().getColumns();
    if (!there.equals(target.primaryKey())) {
      throw other("has the primary key " + there, target.primaryKey().toString());
    }
  }

  private RunFailure other(String theirs, String ours) {
    return RunFailure.misconfigured(
        String.format(
            "the table %s %s, the catalogue says %s", dataset.nameOf(target.name()), theirs, ours),
        "it is another table: " + ELSEWHERE);
  }

  private static boolean same(@Nullable String a, @Nullable String b) {
    return a == null ? b == null : b != null && key(a).equals(key(b));
  }

  private static Map<String, TableFieldSchema> columns(Table existing) {
    Map<String, TableFieldSchema> columns = new HashMap<>();
    if (existing.getSchema() != null && existing.getSchema().getFields() != null) {
      existing.getSchema().getFields().forEach(c -> columns.put(key(c.getName()), c));
    }
    return columns;
  }

  /** BigQuery takes names that differ in capitals alone for the same. */
  private static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
