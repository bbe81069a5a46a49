package dev.circlebeam.circleci;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * How long nothing starts after a 429: as long as the server says, or, where it does not, a second,
 * then two, four and so on until a request gets through.
 */
final class Pause {
  private static final long FIRST = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST = TimeUnit.SECONDS.toNanos(64);

  private long until;
  private long refusedAt;
  private long next = FIRST;

  /**
   * @param now the time
   */
  Pause(long now) {
    this.until = now;
    this.refusedAt = now;
  }

  /** Notes that a request got through that was started then. */
  void accepted(long startedAt) {
    if (startedAt - until >= 0) {
      next = FIRST;
    }
  }

  /**
   * Notes a refusal.
   *
   * @return whether it says something new: requests that were under way when the first of them was
   *     refused do not
   */
  boolean refused(long now, long startedAt, @Nullable Duration retryAfter) {
    boolean isNews = startedAt - refusedAt >= 0;
    long wait = retryAfter != null ? retryAfter.toNanos() : next;
    if (retryAfter == null && isNews) {
      next = Math.min(next * 2, LONGEST);
    }
    if (isNews || retryAfter != null) {
      refusedAt = now;
      holdUntil(now + wait);
    }
    return isNews;
  }

  /** Nothing starts before that. */
  void holdUntil(long time) {
    if (time - until > 0) {
      until = time;
    }
  }

  /** Until when nothing starts; a past time when nothing is held up. */
  long until() {
    return until;
  }

  /** The later of two times. */
  long orLater(long time) {
    return time - until > 0 ? time : until;
  }
}
