package dev.circlebeam.circleci;

import java.util.concurrent.TimeUnit;

/** What a {@link Dispatcher} counted. Used by its thread only. */
public final class DispatchFigures {
  private long requests;
  private long retries;
  private long rateLimited;
  private long waitedNanos;
  private int maxInFlight;

  void started(int inFlight) {
    requests++;
    maxInFlight = Math.max(maxInFlight, inFlight);
  }

  void retried() {
    retries++;
  }

  void refused() {
    rateLimited++;
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
}
