package dev.circlebeam.sink.bigquery;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.sink.ErrorRows;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;

/**
 * Every table of a dataset: the catalogue's, and those that tell of runs.
 *
 * @param catalog the declared tables
 * @param excluded by table, columns that are not written
 */
record TargetTables(Catalog catalog, Map<String, ? extends Set<String>> excluded)
    implements Serializable {
  static final String RUNS = "_runs";
  private static final Schema RUNS_SCHEMA = schema();

  /** Returns the table of a name. */
  TargetTable of(String name) {
    Set<String> without = excluded.get(name);
    return name.equals(ErrorRows.TABLE)
        ? errors()
        : TargetTable.of(catalog.table(name), without == null ? Set.of() : without);
  }

  private static TargetTable errors() {
    return new TargetTable(
        ErrorRows.TABLE,
        ErrorRows.SCHEMA,
        Set.of(),
        List.of(),
        "at",
        List.of("run_id", "table"),
        null);
  }

  /** Returns the table that has a row for each run. */
  static TargetTable runs() {
    return new TargetTable(RUNS, RUNS_SCHEMA, Set.of(), List.of("run_id"), null, List.of(), null);
  }

  private static Schema schema() {
    try (InputStream in = TargetTables.class.getResourceAsStream("/runs.avsc")) {
      return new Schema.Parser().parse(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
