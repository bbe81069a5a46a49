package dev.circlebeam.circleci;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What answers have told of the server's limits so far, as one rate that stays under all of them.
 * Where the length of a window is not told, it is learned from its reset: one that never counts
 * down is the length; one that does is at least as long as the highest that was seen, and what
 * remains of the window is spread over what is left of it.
 */
final class KnownLimit {
  /** A reset is given in whole seconds: one that has stood still for longer does not count down. */
  private static final long STANDS_STILL = TimeUnit.MILLISECONDS.toNanos(2_500);

  /** What was not said for so long holds no more: another service may have answered. */
  private static final long FORGOTTEN = Duration.ofMinutes(2).toNanos();

  private static final class Window {
    double perSecond = Double.POSITIVE_INFINITY;
    double longestReset;
    double lastReset;
    long sameSince;
    boolean countsDown;
    long saidAt;
  }

  private final Map<String, Window> windows = new HashMap<>();

  /**
   * Takes in what an answer says.
   *
   * @param now when it came
   * @param announced what it says
   * @return how long nothing should be sent because nothing is left; null when it may go on
   */
  @Nullable Duration heard(long now, AnnouncedLimits announced) {
    Duration wait = null;
    for (AnnouncedLimits.Limit limit : announced.limits()) {
      Window window = windows.computeIfAbsent(limit.name(), name -> new Window());
      Duration its = heard(now, limit, window);
      wait = wait == null || (its != null && its.compareTo(wait) > 0) ? its : wait;
    }
    return wait;
  }

  /** How many requests a second stay under all limits; infinite when none is known. */
  double perSecond(long now) {
    double lowest = Double.POSITIVE_INFINITY;
    for (Window window : windows.values()) {
      if (now - window.saidAt < FORGOTTEN) {
        lowest = Math.min(lowest, window.perSecond);
      }
    }
    return lowest;
  }

  private static @Nullable Duration heard(long now, AnnouncedLimits.Limit limit, Window window) {
    window.saidAt = now;
    boolean isLong = limit.resetSeconds() != null && limit.resetSeconds() > 1;
    if (limit.resetSeconds() != null) {
      watch(now, limit.resetSeconds(), window);
    }
    Double length = limit.windowSeconds();
    if (length == null) {
      length = limit.resetSeconds() == null ? null : Math.max(1, window.longestReset);
    }
    if (length == null) {
      return null;
    }
    window.perSecond = limit.requests() / length;
    boolean isStill = !window.countsDown && now - window.sameSince > STANDS_STILL;
    if (!isLong || isStill || limit.remaining() == null) {
      return null;
    }
    window.perSecond = Math.min(window.perSecond, limit.remaining() / limit.resetSeconds());
    // Only a window that is known to end is waited for.
    return limit.remaining() < 1 && window.countsDown
        ? Duration.ofMillis((long) (limit.resetSeconds() * 1000))
        : null;
  }

  private static void watch(long now, double reset, Window window) {
    if (window.longestReset == 0 || Math.abs(reset - window.lastReset) > 0.01) {
      window.countsDown |= window.longestReset > 1 && reset < window.lastReset;
      window.sameSince = now;
    }
    window.lastReset = reset;
    window.longestReset = Math.max(window.longestReset, reset);
  }
}
