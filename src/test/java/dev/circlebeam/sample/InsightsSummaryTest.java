package dev.circlebeam.sample;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import java.util.List;
import org.junit.Test;

public class InsightsSummaryTest {
  private static final SampleConfig CONFIG = SampleConfig.defaults();
  private static final Project PROJECT = new SampleOrganization(CONFIG).projectList().get(0);

  @Test
  public void givenRuns_thenTheirDurations() {
    ImmutableList.Builder<InsightsRun> runs = ImmutableList.builder();
    for (int seconds = 1; seconds <= 20; seconds++) {
      runs.add(run(100 - seconds, seconds, "main", "success"));
    }
    JsonNode figures = metrics(runs.build()).get("duration_metrics");
    assertEquals(
        "{\"min\":1,\"mean\":11,\"median\":10,\"p95\":19,\"max\":20,\"standard_deviation\":6.0}",
        figures.toString());
  }

  @Test
  public void givenSuccessAfterFailures_thenTimeFromTheFirstOfThem() {
    JsonNode metrics =
        metrics(
            List.of(
                run(900, 10, "main", "success"),
                run(500, 10, "main", "success"),
                run(400, 10, "main", "canceled"),
                run(300, 10, "other", "success"),
                run(200, 10, "main", "failed"),
                run(100, 10, "main", "failed")));
    assertEquals(400, metrics.get("mttr").asInt());
    assertEquals(3, metrics.get("successful_runs").asInt());
    assertEquals(2, metrics.get("failed_runs").asInt());
    assertEquals(0.5, metrics.get("success_rate").asDouble(), 0);
    assertEquals(0.6, metrics.get("throughput").asDouble(), 0);
    assertEquals(42, metrics.get("total_credits_used").asInt());
  }

  @Test
  public void givenNothingRecovered_thenNoTime() {
    JsonNode metrics =
        metrics(List.of(run(300, 10, "other", "success"), run(200, 10, "main", "failed")));
    assertTrue(metrics.get("mttr").isNull());
  }

  private static JsonNode metrics(List<InsightsRun> runs) {
    return new InsightsSummary("build", runs, 10).json(PROJECT).get("metrics");
  }

  private static InsightsRun run(long second, int seconds, String branch, String status) {
    long created = second * 1_000;
    return new InsightsRun(
        0, 1, 0, "build", branch, created, created + seconds * 1_000L, status, 7, false);
  }
}
