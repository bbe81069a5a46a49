package dev.circlebeam.circleci;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.Test;

/** The limit that is found out, against servers of many kinds, in virtual time. */
public class AdaptiveRateLimitTest {
  private static final double[] LIMITS = {5, 20, 60, 200};
  private static final Duration LATENCY = Duration.ofMillis(50);

  @Test
  public void givenAServerThatAnnouncesItsLimit_thenNineTenthsAreUsedAndNearlyNothingIsRefused() {
    for (SimulatedServer.Form form : SimulatedServer.Form.values()) {
      for (double limit : LIMITS) {
        SimulatedServer server = server(form, limit).announcing(SimulatedServer.Headers.SHORT);
        server.run(new AdaptiveRateLimit(500, 0), 64, 60);

        assertTrue(server + " used " + server.usedAfter(15), server.usedAfter(15) >= 0.9);
        assertTrue(server + " refused " + server.refused(), server.refused() < 0.01);
      }
    }
  }

  @Test
  public void givenAServerThatSaysNothing_thenItsLimitIsFoundAllTheSame() {
    for (SimulatedServer.Form form : SimulatedServer.Form.values()) {
      for (double limit : LIMITS) {
        for (int millis : new int[] {20, 35, 50, 52, 55, 60, 80, 100, 150}) {
          // At 5 a second 1 % of a minute's requests would be fewer than it takes to find a limit.
          int seconds = limit < 10 ? 120 : 60;
          SimulatedServer server = new SimulatedServer(form, limit, 1, Duration.ofMillis(millis));
          server.run(new AdaptiveRateLimit(500, 0), 64, seconds);

          String what = server + " after " + millis + " ms";
          assertTrue(what + " used " + server.usedAfter(15), server.usedAfter(15) >= 0.9);
          assertTrue(what + " refused " + server.refused(), server.refused() < 0.01);
        }
      }
    }
  }

  @Test
  public void givenALimitByTheMinute_thenItIsStayedUnder() {
    for (SimulatedServer.Headers headers : SimulatedServer.Headers.values()) {
      if (headers != SimulatedServer.Headers.NONE) {
        SimulatedServer server =
            new SimulatedServer(SimulatedServer.Form.FIXED_WINDOW, 600, 60, LATENCY)
                .announcing(headers);
        server.run(new AdaptiveRateLimit(500, 0), 64, 600);

        assertTrue(server + " used " + server.usedAfter(120), server.usedAfter(120) >= 0.85);
        assertTrue(server + " refused " + server.refused(), server.refused() < 0.01);
      }
    }
  }

  @Test
  public void givenNoLimitAtAll_thenTheCeilingIsReachedAndKept() {
    SimulatedServer server = server(SimulatedServer.Form.TOKEN_BUCKET, 1_000_000);
    server.run(new AdaptiveRateLimit(50, 0), 64, 60);

    assertEquals(50, server.answeredAfter(15) / 45.0, 1);
    assertEquals(0, server.refused(), 0);
  }

  @Test
  public void givenFewRequests_thenTheRateIsNotBelievedToBeProved() {
    AdaptiveRateLimit limit = new AdaptiveRateLimit(500, 0);
    for (long second = 0; second < 600; second++) {
      long now = second * 1_000_000_000L;
      limit.started(now);
      limit.accepted(now, now, AnnouncedLimits.NONE);
    }
    // Ten minutes at one a second prove nothing about hundreds.
    assertTrue("" + limit.perSecond(), limit.perSecond() < 500);
  }

  @Test
  public void givenRetryAfter_thenNothingStartsBeforeAndThenItGoesOnSlower() {
    AdaptiveRateLimit limit = new AdaptiveRateLimit(500, 0);
    long now = 0;
    for (int i = 0; i < 200; i++) {
      now = Math.max(now, limit.nextStart(now));
      limit.started(now);
      limit.accepted(now, now, AnnouncedLimits.NONE);
    }
    double before = limit.perSecond();

    limit.refused(now, now, Duration.ofSeconds(3), AnnouncedLimits.NONE);

    assertEquals(now + 3_000_000_000L, limit.nextStart(now));
    limit.started(now + 3_000_000_000L);
    assertTrue(limit.perSecond() < before);
    assertTrue(limit.perSecond() >= before / 2);
  }

  @Test
  public void givenNothingButRefusals_thenItGoesOnAskingAtTheFloor() {
    AdaptiveRateLimit limit = new AdaptiveRateLimit(500, 0);
    long now = 0;
    for (int i = 0; i < 30; i++) {
      now = Math.max(now, limit.nextStart(now));
      limit.started(now);
      limit.refused(now, now, null, AnnouncedLimits.NONE);
    }
    assertEquals(0.5, limit.perSecond(), 0.5);
    assertTrue(limit.nextStart(now) - now <= 64_000_000_000L);
  }

  @Test
  public void givenALimitThatIsLowered_thenItIsFollowed() {
    SimulatedServer server = server(SimulatedServer.Form.TOKEN_BUCKET, 60);
    AdaptiveRateLimit limit = new AdaptiveRateLimit(500, 0);
    server.run(limit, 64, 60);
    server.lower(20);
    server.run(limit, 64, 60);

    assertTrue("" + server.usedAfter(80), server.usedAfter(80) >= 0.8);
    assertTrue("" + limit.perSecond(), limit.perSecond() < 30);
  }

  @Test
  public void givenAnnouncedLimitsThatDiffer_thenTheLowestCounts() {
    KnownLimit known = new KnownLimit();
    known.heard(
        0,
        new AnnouncedLimits(
            List.of(
                new AnnouncedLimits.Limit("second", 50, 1.0, null, null),
                new AnnouncedLimits.Limit("minute", 600, 60.0, null, null))));

    assertEquals(10, known.perSecond(0), 0.001);
    assertTrue(Double.isInfinite(known.perSecond(Duration.ofMinutes(5).toNanos())));
  }

  private static SimulatedServer server(SimulatedServer.Form form, double limit) {
    return new SimulatedServer(form, limit, 1, LATENCY);
  }
}
