package dev.circlebeam.circleci;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;
import org.junit.Test;

/** The limit by itself; times are nanoseconds since its start. */
public class FixedRateLimitTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final long MILLI = Duration.ofMillis(1).toNanos();
  private static final double[] RATES = {0.5, 1, 2, 3, 10, 19.5, 33, 50, 100, 1000, 100_000};

  @Test
  public void givenExactTimers_thenEverySecondHasAtMostTheLimit() {
    for (double rate : RATES) {
      assertLimited(rate, () -> 0);
    }
  }

  @Test
  public void givenLateTimers_thenEverySecondHasAtMostTheLimit() {
    Random random = new Random(7);
    for (double rate : RATES) {
      assertLimited(rate, () -> random.nextInt((int) (3 * MILLI)));
      assertLimited(rate, () -> random.nextInt(20) == 0 ? random.nextInt((int) (90 * MILLI)) : 0);
    }
  }

  @Test
  public void givenExactTimers_thenNearlyAllOfItIsUsed() {
    for (double rate : RATES) {
      List<Long> starts = starts(rate, 1000, () -> 0);
      double used = 999 / ((starts.get(999) - starts.get(0)) / (double) SECOND) / rate;
      assertTrue("at " + rate + " used " + used, used >= 0.96 && used <= 0.99);
    }
  }

  @Test
  public void givenTimersAMillisecondLate_thenNearlyAllOfItIsUsed() {
    Random random = new Random(7);
    for (double rate : new double[] {10, 50, 100, 400}) {
      List<Long> starts = starts(rate, 1000, () -> random.nextInt((int) MILLI));
      double used = 999 / ((starts.get(999) - starts.get(0)) / (double) SECOND) / rate;
      assertTrue("at " + rate + " used " + used, used >= 0.96 && used <= 0.99);
    }
  }

  @Test
  public void givenTheFirstRequest_thenAtOnce() {
    assertTrue(new FixedRateLimit(1, 5).nextStart(5) <= 5);
    assertTrue(new FixedRateLimit(1, 5).nextStart(5 + SECOND) <= 5 + SECOND);
  }

  @Test
  public void givenAnIdleMinute_thenNoBurst() {
    for (double rate : new double[] {1, 10, 100, 1000}) {
      FixedRateLimit limit = new FixedRateLimit(rate, 0);
      limit.started(0);
      long now = 60 * SECOND;
      int atOnce = 0;
      while (limit.nextStart(now) <= now) {
        limit.started(now);
        atOnce++;
      }
      assertTrue(atOnce + " at once at " + rate, atOnce >= 1 && atOnce <= 3);
    }
  }

  @Test
  public void givenRetryAfter_thenNothingStartsBefore() {
    FixedRateLimit limit = new FixedRateLimit(100, 0);
    limit.started(0);
    limit.refused(SECOND, 0, Duration.ofSeconds(7), AnnouncedLimits.NONE);
    assertEquals(8 * SECOND, limit.pausedUntil());
    assertEquals(8 * SECOND, limit.nextStart(SECOND));
  }

  @Test
  public void givenShorterRetryAfterLater_thenTheLongerHolds() {
    FixedRateLimit limit = new FixedRateLimit(100, 0);
    limit.refused(SECOND, 0, Duration.ofSeconds(7), AnnouncedLimits.NONE);
    limit.refused(SECOND + 1, 0, Duration.ofSeconds(2), AnnouncedLimits.NONE);
    assertEquals(8 * SECOND, limit.pausedUntil());
  }

  @Test
  public void givenNoRetryAfter_thenWaitsDoubleUpToAMinute() {
    FixedRateLimit limit = new FixedRateLimit(100, 0);
    long now = 0;
    for (long seconds : new long[] {1, 2, 4, 8, 16, 32, 64, 64, 64}) {
      limit.refused(now, now, null, AnnouncedLimits.NONE);
      assertEquals(now + seconds * SECOND, limit.pausedUntil());
      now = limit.pausedUntil();
    }
  }

  @Test
  public void givenSuccessAfterThePause_thenWaitsBeginAnew() {
    FixedRateLimit limit = new FixedRateLimit(100, 0);
    limit.refused(0, 0, null, AnnouncedLimits.NONE);
    limit.refused(SECOND, SECOND, null, AnnouncedLimits.NONE);
    assertEquals(3 * SECOND, limit.pausedUntil());
    limit.accepted(3 * SECOND, 3 * SECOND, AnnouncedLimits.NONE);
    limit.refused(4 * SECOND, 3 * SECOND, null, AnnouncedLimits.NONE);
    assertEquals(5 * SECOND, limit.pausedUntil());
  }

  @Test
  public void givenSuccessOfARequestFromBeforeThePause_thenWaitsGoOnGrowing() {
    FixedRateLimit limit = new FixedRateLimit(100, 0);
    limit.refused(MILLI, 0, null, AnnouncedLimits.NONE);
    limit.accepted(0, 0, AnnouncedLimits.NONE);
    limit.refused(2 * SECOND, 2 * SECOND, null, AnnouncedLimits.NONE);
    assertEquals(4 * SECOND, limit.pausedUntil());
  }

  @Test
  public void givenABurstOfRefusals_thenOneStep() {
    FixedRateLimit limit = new FixedRateLimit(100, 0);
    for (int i = 0; i < 32; i++) {
      limit.refused(SECOND + i * MILLI, i, null, AnnouncedLimits.NONE);
    }
    assertEquals(2 * SECOND, limit.pausedUntil());
    limit.refused(3 * SECOND, 2 * SECOND, null, AnnouncedLimits.NONE);
    assertEquals(5 * SECOND, limit.pausedUntil());
  }

  private static void assertLimited(double rate, LongSupplier lateness) {
    List<Long> starts = starts(rate, 2000, lateness);
    int most = (int) Math.ceil(rate);
    assertEquals(2000, starts.size());
    for (int i = 0; i + most < starts.size(); i++) {
      long took = starts.get(i + most) - starts.get(i);
      assertTrue(most + 1 + " in " + took + " ns at " + rate, took >= SECOND);
    }
  }

  private static List<Long> starts(double rate, int count, LongSupplier lateness) {
    FixedRateLimit limit = new FixedRateLimit(rate, 0);
    List<Long> starts = new ArrayList<>();
    long now = 0;
    while (starts.size() < count) {
      long next = limit.nextStart(now);
      if (next > now) {
        now = next + lateness.getAsLong();
      }
      limit.started(now);
      starts.add(now);
    }
    return starts;
  }
}
