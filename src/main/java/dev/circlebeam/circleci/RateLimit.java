package dev.circlebeam.circleci;

import java.time.Duration;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * When the next request of one shard may start. Used by one thread at a time. All times are
 * nanoseconds of one monotonic clock.
 */
public interface RateLimit {
  /**
   * Returns when the next request may start.
   *
   * @param now the time
   * @return that time, or an earlier one when it may start at once
   */
  long nextStart(long now);

  /**
   * Notes that a request was started.
   *
   * @param now when
   */
  void started(long now);

  /**
   * Notes that the server let a request through, whatever it then answered.
   *
   * @param now when the answer came
   * @param startedAt when that request was started
   * @param announced what the answer's headers say of limits
   */
  void accepted(long now, long startedAt, AnnouncedLimits announced);

  /**
   * Notes that the server answered 429: nothing starts for a while.
   *
   * @param now when the answer came
   * @param startedAt when that request was started
   * @param retryAfter how long the server asks to wait; null when it does not say
   * @param announced what the answer's headers say of limits
   */
  void refused(long now, long startedAt, @Nullable Duration retryAfter, AnnouncedLimits announced);

  /**
   * Tells until when the server's refusals keep everything waiting.
   *
   * @return a time; a past one when nothing is held up
   */
  long pausedUntil();

  /**
   * Tells how fast requests may start now.
   *
   * @return requests per second
   */
  double perSecond();
}
