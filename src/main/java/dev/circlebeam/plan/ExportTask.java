package dev.circlebeam.plan;

import dev.circlebeam.state.ExportSoFar;
import dev.circlebeam.state.Interval;
import dev.circlebeam.state.Intervals;
import java.io.Serializable;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a slice of a run is to read of an organization's export, day by day, the newest first.
 *
 * @param id the organization's id
 * @param slug its slug; null when CircleCI did not say
 * @param table the table that the export fills
 * @param wanted from the first moment of the first day that is wanted to the last of the last
 * @param done days that need not be read: earlier runs have completed them
 * @param soFar what earlier slices of the run have done
 * @param rowsOfSlice about how many rows the slice is to hold
 * @param failedBefore whether the last run could not read it
 */
public record ExportTask(
    String id,
    @Nullable String slug,
    String table,
    Interval wanted,
    Intervals done,
    ExportSoFar soFar,
    long rowsOfSlice,
    boolean failedBefore)
    implements Serializable {
  /** CircleCI exports no more days at once. */
  private static final int MOST_DAYS = 31;

  /** An organization may have a million rows a day: the first export is a careful one. */
  private static final int FIRST_DAYS = 7;

  /**
   * Returns how people know the organization.
   *
   * @return its slug, or its id
   */
  public String organization() {
    return slug != null ? slug : id;
  }

  /**
   * Returns the days to ask for next.
   *
   * @param after what the run has done by now
   * @return the newest days that are neither done nor read; null when there are none
   */
  public @Nullable Interval next(ExportSoFar after) {
    Intervals known = done.plus(after.read());
    Instant last = wanted.to().truncatedTo(ChronoUnit.DAYS);
    while (known.contains(last)) {
      last = last.minus(1, ChronoUnit.DAYS);
    }
    if (last.isBefore(wanted.from())) {
      return null;
    }
    Instant first = last;
    for (long days = days(after); days > 1; days--) {
      Instant earlier = first.minus(1, ChronoUnit.DAYS);
      if (earlier.isBefore(wanted.from()) || known.contains(earlier)) {
        break;
      }
      first = earlier;
    }
    return new Interval(first, endOf(last));
  }

  private long days(ExportSoFar after) {
    if (after.rowsADay() == null) {
      return FIRST_DAYS;
    }
    long days = rowsOfSlice / Math.max(1, after.rowsADay());
    return Math.max(1, Math.min(MOST_DAYS, days));
  }

  /** The last moment of a day that is kept apart from the next one's first. */
  static Instant endOf(Instant day) {
    return day.plus(1, ChronoUnit.DAYS).minus(1, ChronoUnit.MICROS);
  }
}
