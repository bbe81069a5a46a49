package dev.circlebeam.circleci;

import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * How fast a run went over time. Points lie at least ten seconds apart; in a long run further, so
 * that there are never more than a few hundred.
 *
 * @param stepSeconds how long a point stands for
 * @param points in the order of time; none for times in which nothing was sent
 */
public record RateCourse(int stepSeconds, List<Point> points) implements Serializable {
  /**
   * A stretch of time.
   *
   * @param second when it begins, in seconds since the run's start
   * @param sent how many requests were sent in it
   * @param allowed how many a second the limit would have allowed, in the end; of all shards
   * @param rateLimited how many answers 429 came in it
   */
  public record Point(long second, long sent, double allowed, long rateLimited)
      implements Serializable {
    private Point plus(Point more) {
      return new Point(
          second,
          sent + more.sent,
          Math.max(allowed, more.allowed),
          rateLimited + more.rateLimited);
    }
  }

  private static final int FIRST_STEP = 10;
  private static final int MOST_POINTS = 360;

  /** Nothing was sent. */
  public static final RateCourse NONE = new RateCourse(FIRST_STEP, List.of());

  /**
   * Adds the course of another part of the same run.
   *
   * @param more the other part's
   * @return both
   */
  public RateCourse plus(RateCourse more) {
    List<Point> all = new ArrayList<>(points);
    all.addAll(more.points);
    return of(Math.max(stepSeconds, more.stepSeconds), all);
  }

  private static RateCourse of(int step, List<Point> points) {
    int longer = step;
    Map<Long, Point> sum = sum(longer, points);
    while (sum.size() > MOST_POINTS) {
      longer *= 2;
      sum = sum(longer, points);
    }
    return new RateCourse(longer, new ArrayList<>(sum.values()));
  }

  private static Map<Long, Point> sum(int step, List<Point> points) {
    Map<Long, Point> sum = new TreeMap<>();
    for (Point point : points) {
      long second = Math.floorDiv(point.second, step) * step;
      Point there = new Point(second, point.sent, point.allowed, point.rateLimited);
      sum.merge(second, there, Point::plus);
    }
    return sum;
  }

  /** Takes notes on the way. Used by one thread. */
  static final class Recorder {
    private final TreeMap<Long, Point> seconds = new TreeMap<>();
    private long first;

    void started(long now, double allowed) {
      if (seconds.isEmpty()) {
        first = now;
      }
      add(now, 1, Math.round(allowed * 10) / 10.0, 0);
    }

    void refused(long now) {
      add(now, 0, 0, 1);
    }

    private void add(long now, long sent, double allowed, long rateLimited) {
      long second = TimeUnit.NANOSECONDS.toSeconds(now - first);
      Point last = seconds.get(second);
      // The newest figure of what is allowed is the one that counts.
      seconds.put(
          second,
          last == null
              ? new Point(second, sent, allowed, rateLimited)
              : new Point(
                  second,
                  last.sent + sent,
                  sent > 0 ? allowed : last.allowed,
                  last.rateLimited + rateLimited));
    }

    RateCourse course(long now, Duration age) {
      long begunAt = TimeUnit.NANOSECONDS.toSeconds(age.toNanos() - (now - first));
      List<Point> shifted = new ArrayList<>();
      for (Point point : seconds.values()) {
        long second = Math.max(0, point.second + begunAt);
        shifted.add(new Point(second, point.sent, point.allowed, point.rateLimited));
      }
      return of(FIRST_STEP, shifted);
    }
  }
}
