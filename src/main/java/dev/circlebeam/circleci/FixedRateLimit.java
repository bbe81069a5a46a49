package dev.circlebeam.circleci;

import java.time.Duration;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Starts requests evenly, a fixed number a second, whatever the server says short of 429. */
public final class FixedRateLimit implements RateLimit {
  /**
   * Networks delay some requests more than others, so that a server sees a few more in one second
   * and a few less in the next. The rest of the limit is left free for that.
   */
  private static final double USED = 0.98;

  private final double perSecond;
  private final long interval;
  private final Pacer pacer = new Pacer(Duration.ofMillis(5));
  private final Pause pause;

  /**
   * @param requestsPerSecond the limit; above zero
   * @param now the time
   */
  public FixedRateLimit(double requestsPerSecond, long now) {
    this.perSecond = requestsPerSecond * USED;
    this.interval = Pacer.interval(perSecond);
    this.pause = new Pause(now);
  }

  @Override
  public long nextStart(long now) {
    return pause.orLater(pacer.nextStart(now));
  }

  @Override
  public void started(long now) {
    pacer.started(now, interval);
  }

  @Override
  public void accepted(long now, long startedAt, AnnouncedLimits announced) {
    pause.accepted(startedAt);
  }

  @Override
  public void refused(
      long now, long startedAt, @Nullable Duration retryAfter, AnnouncedLimits announced) {
    pause.refused(now, startedAt, retryAfter);
  }

  @Override
  public long pausedUntil() {
    return pause.until();
  }

  @Override
  public double perSecond() {
    return perSecond;
  }
}
