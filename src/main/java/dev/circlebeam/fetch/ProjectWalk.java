package dev.circlebeam.fetch;

import dev.circlebeam.plan.ProjectTask;
import dev.circlebeam.plan.RerunSearch;
import dev.circlebeam.state.Continuation;
import dev.circlebeam.state.Interval;
import dev.circlebeam.state.Intervals;
import dev.circlebeam.state.ProjectFacts;
import dev.circlebeam.state.UnfinishedPipeline;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.checkerframework.checker.nullness.qual.Nullable;

/** What a walk learns about one project while it goes. */
final class ProjectWalk {
  private static final ProjectFacts.Lists NO_LISTS =
      new ProjectFacts.Lists(List.of(), false, null, false, false);

  private final ProjectTask task;
  private final @Nullable String branch;
  private final List<ListReading> lists = new ArrayList<>();
  private final Map<String, PipelineOrigin> lookedAt = new HashMap<>();
  private final Map<String, TreeSet<String>> why = new HashMap<>();
  private final Map<Instant, List<Subtree>> subtrees = new HashMap<>();
  private final TreeSet<String> failed = new TreeSet<>();
  private final Set<String> workflows = new HashSet<>();
  private boolean blocked;
  private boolean searched;
  private @Nullable Instant notReadUntil;

  ProjectWalk(ProjectTask task, @Nullable String branch) {
    this.task = task;
    this.branch = branch;
    task.lists().forEach(list -> lists.add(new ListReading(task, list, branch)));
  }

  ProjectTask task() {
    return task;
  }

  List<ListReading> lists() {
    return lists;
  }

  /** The columns that the project offers its tables. */
  Map<String, Object> columns() {
    Map<String, Object> columns = new HashMap<>();
    columns.put("project_id", task.project().id());
    columns.put("project_slug", task.project().slug());
    columns.put("organization_id", task.project().organizationId());
    columns.put("organization_slug", task.project().organizationSlug());
    return columns;
  }

  /** Notes that everything below a pipeline is being read. */
  void looksAt(PipelineOrigin pipeline) {
    lookedAt.put(pipeline.id(), pipeline);
    subtrees.computeIfAbsent(pipeline.createdAt(), created -> new ArrayList<>());
  }

  /** Notes a workflow, should reruns be looked for. */
  void sees(String workflowId) {
    if (task.search() != null) {
      workflows.add(workflowId);
    }
  }

  /** Tells whether this walk has read a workflow; known only where reruns are looked for. */
  boolean hasSeen(String workflowId) {
    return workflows.contains(workflowId);
  }

  /**
   * Tells whether reruns are to be looked for now: only when all pipelines of that time are read,
   * since all others would be taken for reruns.
   *
   * @param cut where the slice ends; null when it takes all there is
   */
  boolean isToBeSearched(@Nullable Instant cut) {
    if (task.search() == null) {
      return false;
    }
    Instant from = task.search().from();
    from = from.isBefore(task.startDate()) ? task.startDate() : from;
    Intervals read = new Intervals(lists(cut).read()).plus(task.done());
    return read.newest() != null && !read.newest().from().isAfter(from);
  }

  /** Reruns were looked for, and found if there are any. */
  void searched() {
    searched = true;
  }

  /** Begins to note what becomes of a row below a pipeline, and of what is below it. */
  Subtree subtree(PipelineOrigin pipeline, String mark) {
    Subtree subtree = new Subtree(mark);
    subtrees.computeIfAbsent(pipeline.createdAt(), created -> new ArrayList<>()).add(subtree);
    return subtree;
  }

  /** Tells whether an earlier run has found a row, and what is below it, to be final as it is. */
  boolean isSettled(PipelineOrigin pipeline, String mark) {
    Set<String> marks = task.settled().get(pipeline.createdAt());
    return marks != null && marks.contains(mark);
  }

  /** Tells whether a pipeline was unfinished when the walk began. */
  boolean isUnfinished(@Nullable PipelineOrigin pipeline) {
    return pipeline != null && task.unfinished().containsKey(pipeline.id());
  }

  /** Notes a row that is not final. */
  void unfinished(PipelineOrigin pipeline, String table) {
    why.computeIfAbsent(pipeline.id(), id -> new TreeSet<>()).add(table);
    looksAt(pipeline);
  }

  /**
   * Notes a request that was given up.
   *
   * @param pipeline the pipeline below which it was; null for none
   * @return whether the same failed in an earlier run
   */
  boolean failed(@Nullable PipelineOrigin pipeline, String table) {
    if (pipeline == null) {
      failed.add(table);
      return task.failed().contains(table);
    }
    unfinished(pipeline, UnfinishedPipeline.failed(table));
    return task.failedBefore(pipeline.id()).contains(table);
  }

  /** The list of pipelines cannot be read on. */
  void blocked() {
    blocked = true;
  }

  /**
   * Notes a request that was not made because the run is being ended.
   *
   * @param isRow whether it was for the pipeline itself, of which little is known then
   */
  void dropped(PipelineOrigin pipeline, String table, boolean isRow) {
    boolean isWanted = task.wants(pipeline.createdAt()) && !isRow;
    if (isWanted) {
      notRead(pipeline.createdAt());
    }
    // Though it was listed this time, it need not be listed again.
    boolean isKnown = isUnfinished(pipeline) || !task.completeAt(pipeline.createdAt()).isEmpty();
    if (!isWanted || isKnown) {
      unfinished(pipeline, UnfinishedPipeline.unread(table));
    }
  }

  /** Notes a pipeline that was listed, and not read because the run is being ended. */
  void notRead(Instant createdAt) {
    if (notReadUntil == null || createdAt.isAfter(notReadUntil)) {
      notReadUntil = createdAt;
    }
  }

  /**
   * Returns what was learned.
   *
   * @param tables the tables that are written
   * @param cut where the slice ends; null when it takes all there is
   */
  ProjectFacts facts(Set<String> tables, @Nullable Instant cut) {
    Instant from = cut;
    if (notReadUntil != null && (from == null || !notReadUntil.isBefore(from))) {
      from = notReadUntil.plus(1, ChronoUnit.MICROS);
    }
    // Without a table that follows pipelines there is nothing to be read on.
    ProjectFacts.Lists read = tables.isEmpty() ? NO_LISTS : lists(from);
    Map<String, UnfinishedPipeline> unfinished = unfinished(tables);
    TreeSet<String> resolved = new TreeSet<>(task.unfinished().keySet());
    resolved.retainAll(lookedAt.keySet());
    resolved.removeAll(unfinished.keySet());
    resolved.addAll(task.givenUp());
    TreeMap<Instant, TreeSet<String>> settled = new TreeMap<>();
    subtrees.forEach(
        (created, below) -> {
          TreeSet<String> marks = new TreeSet<>();
          below.stream().filter(Subtree::isSettled).forEach(subtree -> marks.add(subtree.mark()));
          settled.put(created, marks);
        });
    Instant newest = new Intervals(read.read()).plus(task.done()).watermark();
    boolean isNew = task.isFirstSlice() && !task.complete().containsKey(RerunSearch.TABLE);
    return new ProjectFacts(
        task.project(),
        new TreeSet<>(tables),
        read,
        unfinished,
        resolved,
        settled,
        newest == null ? null : task.rereadFrom().of(newest, task.now()),
        task.givenUp().size(),
        failed,
        searched || isNew ? task.now() : null,
        task.search() != null && !searched);
  }

  private ProjectFacts.Lists lists(@Nullable Instant from) {
    List<Interval> read = new ArrayList<>();
    Continuation next = null;
    boolean left = false;
    for (ListReading list : lists) {
      Interval stretch = list.read(from);
      if (stretch != null) {
        read.add(stretch);
      }
      if (!list.isWhole(from)) {
        left = true;
        // The newest gap is closed first.
        next = next == null ? list.next(from) : next;
      }
    }
    // What an earlier slice could not read on, another run tries.
    boolean stuck = blocked || lists.isEmpty();
    return new ProjectFacts.Lists(read, branch == null, next, left && !stuck, stuck);
  }

  private Map<String, UnfinishedPipeline> unfinished(Set<String> tables) {
    task.unfinished()
        .forEach(
            (id, known) -> {
              PipelineOrigin origin = lookedAt.get(id);
              if (origin != null) {
                // Tables that this run does not write have still to be looked at.
                task.completeAt(origin.createdAt()).stream()
                    .filter(table -> !tables.contains(table))
                    .forEach(table -> unfinished(origin, UnfinishedPipeline.unread(table)));
              }
            });
    TreeMap<String, UnfinishedPipeline> unfinished = new TreeMap<>();
    why.forEach(
        (id, reasons) ->
            unfinished.put(
                id,
                new UnfinishedPipeline(
                    lookedAt.get(id).createdAt(), task.now(), task.now(), reasons)));
    return unfinished;
  }
}
