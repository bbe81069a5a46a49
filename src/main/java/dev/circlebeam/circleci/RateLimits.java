package dev.circlebeam.circleci;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/**
 * The rate limits of this JVM, so that steps of one run that draw on the same shard one after the
 * other go on with the same limit: what one has learned of a server's mood the next one knows.
 */
final class RateLimits {
  private static final ConcurrentMap<String, RateLimit> LIMITS = new ConcurrentHashMap<>();

  private RateLimits() {}

  /**
   * Returns a run's limit for a shard.
   *
   * @param key run and shard
   * @param made makes the limit when there is none yet
   * @return the one limit of that key
   */
  static RateLimit shared(String key, Supplier<RateLimit> made) {
    return LIMITS.computeIfAbsent(key, k -> made.get());
  }
}
