package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;

/**
 * The server's own routes, for other processes: what it counted and its clock. They need no token
 * and know neither limit nor latency nor faults.
 */
final class ControlRoutes {
  /** What the paths of these routes start with. */
  static final String PREFIX = "/sample/";

  private final StatsRecorder stats;
  private final SampleClock clock;

  /** Routes to these counts and this clock. */
  ControlRoutes(StatsRecorder stats, SampleClock clock) {
    this.stats = stats;
    this.clock = clock;
  }

  /** Answers one request. */
  Reply handle(ApiRequest request) {
    return switch (request.method() + " " + request.path()) {
      case "GET /sample/stats" -> Reply.json(200, stats.snapshot().json());
      case "POST /sample/stats/reset" -> {
        stats.reset(System.nanoTime());
        yield Reply.json(200, stats.snapshot().json());
      }
      case "GET /sample/clock" -> clock();
      case "POST /sample/clock" -> moveClock(request);
      default -> Reply.message(404, "Not Found");
    };
  }

  private Reply moveClock(ApiRequest request) {
    String advance = request.queryValue("advance");
    String now = request.queryValue("now");
    try {
      if (advance != null) {
        clock.advance(Duration.parse(advance));
        return clock();
      }
      if (now != null) {
        clock.set(Instant.parse(now));
        return clock();
      }
    } catch (DateTimeException e) {
      return Reply.message(400, "not a time: " + e.getMessage());
    }
    return Reply.message(400, "say ?advance=PT2H or ?now=2026-07-01T00:00:00Z");
  }

  private Reply clock() {
    return Reply.json(
        200, JsonNodeFactory.instance.objectNode().put("now", clock.now().toString()));
  }
}
