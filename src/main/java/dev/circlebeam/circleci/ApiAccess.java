package dev.circlebeam.circleci;

import java.io.Serializable;
import java.time.Duration;

/**
 * How a run may use the API; travels to wherever requests are made and opens sessions there.
 *
 * @param runId the run, whose sessions in one JVM share its limits
 * @param connection where to and how
 * @param pace how fast
 * @param maxConcurrentRequests how many requests a shard may have in flight
 * @param firstRetryWait how long to wait before a failed request is tried again; later waits grow
 */
public record ApiAccess(
    String runId,
    Connection connection,
    Pace pace,
    int maxConcurrentRequests,
    Duration firstRetryWait)
    implements Serializable {
  /**
   * Returns into how many shards the limit is divided.
   *
   * @return at least 1
   */
  public int shards() {
    return pace.shards();
  }

  /**
   * Opens a session: resolves the token, opens the pool.
   *
   * @return the session; to be closed by the caller
   * @throws IllegalStateException when the token or the CA file cannot be had
   */
  public ApiSession open() {
    return new ApiSession(this);
  }
}
