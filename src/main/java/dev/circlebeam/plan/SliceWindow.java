package dev.circlebeam.plan;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Decides, while lists of pipelines are read from their newest ends, where a slice is to end: whole
 * days of all lists together, as many as hold no more than so many pipelines, and at least one.
 * Until that is known it tells which lists to read on (those that are least far back, and no
 * further ahead of the others than needed) and which pipelines certainly belong to the slice.
 *
 * <p>Use: {@link #open} every list; tell each page's wanted pipelines with {@link #found}, then how
 * far back the list now is with {@link #reached}, until it is {@link #close}d or {@link #cut} is
 * known and it has got there. Days are those of UTC, by which files are divided.
 */
public final class SliceWindow {
  private static final double MOST_AHEAD_MILLIS = (double) Duration.ofDays(36_500).toMillis();

  private final int pipelines;
  private final Map<Object, Instant> open = new HashMap<>();
  private final TreeMap<Instant, Integer> perDay = new TreeMap<>();
  private @Nullable Instant cut;

  /**
   * @param pipelines how many pipelines a slice is to hold, about; at least 1
   */
  public SliceWindow(int pipelines) {
    this.pipelines = pipelines;
  }

  /**
   * A list will be read.
   *
   * @param list names it
   * @param from nothing wanted in it is younger; {@link Instant#MAX} when nothing is known
   */
  public void open(Object list, Instant from) {
    open.put(list, from);
  }

  /**
   * A pipeline was found that is wanted. To be called before {@link #reached}.
   *
   * @param createdAt when it was created
   */
  public void found(Instant createdAt) {
    perDay.merge(day(createdAt), 1, Integer::sum);
  }

  /**
   * A list was read on.
   *
   * @param list which
   * @param wanted nothing wanted is left in it that is younger
   */
  public void reached(Object list, Instant wanted) {
    open.put(list, wanted);
    decide();
  }

  /**
   * Nothing more will be read of a list.
   *
   * @param list which
   */
  public void close(Object list) {
    open.remove(list);
    decide();
  }

  /**
   * Returns where the slice ends.
   *
   * @return the beginning of its earliest day; null while that is unknown, or when the slice takes
   *     all there is
   */
  public @Nullable Instant cut() {
    return cut;
  }

  /**
   * Tells whether a list should be read on now.
   *
   * @param list an open one
   * @return false when it is so far back already that the slice may end before
   */
  public boolean isWanted(Object list) {
    Instant at = open.get(list);
    Instant front = front();
    if (cut != null) {
      return !at.isBefore(cut);
    }
    return at.equals(front) || at.equals(Instant.MAX) || !at.isBefore(expectedCut(front));
  }

  /**
   * Tells whether a pipeline belongs to the slice for certain.
   *
   * @param createdAt when it was created
   * @return false as long as it may be one too many
   */
  public boolean holds(Instant createdAt) {
    if (cut != null) {
      return !createdAt.isBefore(cut);
    }
    Instant front = front();
    if (front.equals(Instant.MAX)) {
      return false;
    }
    Instant day = day(createdAt);
    // The newest day is taken, however much it holds; others once they are known whole.
    boolean newest = day.equals(perDay.lastKey()) && !day.isBefore(day(front));
    return newest || front.isBefore(day);
  }

  /** How far back all open lists have got. */
  private Instant front() {
    return open.values().stream().max(Instant::compareTo).orElse(Instant.MIN);
  }

  private void decide() {
    Instant front = front();
    if (cut != null || front.equals(Instant.MAX)) {
      return;
    }
    int taken = 0;
    Instant last = null;
    for (Map.Entry<Instant, Integer> day : perDay.descendingMap().entrySet()) {
      if (day.getKey().isBefore(day(front))) {
        return;
      }
      taken += day.getValue();
      if (taken > pipelines) {
        // The day that is too much need not be known whole; the first is never too much.
        cut = last != null ? last : day.getKey();
        return;
      }
      last = day.getKey();
    }
  }

  /** Where the slice will end if the days go on holding as many as they did so far. */
  private Instant expectedCut(Instant front) {
    if (perDay.isEmpty() || front.equals(Instant.MAX)) {
      return front;
    }
    long found = perDay.tailMap(day(front)).values().stream().mapToLong(Integer::longValue).sum();
    Instant newest = perDay.lastKey().plus(1, ChronoUnit.DAYS);
    double perPipeline = (double) Duration.between(front, newest).toMillis() / Math.max(1, found);
    double ahead = Math.max(0, pipelines - found) * perPipeline;
    return front.minusMillis((long) Math.min(ahead, MOST_AHEAD_MILLIS));
  }

  private static Instant day(Instant moment) {
    return moment.truncatedTo(ChronoUnit.DAYS);
  }
}
