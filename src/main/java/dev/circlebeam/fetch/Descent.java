package dev.circlebeam.fetch;

import dev.circlebeam.catalog.Refresh;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.plan.RerunSearch;
import dev.circlebeam.state.Settled;
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
  private final Consumer<TableRequest> submit;

  /**
   * @param tree which table is below which
   * @param tally takes rows that nothing can be asked for below
   * @param parents looks up what is on disk
   * @param submit takes requests
   */
  Descent(TableTree tree, Tally tally, StoredParents parents, Consumer<TableRequest> submit) {
    this.tree = tree;
    this.tally = tally;
    this.parents = parents;
    this.submit = submit;
  }

  /** Tells whether the rows of a table are pipelines, from which all incremental reading begins. */
  static boolean isPipelines(Table table) {
    return table.isRoot() && table.refresh() == Refresh.INCREMENTAL;
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
    if (isPipelines(table)) {
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
        ask(request, child, StoredParents.columns(row, child.parentColumns()), origin, subtree);
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
        Map<String, Object> parent = StoredParents.columns(row, child.parentColumns());
        submit.accept(
            TableRequest.first(child, parent, pipeline.origin(), null, pipeline.project()));
      } else if (tree.leadsBeyond(child, pipeline.done())) {
        parents.want(child, pipeline);
      }
    }
  }

  private void ask(
      TableRequest request,
      Table table,
      Map<String, Object> parent,
      @Nullable PipelineOrigin origin,
      @Nullable Subtree subtree) {
    TableRequest next;
    try {
      next = TableRequest.first(table, parent, origin, subtree, request.listing().project());
    } catch (IllegalArgumentException e) {
      // An id that is no part of a path, such as "..": nobody can ask for what is below it.
      tally.unusable(request, "an item: " + e.getMessage(), null, 1);
      return;
    }
    submit.accept(next);
  }
}
