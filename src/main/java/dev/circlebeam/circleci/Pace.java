package dev.circlebeam.circleci;

import java.io.Serializable;

/**
 * How fast a run may send requests.
 *
 * @param perSecond requests per second of the whole run: a fixed limit, or the adaptive one's
 *     ceiling
 * @param isAdaptive whether the server's limit is found out
 * @param shards into how many equal parts a fixed limit is divided; an adaptive one has a single
 *     one
 */
public record Pace(double perSecond, boolean isAdaptive, int shards) implements Serializable {
  /** Checks that what is found out is found out by one. */
  public Pace {
    if (isAdaptive && shards != 1) {
      throw new IllegalArgumentException("an adaptive limit cannot be divided");
    }
  }

  /**
   * A fixed limit.
   *
   * @param perSecond requests per second of the whole run
   * @param shards into how many parts it is divided
   * @return the pace
   */
  public static Pace fixed(double perSecond, int shards) {
    return new Pace(perSecond, false, shards);
  }

  /**
   * As fast as the server lets through.
   *
   * @param ceiling requests per second that are never exceeded
   * @return the pace
   */
  public static Pace adaptive(double ceiling) {
    return new Pace(ceiling, true, 1);
  }

  /**
   * Makes the limit of one shard.
   *
   * @param now the time
   * @return the limit
   */
  RateLimit limit(long now) {
    if (isAdaptive) {
      return new AdaptiveRateLimit(perSecond, now);
    }
    // Whole requests where there are several: each may begin one more in a second than its share,
    // were it a fraction.
    double share = shards == 1 ? perSecond : Math.floor(perSecond / shards);
    return new FixedRateLimit(share, now);
  }
}
