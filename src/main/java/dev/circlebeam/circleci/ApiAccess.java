package dev.circlebeam.circleci;

import java.io.Serializable;
import java.time.Duration;

/**
 * How a run may use the API; travels to wherever requests are made and opens sessions there.
 *
 * @param runId the run, whose sessions in one JVM share its limits
 * @param connection where to and how
 * @param requestsPerSecond the limit of the whole run
 * @param shards into how many equal parts the limit is divided
 * @param maxConcurrentRequests how many requests a shard may have in flight
 * @param firstRetryWait how long to wait before a failed request is tried again; later waits grow
 */
public record ApiAccess(
    String runId,
    Connection connection,
    double requestsPerSecond,
    int shards,
    int maxConcurrentRequests,
    Duration firstRetryWait)
    implements Serializable {
  /**
   * Returns what one shard may use of the limit. Whole requests where there are several: each may
   * begin one more in a second than its share, were it a fraction.
   *
   * @return requests per second
   */
  double sharePerSecond() {
    return shards == 1 ? requestsPerSecond : Math.floor(requestsPerSecond / shards);
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
