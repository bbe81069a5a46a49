package dev.circlebeam.plan;

import dev.circlebeam.state.ExportSoFar;
import dev.circlebeam.state.Interval;
import dev.circlebeam.state.Intervals;
import dev.circlebeam.state.OrganizationState;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Decides which days of an organization's export a slice reads: those up to yesterday that are not
 * complete, and when there is a new one, again the days before it, whose last jobs had not ended.
 *
 * @param table the table that the export fills
 * @param planner how far back the run reads, and the time
 * @param rowsOfSlice about how many rows a slice is to hold
 */
public record ExportPlanner(String table, Planner planner, long rowsOfSlice) {
  /** CircleCI exports nothing that is older than 366 days, counted from now: so 365 whole days. */
  private static final int OLDEST_DAYS = 365;

  /** A job may run for hours, and is exported once it has ended, under the day it began. */
  private static final Duration LEAST_OVERLAP = Duration.ofDays(2);

  /**
   * Plans an organization's export.
   *
   * @param id the organization's id
   * @param slug its slug; null when CircleCI did not say
   * @param state how far it is; null when no run has seen it
   * @param soFar what earlier slices of the same run have done; null for the first slice
   * @return what to read; null when nothing is left
   */
  public @Nullable ExportTask plan(
      String id,
      @Nullable String slug,
      @Nullable OrganizationState state,
      @Nullable ExportSoFar soFar) {
    Interval wanted = wanted();
    if (wanted == null) {
      return null;
    }
    Intervals complete = state == null ? Intervals.NONE : state.completeOf(table);
    ExportTask task =
        new ExportTask(
            id,
            slug,
            table,
            wanted,
            planner.fullRefresh() ? Intervals.NONE : done(complete, wanted.to()),
            soFar == null ? ExportSoFar.NOTHING : soFar,
            rowsOfSlice,
            state != null && state.failed().contains(table));
    return task.next(task.soFar()) == null ? null : task;
  }

  /** From the start date, or the oldest day that CircleCI exports, to yesterday. */
  private @Nullable Interval wanted() {
    Instant today = planner.now().truncatedTo(ChronoUnit.DAYS);
    Instant first = today.minus(OLDEST_DAYS, ChronoUnit.DAYS);
    if (planner.startDate() != null && planner.startDate().isAfter(first)) {
      first = planner.startDate().truncatedTo(ChronoUnit.DAYS);
    }
    return first.isBefore(today) ? new Interval(first, today.minus(1, ChronoUnit.MICROS)) : null;
  }

  /** What ends before yesterday was read when its last days had jobs that still ran. */
  private Intervals done(Intervals complete, Instant wantedTo) {
    Duration overlap = planner.rereadFrom().overlap();
    overlap = overlap.compareTo(LEAST_OVERLAP) > 0 ? overlap : LEAST_OVERLAP;
    Intervals done = Intervals.NONE;
    for (Interval stretch : complete.list()) {
      Intervals its = Intervals.NONE.plus(stretch);
      if (stretch.to().isBefore(wantedTo)) {
        // A day is read again whole.
        Instant end = stretch.to().minus(overlap).plus(1, ChronoUnit.MICROS);
        its = its.before(end.truncatedTo(ChronoUnit.DAYS));
      }
      done = done.plus(its);
    }
    return done;
  }
}
