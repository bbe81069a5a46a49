package dev.circlebeam.circleci;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Spaces starts evenly. Nothing is saved up for later: a server that counts by the second would see
 * a burst.
 */
final class Pacer {
  private static final long LEAST_CAUGHT_UP = TimeUnit.MILLISECONDS.toNanos(2);

  private final long mostCaughtUp;
  private long due;
  private boolean begun;

  /**
   * @param mostCaughtUp a late start is made up for, but only one this late: timers and threads are
   *     not exact
   */
  Pacer(Duration mostCaughtUp) {
    this.mostCaughtUp = mostCaughtUp.toNanos();
  }

  /** When the next may start: that time or an earlier one for at once. */
  long nextStart(long now) {
    return begun ? due : now;
  }

  /** Notes a start, after which an interval is to pass. */
  void started(long now, long interval) {
    long credit = begun ? Math.max(Math.min(interval, mostCaughtUp), LEAST_CAUGHT_UP) : 0;
    long from = begun && due - (now - credit) > 0 ? due : now - credit;
    due = from + interval;
    begun = true;
  }

  /** Nanoseconds between two starts at a rate. */
  static long interval(double perSecond) {
    return (long) (TimeUnit.SECONDS.toNanos(1) / perSecond);
  }
}
