package dev.circlebeam.plan;

import dev.circlebeam.catalog.Table;
import dev.circlebeam.plan.ProjectTask.RereadFrom;
import dev.circlebeam.state.CommittedRuns;
import dev.circlebeam.state.Continuation;
import dev.circlebeam.state.Interval;
import dev.circlebeam.state.Intervals;
import dev.circlebeam.state.ProjectName;
import dev.circlebeam.state.ProjectState;
import dev.circlebeam.state.RunSoFar;
import dev.circlebeam.state.UnfinishedPipeline;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Decides what a slice of a run reads.
 *
 * @param tables the incremental tables that the run writes
 * @param startDate nothing created before it is wanted; null for everything
 * @param branch only pipelines of this branch; null for all
 * @param rereadFrom which complete pipelines are read again
 * @param unfinished what becomes of unfinished work
 * @param fullRefresh whether to read what is complete already
 * @param rerunSearch when to look for reruns under old pipelines
 * @param now the time, as ages are counted
 */
public record Planner(
    Collection<String> tables,
    @Nullable Instant startDate,
    @Nullable String branch,
    RereadFrom rereadFrom,
    UnfinishedWork unfinished,
    boolean fullRefresh,
    RerunSearch rerunSearch,
    Instant now)
    implements Serializable {
  /** A long run looks at unfinished work as often as one that is started every hour. */
  private static final Duration LOOK_AGAIN_WITHIN_RUN = Duration.ofHours(1);

  /**
   * What becomes of unfinished work.
   *
   * @param maxAge older is given up
   * @param backoff the share of its age that must pass before it is looked at again
   */
  public record UnfinishedWork(Duration maxAge, double backoff) implements Serializable {}

  /**
   * Plans a project.
   *
   * @param project who it is; with an id
   * @param state how far it is; null when no run has seen it
   * @param soFar what earlier slices of the same run have done of it; null for the first slice
   * @param committed the runs whose rows can be relied on
   * @return what to read of it
   */
  public ProjectTask plan(
      ProjectName project,
      @Nullable ProjectState state,
      @Nullable RunSoFar soFar,
      CommittedRuns committed) {
    ProjectState known = state != null ? state : ProjectState.unknown(project.slug());
    Instant start = startDate != null ? startDate : Interval.BEGINNING;
    TreeMap<String, Intervals> doneBy = new TreeMap<>();
    if (!fullRefresh) {
      known.complete().forEach((table, complete) -> doneBy.put(table, lessReread(complete)));
    }
    Intervals done = null;
    for (String table : tables) {
      Intervals its = doneBy.getOrDefault(table, Intervals.NONE);
      done = done == null ? its : done.and(its);
    }
    done = done == null ? Intervals.NONE : done;
    Intervals allDone = soFar == null ? done : done.plus(soFar.read());
    TreeSet<String> givenUp = new TreeSet<>();
    TreeSet<String> due = new TreeSet<>();
    known
        .unfinished()
        .forEach(
            (id, pipeline) -> {
              if (pipeline.isOlderThan(now.minus(unfinished.maxAge()))) {
                givenUp.add(id);
              } else if (!isFresh(pipeline.lastRead(), soFar)
                  && !(isTimeKnown(pipeline)
                      && isListed(pipeline.createdAt(), start, allDone, known.backfill()))
                  && pipeline.isDue(now, unfinished.backoff(), tables)) {
                due.add(id);
              }
            });
    var left = new TreeMap<>(known.unfinished());
    left.keySet().removeAll(givenUp);
    // Without a table below pipelines nothing is ever complete, and every slice would list them
    // anew.
    boolean isUnlisted = tables.isEmpty() || (soFar != null && soFar.blocked());
    return new ProjectTask(
        project,
        now,
        start,
        isUnlisted ? List.of() : lists(allDone, start, known.backfill()),
        allDone,
        doneBy,
        known.complete(),
        rereadFrom,
        left,
        due,
        givenUp,
        fullRefresh ? new TreeMap<>() : known.settled(),
        new TreeSet<>(known.failed()),
        soFar == null || !soFar.searched() ? search(known, committed) : null,
        soFar == null,
        soFar == null ? new TreeSet<>(Set.of(Table.PROJECT)) : new TreeSet<>());
  }

  /**
   * Makes the same planner at another time.
   *
   * @param time the time, as ages are counted
   * @return the planner
   */
  public Planner at(Instant time) {
    return new Planner(
        tables, startDate, branch, rereadFrom, unfinished, fullRefresh, rerunSearch, time);
  }

  private ProjectTask.@Nullable Search search(ProjectState known, CommittedRuns committed) {
    // What is found must be read whole; and what is new is found only by reading everything.
    boolean possible =
        branch == null
            && !fullRefresh
            && tables.contains(RerunSearch.TABLE)
            && tables.containsAll(known.complete().keySet());
    Instant from = possible ? rerunSearch.from(known, now) : null;
    return from == null ? null : new ProjectTask.Search(from, committed);
  }

  private Intervals lessReread(Intervals complete) {
    Instant watermark = complete.watermark();
    return watermark == null ? complete : complete.before(rereadFrom.of(watermark, now));
  }

  /** A pipeline that only a rerun has led to, and that could not be read, has the rerun's time. */
  private static boolean isTimeKnown(UnfinishedPipeline pipeline) {
    return !pipeline.failedTables().contains(Table.PIPELINES)
        && !pipeline.unreadTables().contains(Table.PIPELINES);
  }

  /** What the lists of pipelines will bring need not be asked for by its id. */
  private boolean isListed(
      Instant createdAt, Instant start, Intervals done, @Nullable Continuation backfill) {
    // The page to go on with may come after the one that was created then.
    boolean isPassed = backfill != null && createdAt.equals(backfill.since());
    return branch == null && !isPassed && !createdAt.isBefore(start) && !done.contains(createdAt);
  }

  private boolean isFresh(Instant lastRead, @Nullable RunSoFar soFar) {
    return soFar != null && lastRead.isAfter(now.minus(LOOK_AGAIN_WITHIN_RUN));
  }

  /** Where the list is to be read: what is new is at its top, the backfill may go on elsewhere. */
  private List<PipelineList> lists(Intervals done, Instant start, @Nullable Continuation backfill) {
    Interval atStart = done.at(start);
    Instant bottom = atStart != null ? atStart.to() : start.minus(1, ChronoUnit.MICROS);
    Interval newest = done.newest();
    boolean goesOn =
        newest != null
            && !newest.equals(atStart)
            && newest.from().isAfter(start)
            && backfill != null
            && Objects.equals(backfill.branch(), branch)
            && !backfill.since().isBefore(newest.from().minus(1, ChronoUnit.MICROS))
            && !backfill.since().isAfter(newest.to().plus(1, ChronoUnit.MICROS));
    return goesOn
        ? List.of(new PipelineList(null, newest.to()), new PipelineList(backfill, bottom))
        : List.of(new PipelineList(null, bottom));
  }
}
