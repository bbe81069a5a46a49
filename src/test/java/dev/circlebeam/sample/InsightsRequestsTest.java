package dev.circlebeam.sample;

import static dev.circlebeam.sample.InsightsPaths.ids;
import static dev.circlebeam.sample.InsightsPaths.instant;
import static dev.circlebeam.sample.InsightsPaths.runs;
import static dev.circlebeam.sample.InsightsPaths.workflows;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.Test;

/** What a request to Insights may ask for, and the figures it gets. */
public class InsightsRequestsTest {
  private static final SampleConfig CONFIG = SampleConfig.defaults().withHistory(1_200, 85);
  private static final String WEB_SHOP = "gh/acme/web-shop";

  private static SampleServer server;
  private static Client client;

  @BeforeClass
  public static void start() {
    server = SampleServer.start(CONFIG);
    client = new Client(server);
  }

  @AfterClass
  public static void stop() {
    server.close();
  }

  @Before
  public void resetClock() {
    server.setClock(CONFIG.now());
  }

  @Test
  public void givenDates_thenOnlyRunsCreatedBetween() throws Exception {
    String path = runs(WEB_SHOP, "build-test") + "?all-branches=true";
    List<ObjectNode> all = client.items(path);
    Instant from = instant(all.get(200), "created_at");
    Instant to = instant(all.get(100), "created_at");
    assertEquals(all.subList(0, 201), client.items(path + "&start-date=" + from));
    assertEquals(
        all.subList(101, 201), client.items(path + "&start-date=" + from + "&end-date=" + to));
    List<ObjectNode> days =
        client.items(path + "&start-date=2026-06-01&end-date=2026-06-03T00:00:00Z");
    assertFalse(days.isEmpty());
    List<ObjectNode> expected = new ArrayList<>(all);
    expected.removeIf(run -> !run.get("created_at").asText().matches("2026-06-0[12]T.*"));
    assertEquals(expected, days);
    assertEquals(List.of(), client.items(path + "&start-date=2027-01-01"));
  }

  @Test
  public void givenWrongParameters_thenBadRequest() throws Exception {
    for (String query :
        List.of(
            "start-date=yesterday",
            "start-date=2026-06-31",
            "start-date=2026-06-01T00:00",
            "start-date=-999999999-01-01",
            "end-date=2026-06-01",
            "start-date=2026-06-02&end-date=2026-06-01",
            "start-date=2026-01-01&end-date=2026-04-02",
            "page-token=20")) {
      assertEquals(query, 400, client.get(runs(WEB_SHOP, "deploy") + "?" + query).statusCode());
    }
    for (String query : List.of("reporting-window=last-3-days", "reporting-window=")) {
      assertEquals(query, 400, client.get(workflows(WEB_SHOP) + "?" + query).statusCode());
    }
    assertEquals(404, client.get(workflows("gh/acme/none")).statusCode());
    assertEquals(
        List.of(),
        client.items(runs(WEB_SHOP, "deploy") + "?start-date=2026-01-01&end-date=2026-04-01"));
  }

  @Test
  public void givenNoBranch_thenTheDefaultBranch() throws Exception {
    String path = runs(WEB_SHOP, "build-test");
    List<ObjectNode> all = client.items(path + "?all-branches=true&branch=develop");
    for (String branch : List.of("main", "develop")) {
      List<ObjectNode> expected = new ArrayList<>(all);
      expected.removeIf(run -> !run.get("branch").asText().equals(branch));
      assertTrue(branch, expected.size() > 100 && expected.size() < all.size());
      assertEquals(expected, client.items(path + "?branch=" + branch));
      if (branch.equals("main")) {
        assertEquals(expected, client.items(path));
        assertEquals(
            expected.size(),
            summary(workflows(WEB_SHOP), "build-test").at("/metrics/total_runs").asInt());
      }
    }
    assertEquals(List.of(), client.items(path + "?branch=none"));
    // Of a tag.
    assertTrue(all.stream().anyMatch(run -> run.get("branch").asText().isEmpty()));
  }

  @Test
  public void givenEncodedNames_thenTheSameRuns() throws Exception {
    String name = "nightly checks/full";
    List<ObjectNode> runs = client.items(runs(WEB_SHOP, name));
    assertTrue("few: " + runs.size(), runs.size() > 10);
    assertEquals(
        name, client.json("/workflow/" + ids(runs).iterator().next()).get("name").asText());
    for (String form : List.of("gh%2Facme%2Fweb-shop", "github/acme/web-shop")) {
      assertEquals(runs, client.items(runs(form, name)));
      assertEquals(client.items(workflows(WEB_SHOP)), client.items(workflows(form)));
    }
    assertEquals(List.of(), client.items(runs(WEB_SHOP, "workflows/deploy")));
    assertEquals(404, client.get(workflows(WEB_SHOP) + "/nightly%20checks/full").statusCode());
  }

  @Test
  public void givenPages_thenOfTheServicesSizeAndEachRunOnce() throws Exception {
    String path = runs(WEB_SHOP, "build-test") + "?all-branches=true";
    JsonNode first = client.json(path);
    assertEquals(250, first.get("items").size());
    String token = first.get("next_page_token").asText();
    assertEquals(
        400, client.get(path + "&branch=x&start-date=2026-06-01&page-token=" + token).statusCode());
    List<ObjectNode> all = client.items(path);
    assertEquals(all.size(), ids(all).size());
    JsonNode second = client.json(path + "&page-token=" + token);
    server.advance(Duration.ofDays(1));
    assertEquals(second, client.json(path + "&page-token=" + token));
    try (SampleServer small = SampleServer.start(CONFIG.withPageSize(2))) {
      Client other = new Client(small);
      assertEquals(2, other.json(path).get("items").size());
      assertEquals(2, other.json(workflows(WEB_SHOP)).get("items").size());
      List<ObjectNode> names = other.items(workflows(WEB_SHOP));
      assertEquals(4, names.size());
      assertEquals(names, new Client(small).items(workflows("github/acme/web-shop")));
    }
  }

  @Test
  public void givenRunsInTheWindow_thenMetricsAddUp() throws Exception {
    for (int days : new int[] {1, 7, 30, 60, 90}) {
      String window = days == 1 ? "last-24-hours" : "last-" + days + "-days";
      String query = "?all-branches=true&reporting-window=" + window;
      JsonNode summary = summary(workflows(WEB_SHOP) + query, "build-test");
      Instant from = server.clock().minus(Duration.ofDays(days));
      List<ObjectNode> runs =
          client.items(runs(WEB_SHOP, "build-test") + "?all-branches=true&start-date=" + from);
      assertTrue(window, !runs.isEmpty());
      assertMetrics(summary.get("metrics"), runs, days);
      assertEquals(seconds(runs.get(0)), summary.get("window_end").asText());
      assertEquals(seconds(runs.get(runs.size() - 1)), summary.get("window_start").asText());
      assertEquals(client.json("/project/" + WEB_SHOP).get("id"), summary.get("project_id"));
    }
    assertEquals(
        client.items(workflows(WEB_SHOP)),
        client.items(workflows(WEB_SHOP) + "?reporting-window=last-90-days"));
  }

  @Test
  public void givenRequests_thenCountedByRoute() throws Exception {
    try (SampleServer own = SampleServer.start(SampleConfig.defaults())) {
      Client other = new Client(own);
      other.json(workflows(WEB_SHOP));
      other.json(runs(WEB_SHOP, "nightly checks/full"));
      assertEquals(Map.of("insights-workflows", 1L, "insights-runs", 1L), own.stats().byRoute());
    }
  }

  private static void assertMetrics(JsonNode metrics, List<ObjectNode> runs, int days) {
    long success = runs.stream().filter(run -> is(run, "success")).count();
    long failed = runs.stream().filter(run -> is(run, "failed")).count();
    List<Integer> durations =
        runs.stream().map(run -> run.get("duration").asInt()).sorted().toList();
    assertEquals(runs.size(), metrics.get("total_runs").asInt());
    assertEquals(success, metrics.get("successful_runs").asLong());
    assertEquals(failed, metrics.get("failed_runs").asLong());
    assertEquals((double) success / runs.size(), metrics.get("success_rate").asDouble(), 1e-9);
    assertEquals((double) runs.size() / days, metrics.get("throughput").asDouble(), 0.006);
    assertEquals(
        runs.stream().mapToLong(run -> run.get("credits_used").asLong()).sum(),
        metrics.get("total_credits_used").asLong());
    assertEquals(0, metrics.get("total_recoveries").asInt(-1));
    assertTrue(metrics.get("mttr").isNull() || metrics.get("mttr").asInt() > 0);
    JsonNode figures = metrics.get("duration_metrics");
    assertEquals(durations.get(0).intValue(), figures.get("min").asInt());
    assertEquals(
        durations.get((runs.size() + 1) / 2 - 1).intValue(), figures.get("median").asInt());
    assertEquals(durations.get(runs.size() - 1).intValue(), figures.get("max").asInt());
    assertEquals(
        durations.stream().mapToInt(d -> d).average().orElseThrow(),
        figures.get("mean").asDouble(),
        0.5);
    assertTrue(figures.get("p95").asInt() >= figures.get("median").asInt());
    assertTrue(figures.get("p95").asInt() <= figures.get("max").asInt());
    assertTrue(figures.get("standard_deviation").asDouble(-1) >= 0);
  }

  private static JsonNode summary(String path, String name) throws Exception {
    return client.items(path).stream()
        .filter(item -> item.get("name").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static String seconds(ObjectNode run) {
    return run.get("created_at").asText().replaceAll("\\.\\d+Z", "Z");
  }

  private static boolean is(ObjectNode run, String status) {
    return run.get("status").asText().equals(status);
  }
}
