package dev.circlebeam.fetch;

import dev.circlebeam.catalog.Table;
import dev.circlebeam.record.StoredTables;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.apache.avro.generic.GenericRecord;

/**
 * Rows that earlier runs have written and that lead to tables they have not: a table that is asked
 * for later is read below what is on disk, instead of reading that again. The list of pipelines
 * itself is read again, for a twentieth of the requests: it tells which of them the server still
 * has.
 */
final class StoredParents {
  /** The column by which rows know their pipeline. */
  private static final String PIPELINE = "pipeline_id";

  /**
   * A pipeline whose rows are to be looked up.
   *
   * @param origin the pipeline
   * @param project whose it is
   * @param done names of the tables that are done for it
   */
  record Wanted(PipelineOrigin origin, ProjectWalk project, Set<String> done) {}

  /** Takes a row that was looked up. */
  interface Found {
    /** Asks for what is below a row. */
    void row(Table table, GenericRecord row, Wanted wanted);
  }

  private final StoredTables stored;
  private Map<Table, Map<String, Wanted>> wanted = new LinkedHashMap<>();

  StoredParents(StoredTables stored) {
    this.stored = stored;
  }

  /** Notes that a pipeline's rows of a table lead to what is to be read. */
  void want(Table table, Wanted pipeline) {
    wanted.computeIfAbsent(table, t -> new LinkedHashMap<>()).put(pipeline.origin().id(), pipeline);
  }

  /** Forgets all that is still to be looked up, and returns it. */
  Set<Wanted> giveUp() {
    Set<Wanted> all = new LinkedHashSet<>();
    wanted.values().forEach(pipelines -> all.addAll(pipelines.values()));
    wanted.clear();
    return all;
  }

  /**
   * Looks up all that is wanted.
   *
   * @return false when nothing was
   */
  boolean lookUp(TableTree tree, Found found) {
    Map<Table, Map<String, Wanted>> now = wanted;
    wanted = new LinkedHashMap<>();
    now.forEach((table, pipelines) -> lookUp(tree, table, pipelines, found));
    return !now.isEmpty();
  }

  private void lookUp(TableTree tree, Table table, Map<String, Wanted> pipelines, Found found) {
    Set<String> columns = new LinkedHashSet<>(table.primaryKey());
    columns.add(PIPELINE);
    tree.children(table.name()).forEach(child -> columns.addAll(child.neededOf(table)));
    Instant first =
        pipelines.values().stream()
            .map(pipeline -> pipeline.origin().createdAt())
            .min(Instant::compareTo)
            .orElseThrow();
    // What is below a pipeline was created after it, or in the same moment.
    LocalDate from = LocalDate.ofInstant(first, ZoneOffset.UTC);
    stored.read(
        table,
        columns,
        from,
        null,
        row -> {
          Wanted pipeline = pipelines.get(String.valueOf(row.get(PIPELINE)));
          if (pipeline != null) {
            found.row(table, row, pipeline);
          }
        });
  }

  /**
   * Copies the columns that requests need, since a row may be used for the next one. Texts come out
   * as the API's do, whatever they are in files: an item that says the same is not to differ.
   */
  static Map<String, Object> columns(GenericRecord row, Set<String> names) {
    Map<String, Object> columns = new HashMap<>();
    for (String name : names) {
      Object value = row.get(name);
      columns.put(name, value instanceof CharSequence ? value.toString() : value);
    }
    return columns;
  }
}
