package dev.circlebeam.state;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Stretches of time that do not touch, in order. Immutable.
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
      if (last != null && !next.from().isAfter(last.to())) {
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
   * Tells whether a moment lies in one of them.
   *
   * @param moment any moment
   * @return true when it does
   */
  public boolean contains(Instant moment) {
    return list.stream().anyMatch(interval -> interval.contains(moment));
  }

  /**
   * Returns the end of the newest stretch.
   *
   * @return the watermark; null when there is no stretch
   */
  public @Nullable Instant watermark() {
    return list.isEmpty() ? null : list.get(list.size() - 1).to();
  }

  /**
   * Returns how far the stretch reaches that a moment lies in.
   *
   * @param moment any moment
   * @return the stretch's end; null when the moment lies in none
   */
  public @Nullable Instant endOfStretchAt(Instant moment) {
    return list.stream()
        .filter(interval -> interval.contains(moment))
        .map(Interval::to)
        .findFirst()
        .orElse(null);
  }
}
