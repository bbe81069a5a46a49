package dev.circlebeam.circleci;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How often and when a request is tried again that failed for a reason that may pass.
 *
 * @param attempts how many tries there are in all
 * @param firstWait the wait after the first failure; doubled after each further one
 * @param longestWait no wait is longer
 * @param random numbers from 0 to 1, for spreading waits by half up and down
 */
public record RetryPolicy(
    int attempts, Duration firstWait, Duration longestWait, DoubleSupplier random) {
  private static final int SOONER = 5;

  /**
   * The policy of a sync: six tries, over some thirty times the first wait.
   *
   * @param firstWait the wait after the first failure
   * @return the policy
   */
  public static RetryPolicy standard(Duration firstWait) {
    return new RetryPolicy(6, firstWait, Duration.ofMinutes(1), Math::random);
  }

  /**
   * Returns how long to wait when the request is the only one, or most fail.
   *
   * @param failures how often the request has failed; at least 1
   * @return the wait before the next try
   */
  public Duration wait(int failures) {
    double factor = Math.pow(2, failures - 1) * (0.5 + random.getAsDouble());
    double millis = Math.min(firstWait.toMillis() * factor, (double) longestWait.toMillis());
    return Duration.ofMillis((long) millis);
  }

  /**
   * Returns how long to wait while most other requests are answered: the server is well, so it is
   * tried again sooner. Only the last wait is as long as any, for what is wrong with this one
   * address may take its time.
   *
   * @param failures how often the request has failed; at least 1
   * @return the wait before the next try
   */
  public Duration waitWhileOthersAreAnswered(int failures) {
    Duration wait = wait(failures);
    return failures < attempts - 1 ? wait.dividedBy(SOONER) : wait;
  }
}
