package dev.circlebeam.circleci;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Starts requests evenly, a fixed number a second. Nothing is saved up for later: a server that
 * counts by the second would see a burst. After a 429 nothing starts until the server's time is up,
 * or, where it names none, for a second, then two, four and so on.
 */
public final class FixedRateLimit implements RateLimit {
  /**
   * Networks delay some requests more than others, so that a server sees a few more in one second
   * and a few less in the next. The rest of the limit is left free for that.
   */
  private static final double USED = 0.98;

  /** A late start is made up for, but only one this late: timers and threads are not exact. */
  private static final long MOST_CAUGHT_UP = TimeUnit.MILLISECONDS.toNanos(5);

  private static final long FIRST_PAUSE = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(64);

  private final long interval;
  private long due;
  private boolean begun;
  private long pausedUntil;
  private long pausedAt;
  private long pause = FIRST_PAUSE;

  /**
   * @param requestsPerSecond the limit; above zero
   * @param now the time
   */
  public FixedRateLimit(double requestsPerSecond, long now) {
    this.interval = (long) (TimeUnit.SECONDS.toNanos(1) / (requestsPerSecond * USED));
    this.pausedUntil = now;
    this.pausedAt = now;
  }

  @Override
  public long nextStart(long now) {
    long next = begun ? due : now;
    return next - pausedUntil > 0 ? next : pausedUntil;
  }

  @Override
  public void started(long now) {
    long credit = Math.max(Math.min(interval, MOST_CAUGHT_UP), TimeUnit.MILLISECONDS.toNanos(2));
    long from = begun && due - (now - credit) > 0 ? due : now - (begun ? credit : 0);
    due = from + interval;
    begun = true;
  }

  @Override
  public void accepted(long startedAt) {
    if (startedAt - pausedUntil >= 0) {
      pause = FIRST_PAUSE;
    }
  }

  @Override
  public void refused(long now, long startedAt, @Nullable Duration retryAfter) {
    // Requests that were under way when the first of them was refused say nothing new.
    boolean news = startedAt - pausedAt >= 0;
    long wait = retryAfter != null ? retryAfter.toNanos() : pause;
    if (retryAfter == null && news) {
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
    if (news || retryAfter != null) {
      pausedAt = now;
      if (now + wait - pausedUntil > 0) {
        pausedUntil = now + wait;
      }
    }
  }

  @Override
  public long pausedUntil() {
    return pausedUntil;
  }
}
