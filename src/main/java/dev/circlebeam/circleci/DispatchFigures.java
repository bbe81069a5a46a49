package dev.circlebeam.circleci;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** What a {@link Dispatcher} counted. Used by its thread only. */
public final class DispatchFigures {
  private final RateCourse.Recorder course = new RateCourse.Recorder();
  private long requests;
  private long retries;
  private long rateLimited;
  private long waitedNanos;
  private int maxInFlight;

  void started(int inFlight, long now, double allowed) {
    requests++;
    maxInFlight = Math.max(maxInFlight, inFlight);
    course.started(now, allowed);
  }

  void retried() {
    retries++;
  }

  void refused(long now) {
    rateLimited++;
    course.refused(now);
  }

  void waited(long nanos) {
    waitedNanos += nanos;
  }

  /**
   * Returns how many requests were sent, repeated ones included.
   *
   * @return a count
   */
  public long requests() {
    return requests;
  }

  /**
   * Returns how many were sent again because they had failed; those after a 429 not included.
   *
   * @return a count
   */
  public long retries() {
    return retries;
  }

  /**
   * Returns how many were answered 429.
   *
   * @return a count
   */
  public long rateLimited() {
    return rateLimited;
  }

  /**
   * Returns how long nothing was sent because of a 429, though there was something to send.
   *
   * @return milliseconds
   */
  public long waitedMillis() {
    return TimeUnit.NANOSECONDS.toMillis(waitedNanos);
  }

  /**
   * Returns how many requests were under way at once.
   *
   * @return the largest number
   */
  public int maxInFlight() {
    return maxInFlight;
  }

  /**
   * Returns how the rate went.
   *
   * @param now the time, by the dispatcher's clock
   * @param age how long ago the run began
   * @return the course of what this dispatcher sent
   */
  public RateCourse course(long now, Duration age) {
    return course.course(now, age);
  }
}
