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

  /** How many slices' worth of pipelines are found before lists wait for the one behind. */
  private static final long MOST_FOUND = 2;

  private final int pipelines;
  private final Map<Object, Instant> open = new HashMap<>();
  private final TreeMap<Instant, Integer> perDay = new TreeMap<>();
  private long found;
  private @Nullable Instant cut;

  /** How far back all open lists have got. */
  private Instant front = Instant.MIN;

  /** Lists that are further back are not read on. */
  private Instant readUntil = Instant.MIN;

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
    decide();
  }

  /**
   * A pipeline was found that is wanted. To be called before {@link #reached}.
   *
   * @param createdAt when it was created
   */
  public void found(Instant createdAt) {
    perDay.merge(day(createdAt), 1, Integer::sum);
    found++;
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
    return !open.get(list).isBefore(readUntil);
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
    if (front.equals(Instant.MAX)) {
      return false;
    }
    Instant day = day(createdAt);
    // The newest day is taken, however much it holds; others once they are known whole.
    boolean newest = day.equals(perDay.lastKey()) && !day.isBefore(day(front));
    return newest || front.isBefore(day);
  }

  /** Finds out all that follows from how far the lists have got. */
  private void decide() {
    front = open.values().stream().max(Instant::compareTo).orElse(Instant.MIN);
    long taken = 0;
    Instant last = null;
    Instant earliest = Instant.MIN;
    for (Map.Entry<Instant, Integer> each : perDay.descendingMap().entrySet()) {
      Instant day = each.getKey();
      taken += each.getValue();
      if (taken > pipelines) {
        // The day that is too much need not be known whole; the first is never too much.
        if (cut == null && !day.isBefore(day(front))) {
          cut = last != null ? last : day;
        }
        earliest = last != null ? day.plus(1, ChronoUnit.DAYS) : day;
        break;
      }
      last = day;
    }
    readUntil = cut != null ? cut : readUntil(earliest);
  }

  /**
   * Where the slice will end if the days go on holding as many as they did so far.
   *
   * @param earliest it will not end before
   */
  private Instant readUntil(Instant earliest) {
    boolean isKnown = !perDay.isEmpty() && !open.isEmpty() && !front.equals(Instant.MAX);
    if (!isKnown || found > MOST_FOUND * pipelines) {
      return front;
    }
    long known = perDay.tailMap(day(front)).values().stream().mapToLong(Integer::longValue).sum();
    Instant newest = perDay.lastKey().plus(1, ChronoUnit.DAYS);
    long passed = Math.max(0, Duration.between(front, newest).toMillis());
    double perPipeline = (double) passed / Math.max(1, known);
    double ahead = Math.max(0, pipelines - known) * perPipeline;
    Instant expected = front.minusMillis((long) Math.min(ahead, MOST_AHEAD_MILLIS));
    return expected.isBefore(earliest) ? earliest : expected;
  }

  private static Instant day(Instant moment) {
    return moment.truncatedTo(ChronoUnit.DAYS);
  }
}
