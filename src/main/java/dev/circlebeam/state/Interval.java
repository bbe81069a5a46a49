package dev.circlebeam.state;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.time.Instant;

/**
 * A stretch of pipeline creation time, or of the days of an export, both ends included.
 *
 * @param from its beginning; 1970-01-01 stands for "everything there is"
 * @param to its end; not before the beginning
 */
public record Interval(Instant from, Instant to) implements Serializable {
  /** Refuses an end that is missing, or comes first. */
  public Interval {
    requireNonNull(from, "from");
    requireNonNull(to, "to");
    if (to.isBefore(from)) {
      throw new IllegalArgumentException("an interval that ends before it begins");
    }
  }

  /** Before any pipeline. */
  public static final Instant BEGINNING = Instant.EPOCH;

  /**
   * Tells whether a moment lies inside.
   *
   * @param moment any moment
   * @return true when it does
   */
  public boolean contains(Instant moment) {
    return !moment.isBefore(from) && !moment.isAfter(to);
  }
}
