package dev.circlebeam.plan;

import dev.circlebeam.state.Interval;
import dev.circlebeam.state.Intervals;
import dev.circlebeam.state.ProjectState;
import dev.circlebeam.state.UnfinishedPipeline;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.TreeMap;
import java.util.TreeSet;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Decides how far back a run reads.
 *
 * @param tables the incremental tables that the run writes
 * @param startDate nothing created before it is wanted; null for everything
 * @param overlap how far before the newest complete pipeline to begin again
 * @param unfinishedMaxAge older unfinished work is given up
 * @param fullRefresh whether to read what is complete already
 * @param now the time, as ages are counted
 */
public record Planner(
    Collection<String> tables,
    @Nullable Instant startDate,
    Duration overlap,
    Duration unfinishedMaxAge,
    boolean fullRefresh,
    Instant now)
    implements Serializable {
  /**
   * Plans a project.
   *
   * @param project who it is
   * @param state how far it is; null when no run has seen it
   * @return what to read of it
   */
  public ProjectTask plan(Project project, @Nullable ProjectState state) {
    Instant start = startDate != null ? startDate : Interval.BEGINNING;
    Intervals complete = state == null || fullRefresh ? Intervals.NONE : state.completeIn(tables);
    Instant watermark = complete.watermark();
    Instant overlapFrom = watermark == null ? null : watermark.minus(overlap);
    // What lies between the beginning and this is complete; everything newer is gone through.
    Instant completeUntil = complete.endOfStretchAt(start);
    Instant listBackTo = start;
    if (completeUntil != null) {
      listBackTo = later(start, earlier(completeUntil, overlapFrom));
    }
    TreeMap<String, UnfinishedPipeline> unfinished =
        state == null ? new TreeMap<>() : new TreeMap<>(state.unfinished());
    TreeSet<String> givenUp = new TreeSet<>();
    unfinished.forEach(
        (id, pipeline) -> {
          if (pipeline.isOlderThan(now.minus(unfinishedMaxAge))) {
            givenUp.add(id);
          }
        });
    unfinished.keySet().removeAll(givenUp);
    return new ProjectTask(
        project.id(),
        project.slug(),
        project.organizationId(),
        project.organizationSlug(),
        listBackTo,
        start,
        overlapFrom,
        complete,
        unfinished,
        givenUp,
        state == null ? new TreeSet<>() : new TreeSet<>(state.failed()));
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }

  /**
   * A project as CircleCI describes it.
   *
   * @param id its id
   * @param slug its slug
   * @param organizationId its organization's id; may be null
   * @param organizationSlug its organization's slug; may be null
   */
  public record Project(
      String id, String slug, @Nullable String organizationId, @Nullable String organizationSlug) {}
}
