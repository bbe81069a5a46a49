package dev.circlebeam.state;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.io.Serializable;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Stretches of time that do not touch, in order. Immutable. Two touch when nothing fits between
 * them: creation times are kept in microseconds.
 *
 * @param list the stretches, earliest first
 */
public record Intervals(@JsonValue List<Interval> list) implements Serializable {
  /** No time at all. */
  public static final Intervals NONE = new Intervals(List.of());

  /** Sorts, and merges what meets. */
  @JsonCreator
  public Intervals {
    List<Interval> sorted = new ArrayList<>(list);
    sorted.sort(Comparator.comparing(Interval::from));
    List<Interval> merged = new ArrayList<>();
    for (Interval next : sorted) {
      Interval last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
      if (last != null && !next.from().isAfter(after(last.to()))) {
        Instant to = last.to().isAfter(next.to()) ? last.to() : next.to();
        merged.set(merged.size() - 1, new Interval(last.from(), to));
      } else {
        merged.add(next);
      }
    }
    list = List.copyOf(merged);
  }

  /**
   * Adds a stretch.
   *
   * @param more the stretch
   * @return these and that one; merged where they meet
   */
  public Intervals plus(Interval more) {
    List<Interval> all = new ArrayList<>(list);
    all.add(more);
    return new Intervals(all);
  }

  /**
   * Returns what lies in both.
   *
   * @param other other stretches
   * @return the common ones
   */
  public Intervals and(Intervals other) {
    List<Interval> common = new ArrayList<>();
    for (Interval a : list) {
      for (Interval b : other.list) {
        Instant from = a.from().isAfter(b.from()) ? a.from() : b.from();
        Instant to = a.to().isBefore(b.to()) ? a.to() : b.to();
        if (!from.isAfter(to)) {
          common.add(new Interval(from, to));
        }
      }
    }
    return new Intervals(common);
  }

  /**
   * Adds stretches.
   *
   * @param more the stretches
   * @return these and those; merged where they meet
   */
  public Intervals plus(Intervals more) {
    List<Interval> all = new ArrayList<>(list);
    all.addAll(more.list);
    return new Intervals(all);
  }

  /**
   * Returns what lies before a moment.
   *
   * @param moment the first that is left out
   * @return the stretches, or the parts of them, before it
   */
  public Intervals before(Instant moment) {
    Instant end = moment.minus(1, ChronoUnit.MICROS);
    List<Interval> kept = new ArrayList<>();
    for (Interval interval : list) {
      if (!interval.from().isAfter(end)) {
        boolean whole = !interval.to().isAfter(end);
        kept.add(whole ? interval : new Interval(interval.from(), end));
      }
    }
    return new Intervals(kept);
  }

  /**
   * Tells whether a moment lies in one of them.
   *
   * @param moment any moment
   * @return true when it does
   */
  public boolean contains(Instant moment) {
    return at(moment) != null;
  }

  /**
   * Returns the stretch that a moment lies in.
   *
   * @param moment any moment
   * @return the stretch; null when it lies in none
   */
  public @Nullable Interval at(Instant moment) {
    return list.stream().filter(interval -> interval.contains(moment)).findFirst().orElse(null);
  }

  /**
   * Returns the newest stretch.
   *
   * @return the stretch; null when there is none
   */
  public @Nullable Interval newest() {
    return list.isEmpty() ? null : list.get(list.size() - 1);
  }

  /**
   * Returns the end of the newest stretch.
   *
   * @return the watermark; null when there is no stretch
   */
  public @Nullable Instant watermark() {
    return list.isEmpty() ? null : newest().to();
  }

  private static Instant after(Instant moment) {
    return moment.plus(1, ChronoUnit.MICROS);
  }
}
