package dev.circlebeam;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What DuckDB sees in an output at one moment. */
final class SyncedRows {
  /**
   * A row.
   *
   * @param project the slug of its project
   * @param pipeline its pipeline's id; empty for a project
   * @param workflow its workflow's id; empty above
   * @param id its own id
   * @param columns its columns as text, but {@code _extra} and {@code _synced_at}
   * @param extra {@code _extra}; of a very long one only how long it is
   */
  record Row(
      String table,
      String project,
      String pipeline,
      String workflow,
      String id,
      String columns,
      String extra) {
    /** Table and primary key. */
    String key() {
      return table + " " + workflow + " " + id;
    }
  }

  /** A row of {@code _errors}. */
  record Failed(String table, String kind, int attempts, String url) {}

  private static final Map<String, String> ANCESTORS =
      Map.of(
          "projects", "slug, '', ''",
          "pipelines", "project_slug, id, ''",
          "workflows", "project_slug, pipeline_id, id",
          "jobs", "project_slug, pipeline_id, workflow_id");

  private final Map<String, Row> rows = new TreeMap<>();

  /** Reads all rows. A key that is there twice is an error. */
  static SyncedRows read(Path output) throws SQLException, IOException {
    SyncedRows read = new SyncedRows();
    for (Map.Entry<String, String> table : ANCESTORS.entrySet()) {
      if (hasRows(output, table.getKey())) {
        read.table(output, table.getKey(), table.getValue());
      }
    }
    return read;
  }

  private void table(Path output, String table, String ancestors) throws SQLException {
    String from = " from {" + table + "}";
    Map<String, String> extras = new HashMap<>();
    String extra =
        "case when length(_extra) > 5000 then 'long: ' || length(_extra) else _extra end";
    for (String line : DuckDb.query(output, "select " + ancestors + ", id, " + extra + from)) {
      String[] parts = line.split("\\|", 5);
      extras.put(parts[2] + parts[3], parts[4]);
    }
    String all =
        "select "
            + ancestors
            + ", id, t::varchar from (select * exclude (_extra, _synced_at)"
            + from
            + ") t";
    for (String line : DuckDb.query(output, all)) {
      String[] parts = line.split("\\|", 5);
      String its = extras.get(parts[2] + parts[3]);
      Row row = new Row(table, parts[0], parts[1], parts[2], parts[3], parts[4], its);
      if (rows.put(row.key(), row) != null) {
        throw new AssertionError(row.key() + " is there twice");
      }
    }
  }

  /** The rows of some projects, by key. */
  Map<String, Row> of(Set<String> projects) {
    return rows.values().stream()
        .filter(row -> projects.contains(row.project()))
        .collect(Collectors.toMap(Row::key, row -> row, (a, b) -> a, TreeMap::new));
  }

  /** All rows of a table. */
  List<Row> table(String table) {
    return rows.values().stream().filter(row -> row.table().equals(table)).toList();
  }

  /** The rows of {@code _errors} that a run has left. */
  static List<Failed> errors(Path output, String runId) throws SQLException, IOException {
    if (!hasRows(output, "_errors")) {
      return List.of();
    }
    return DuckDb.query(
            output,
            "select \"table\", kind, attempts, url from {_errors} where run_id = '" + runId + "'")
        .stream()
        .map(line -> line.split("\\|", 4))
        .map(parts -> new Failed(parts[0], parts[1], Integer.parseInt(parts[2]), parts[3]))
        .toList();
  }

  private static boolean hasRows(Path output, String table) throws IOException {
    if (!Files.isDirectory(output.resolve(table))) {
      return false;
    }
    try (Stream<Path> files = Files.walk(output.resolve(table))) {
      return files.anyMatch(file -> file.toString().endsWith(".parquet"));
    }
  }
}
