package dev.circlebeam.sink.bigquery;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.Schema;

/**
 * The statements that bring staged rows into a table. Each is atomic, and done twice it is done
 * once.
 *
 * @param dataset where the tables are
 * @param table the table that rows go into
 */
record MergeSql(BigQueryDataset dataset, TargetTable table) {
  /** When the answer arrived that a staged row was in. */
  static final String ARRIVED_AT = "_arrived_at";

  private static final String TARGET = "target";
  private static final String LATEST = "latest";

  /** Adds columns; those that are there already stay as they are. */
  String addColumns(List<Schema.Field> columns) {
    return columns.stream()
        .map(
            column ->
                "  ADD COLUMN IF NOT EXISTS "
                    + Sql.column(column.name())
                    + " "
                    + BigQueryTypes.sqlType(column)
                    + BigQueryTypes.description(column))
        .collect(Collectors.joining(",\n", "ALTER TABLE " + target() + "\n", ""));
  }

  /**
   * Puts staged rows in the place of what is there under the same keys. Partition dates are
   * literals, since only those keep BigQuery from reading all partitions; a row's never changes.
   *
   * @param staging the table with the rows, of which the latest counts for each key
   * @param days the partition days of those rows
   * @param cleared columns that are in the table and that this run does not write
   */
  String merge(String staging, Set<LocalDate> days, List<String> cleared) {
    return merge(staging, days, cleared, Set.of());
  }

  /**
   * The same, and rows of some scopes that are not among the staged ones go.
   *
   * @param scopes values of the table's scope column
   */
  String replace(String staging, List<String> cleared, Set<String> scopes) {
    return merge(staging, Set.of(), cleared, scopes);
  }

  private String merge(
      String staging, Set<LocalDate> days, List<String> cleared, Set<String> scopes) {
    StringBuilder sql = new StringBuilder("MERGE ").append(target()).append(" AS target\n");
    sql.append("USING (\n")
        .append("  SELECT *\n")
        .append("  FROM ")
        .append(Sql.table(dataset, staging))
        .append("\n  WHERE TRUE\n")
        .append("  QUALIFY ROW_NUMBER() OVER (PARTITION BY ")
        .append(Sql.columns(table.primaryKey()))
        .append(" ORDER BY ")
        .append(Sql.column(ARRIVED_AT))
        .append(" DESC) = 1\n) AS latest\nON ")
        .append(
            table.primaryKey().stream()
                .map(key -> Sql.column(TARGET, key) + " = " + Sql.column(LATEST, key))
                .collect(Collectors.joining("\n  AND ")));
    if (table.partitionBy() != null && !days.isEmpty()) {
      sql.append("\n  AND DATE(")
          .append(Sql.column(TARGET, table.partitionBy()))
          .append(") IN (\n    ")
          .append(Sql.dates(days, "    "))
          .append(")");
    }
    appendMatches(sql, cleared);
    if (!scopes.isEmpty()) {
      sql.append("\nWHEN NOT MATCHED BY SOURCE AND ").append(inScopes(scopes));
      sql.append(" THEN\n  DELETE");
    }
    return sql.toString();
  }

  private void appendMatches(StringBuilder sql, List<String> cleared) {
    List<String> written = table.writtenNames();
    List<String> assignments = new ArrayList<>();
    for (String column : written) {
      if (!table.primaryKey().contains(column)) {
        assignments.add(Sql.column(column) + " = " + Sql.column(LATEST, column));
      }
    }
    cleared.forEach(column -> assignments.add(Sql.column(column) + " = NULL"));
    if (!assignments.isEmpty()) {
      sql.append("\nWHEN MATCHED THEN\n  UPDATE SET\n    ")
          .append(String.join(",\n    ", assignments));
    }
    sql.append("\nWHEN NOT MATCHED THEN\n  INSERT (\n    ")
        .append(written.stream().map(Sql::column).collect(Collectors.joining(",\n    ")))
        .append(")\n  VALUES (\n    ")
        .append(
            written.stream()
                .map(column -> Sql.column(LATEST, column))
                .collect(Collectors.joining(",\n    ")))
        .append(")");
  }

  /** Removes the rows of scopes that were found empty. */
  String delete(Set<String> scopes) {
    return "DELETE FROM " + target() + " AS target\nWHERE " + inScopes(scopes);
  }

  private String inScopes(Set<String> scopes) {
    return Sql.column(TARGET, table.scope()) + " IN (" + Sql.texts(scopes) + ")";
  }

  /**
   * Adds staged rows to a table that has no key. Not to be done twice: the job's name sees to it.
   */
  String append(String staging) {
    String columns =
        table.writtenNames().stream().map(Sql::column).collect(Collectors.joining(",\n  "));
    return "INSERT INTO "
        + target()
        + " (\n  "
        + columns
        + ")\nSELECT\n  "
        + columns
        + "\nFROM "
        + Sql.table(dataset, staging);
  }

  /**
   * Puts one row in place, of parameters that bear the columns' names: JSON as text, moments as
   * microseconds.
   */
  String mergeParameters() {
    String values =
        table.written().stream()
            .map(field -> value(field) + " AS " + Sql.column(field.name()))
            .collect(Collectors.joining(",\n    "));
    StringBuilder sql = new StringBuilder("MERGE ").append(target()).append(" AS target\n");
    sql.append("USING (\n  SELECT\n    ").append(values).append("\n) AS latest\nON ");
    sql.append(
        table.primaryKey().stream()
            .map(key -> Sql.column(TARGET, key) + " = " + Sql.column(LATEST, key))
            .collect(Collectors.joining("\n  AND ")));
    appendMatches(sql, List.of());
    return sql.toString();
  }

  private String value(Schema.Field field) {
    String parameter = "@" + field.name();
    if (table.isJson(field)) {
      return "PARSE_JSON(" + parameter + ")";
    }
    return BigQueryTypes.sqlType(field).equals("TIMESTAMP")
        ? "TIMESTAMP_MICROS(" + parameter + ")"
        : parameter;
  }

  private String target() {
    return Sql.table(dataset, table.name());
  }
}
