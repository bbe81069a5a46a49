package dev.circlebeam.fetch;

import dev.circlebeam.catalog.Table;
import dev.circlebeam.plan.ProjectTask;
import dev.circlebeam.record.Timestamps;
import dev.circlebeam.state.Interval;
import dev.circlebeam.state.ProjectFacts;
import dev.circlebeam.state.UnfinishedPipeline;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.generic.GenericRecord;
import org.checkerframework.checker.nullness.qual.Nullable;

/** What a walk learns about one project while it goes. */
final class ProjectWalk {
  private final ProjectTask task;
  private final Instant now;
  private final Map<String, PipelineOrigin> lookedAt = new HashMap<>();
  private final Map<String, TreeSet<String>> why = new HashMap<>();
  private final TreeSet<String> failed = new TreeSet<>();
  private @Nullable Instant newest;
  private @Nullable Instant readBackTo;

  ProjectWalk(ProjectTask task, Instant now) {
    this.task = task;
    this.now = now;
  }

  ProjectTask task() {
    return task;
  }

  /** The columns that the project offers its tables. */
  Map<String, Object> columns() {
    Map<String, Object> columns = new HashMap<>();
    columns.put("project_id", task.projectId());
    columns.put("project_slug", task.slug());
    columns.put("organization_id", task.organizationId());
    columns.put("organization_slug", task.organizationSlug());
    return columns;
  }

  /** Notes that everything below a pipeline is being read. */
  void looksAt(PipelineOrigin pipeline) {
    lookedAt.put(pipeline.id(), pipeline);
  }

  /**
   * Notes a page of the list of pipelines.
   *
   * @param rows all its rows, newest first
   * @return whether the list is to be read on
   */
  boolean page(Table table, List<GenericRecord> rows) {
    for (GenericRecord row : rows) {
      Instant createdAt = createdAt(table, row);
      if (newest == null || createdAt.isAfter(newest)) {
        newest = createdAt;
      }
      // Were the list to break off here, the next page might begin at the very same time.
      Instant after = createdAt.plus(1, ChronoUnit.MICROS);
      if (readBackTo == null || after.isBefore(readBackTo)) {
        readBackTo = after;
      }
    }
    return rows.isEmpty()
        || !createdAt(table, rows.get(rows.size() - 1)).isBefore(task.listBackTo());
  }

  /** Tells whether a pipeline of the list is wanted, and what is below it. */
  boolean wants(Table table, GenericRecord row) {
    return task.wants(createdAt(table, row));
  }

  /** Notes that the list of pipelines was read as far as it was meant to be. */
  void listRead() {
    readBackTo = task.listBackTo();
  }

  /** Notes a row that is not final. */
  void unfinished(PipelineOrigin pipeline, String table) {
    why.computeIfAbsent(pipeline.id(), id -> new TreeSet<>()).add(table);
    lookedAt.put(pipeline.id(), pipeline);
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

  /**
   * Returns what was learned.
   *
   * @param tables the tables that are written
   * @param wholeProject false when only a branch was read, which says nothing of the rest
   */
  ProjectFacts facts(Set<String> tables, boolean wholeProject) {
    TreeMap<String, UnfinishedPipeline> unfinished = new TreeMap<>();
    why.forEach(
        (id, reasons) ->
            unfinished.put(
                id, new UnfinishedPipeline(lookedAt.get(id).createdAt(), now, now, reasons)));
    TreeSet<String> resolved = new TreeSet<>(task.unfinished().keySet());
    resolved.retainAll(lookedAt.keySet());
    resolved.removeAll(unfinished.keySet());
    resolved.addAll(task.givenUp());
    boolean any = wholeProject && newest != null && readBackTo != null;
    Interval complete =
        any && !readBackTo.isAfter(newest) ? new Interval(readBackTo, newest) : null;
    return new ProjectFacts(
        task.projectId(),
        task.slug(),
        new TreeSet<>(tables),
        complete,
        unfinished,
        resolved,
        task.givenUp().size(),
        failed);
  }

  static Instant createdAt(Table table, GenericRecord row) {
    return Timestamps.instant((Long) row.get(table.partitionBy()));
  }
}
