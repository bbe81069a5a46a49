package dev.circlebeam.fetch;

import dev.circlebeam.catalog.Each;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.plan.RerunSearch;
import dev.circlebeam.record.Timestamps;
import dev.circlebeam.state.Settled;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.avro.generic.GenericRecord;
import org.checkerframework.checker.nullness.qual.Nullable;

/** From a row to the requests for what is below it, as far as that is not known already. */
final class Descent {
  private final TableTree tree;
  private final Tally tally;
  private final StoredParents parents;
  private final KnownRows known;
  private final Consumer<TableRequest> submit;

  /**
   * @param tree which table is below which
   * @param tally takes rows that nothing can be asked for below
   * @param parents looks up what is on disk
   * @param known what is there already and young enough
   * @param submit takes requests
   */
  Descent(
      TableTree tree,
      Tally tally,
      StoredParents parents,
      KnownRows known,
      Consumer<TableRequest> submit) {
    this.tree = tree;
    this.tally = tally;
    this.parents = parents;
    this.known = known;
    this.submit = submit;
  }

  /** Asks for a table below a project, its organization or the token. */
  void at(ProjectWalk project, Table table, Map<String, Object> columns) {
    for (Map<String, Object> parent : each(table, columns, null)) {
      submit.accept(TableRequest.first(table, parent, null, null, project));
    }
  }

  /**
   * Asks for what is below a row.
   *
   * @param request what the row answers
   * @param done names of tables that need not be read, unless they lead to others
   */
  void below(TableRequest request, GenericRecord row, Set<String> done) {
    ProjectWalk project = request.listing().project();
    Table table = request.table();
    PipelineOrigin origin = request.origin();
    Subtree subtree = request.subtree();
    boolean isFinal = table.unfinishedWhen() == null || !table.unfinishedWhen().matches(row);
    if (table.isPipelines()) {
      String id = row.get(table.primaryKey().get(0)).toString();
      origin = new PipelineOrigin(id, ListReading.createdAt(table, row));
      project.looksAt(origin);
    } else if (origin != null && subtree == null && table.unfinishedWhen() != null) {
      if (table.name().equals(RerunSearch.TABLE)) {
        project.sees(row.get(table.primaryKey().get(0)).toString());
      }
      String mark = Settled.mark(table, row, tree.below(table.name()));
      subtree = project.subtree(origin, mark);
      if (isFinal && project.isSettled(origin, mark)) {
        return;
      }
    }
    if (!isFinal) {
      project.unfinished(origin, table.name());
      if (subtree != null) {
        subtree.unsettle();
      }
    }
    for (Table child : tree.children(table.name())) {
      if (done.isEmpty() || !done.contains(child.name()) || project.isUnfinished(origin)) {
        ask(request, child, row, origin, subtree);
      } else if (tree.leadsBeyond(child, done)) {
        parents.want(child, new StoredParents.Wanted(origin, project, done));
      }
    }
  }

  /**
   * Looks up the rows on disk that lead to what is to be read, and asks for that.
   *
   * @return false when there was nothing to look up
   */
  boolean lookUp() {
    return parents.lookUp(tree, this::belowStored);
  }

  /** Tells the projects which of their pipelines wait for rows on disk. */
  void noteWhatIsLeft() {
    for (StoredParents.Wanted wanted : parents.giveUp()) {
      wanted.project().notRead(wanted.origin().createdAt());
    }
  }

  private void belowStored(Table table, GenericRecord row, StoredParents.Wanted pipeline) {
    for (Table child : tree.children(table.name())) {
      if (!pipeline.done().contains(child.name())) {
        if (child.when() == null || child.when().holds(table, row)) {
          for (Map<String, Object> parent : parents(child, table, row, pipeline.origin())) {
            submitStored(child, parent, pipeline);
          }
        }
      } else if (tree.leadsBeyond(child, pipeline.done())) {
        parents.want(child, pipeline);
      }
    }
  }

  private void submitStored(
      Table table, Map<String, Object> parent, StoredParents.Wanted pipeline) {
    try {
      submit.accept(TableRequest.first(table, parent, pipeline.origin(), null, pipeline.project()));
    } catch (IllegalArgumentException e) {
      tally.unusable(table, parent, "a row of the output: " + e.getMessage());
    }
  }

  private void ask(
      TableRequest request,
      Table table,
      GenericRecord row,
      @Nullable PipelineOrigin origin,
      @Nullable Subtree subtree) {
    if (table.when() != null && !table.when().holds(request.table(), row)) {
      return;
    }
    ProjectWalk project = request.listing().project();
    for (Map<String, Object> parent : parents(table, request.table(), row, origin)) {
      try {
        submit.accept(TableRequest.first(table, parent, origin, subtree, project));
      } catch (IllegalArgumentException e) {
        // An id that is no part of a path, such as "..": nobody can ask for what is below it.
        tally.unusable(request, "an item: " + e.getMessage(), null, 1);
        project.fullReads().broke(table);
      }
    }
  }

  /** The columns of a parent's row that requests need, one set for each request. */
  private List<Map<String, Object>> parents(
      Table table, Table above, GenericRecord row, @Nullable PipelineOrigin origin) {
    Map<String, Object> columns = StoredParents.columns(row, table.takenFrom(above));
    if (origin != null && table.parentColumns().contains(Table.PIPELINE_CREATED_AT)) {
      columns.putIfAbsent(Table.PIPELINE_CREATED_AT, Timestamps.micros(origin.createdAt()));
    }
    return each(table, columns, row);
  }

  private List<Map<String, Object>> each(
      Table table, Map<String, Object> columns, @Nullable GenericRecord row) {
    Each each = table.each();
    if (each == null) {
      return List.of(columns);
    }
    Set<String> values = new LinkedHashSet<>(each.values());
    for (String column : each.columns()) {
      Object value = row.getSchema().getField(column) == null ? null : row.get(column);
      if (value != null && !value.toString().isEmpty()) {
        values.add(value.toString());
      }
    }
    if (each.knownFor() != null) {
      values.removeIf(value -> known.contains(table, value));
    }
    List<Map<String, Object>> all = new ArrayList<>();
    for (String value : values) {
      Map<String, Object> parent = new HashMap<>(columns);
      parent.put(each.name(), value);
      all.add(parent);
    }
    return all;
  }
}
