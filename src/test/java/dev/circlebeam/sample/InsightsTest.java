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
import com.google.common.collect.ImmutableSet;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.Test;

/** Which workflows Insights shows, and as what. */
public class InsightsTest {
  private static final SampleConfig CONFIG = SampleConfig.defaults().withHistory(1_200, 85);
  private static final String WEB_SHOP = "gh/acme/web-shop";
  private static final ImmutableSet<String> STATUSES =
      ImmutableSet.of("success", "failed", "error", "canceled", "unauthorized");

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
  public void givenAllNames_thenWhatTheOrganizationLists() throws Exception {
    int compared = 0;
    for (String slug : server.organization().projectSlugs()) {
      Map<String, ObjectNode> expected = new HashMap<>();
      for (SampleOrganization.Row row : oracle(slug)) {
        expected.put(row.workflowId(), row.body());
      }
      Map<String, ObjectNode> actual = new HashMap<>();
      for (ObjectNode summary : client.items(workflows(slug) + "?all-branches=true")) {
        String path = runs(slug, summary.get("name").asText()) + "?all-branches=true";
        List<ObjectNode> runs = client.items(path);
        assertEquals(summary.at("/metrics/total_runs").asInt(), runs.size());
        runs.forEach(run -> actual.put(run.get("id").asText(), run));
      }
      assertEquals(expected, actual);
      compared += actual.size();
    }
    assertTrue("few: " + compared, compared > 5_000);
  }

  @Test
  public void givenWorkflows_thenExactlyThoseThatEndedBeforeTheDelay() {
    Set<String> shown = new HashSet<>();
    server.organization().insightsRuns(server.clock()).forEach(row -> shown.add(row.workflowId()));
    Instant sure = server.clock().minus(CONFIG.insightsDelay()).minusSeconds(1);
    int ended = 0;
    int others = 0;
    for (SampleOrganization.Row row : server.organization().workflows(server.clock()).toList()) {
      JsonNode stopped = row.body().path("stopped_at");
      if (!stopped.isTextual() || Instant.parse(stopped.asText()).isAfter(sure.plusSeconds(1))) {
        assertFalse(row.toString(), shown.contains(row.workflowId()));
        others++;
      } else if (!Instant.parse(stopped.asText()).isAfter(sure)) {
        assertTrue(row.toString(), shown.contains(row.workflowId()));
        ended++;
      }
    }
    assertTrue(ended + " and " + others, ended > 5_000 && others > 20);
  }

  @Test
  public void givenRuns_thenTheirWorkflowsSayTheSame() throws Exception {
    Set<String> statuses = new TreeSet<>();
    List<ObjectNode> runs = client.items(runs(WEB_SHOP, "build-test") + "?all-branches=true");
    assertTrue("few: " + runs.size(), runs.size() > 1_000);
    for (ObjectNode run : runs) {
      JsonNode workflow = client.json("/workflow/" + run.get("id").asText());
      String status = workflow.get("status").asText();
      assertEquals("build-test", workflow.get("name").asText());
      assertEquals(status.equals("not_run") ? "canceled" : status, run.get("status").asText());
      for (String time : List.of("created_at", "stopped_at")) {
        // The workflow has whole seconds, the run also the milliseconds.
        assertEquals(
            workflow.get(time).asText().replace("Z", ""), run.get(time).asText().substring(0, 19));
        assertEquals(24, run.get(time).asText().length());
      }
      Duration duration = Duration.between(instant(run, "created_at"), instant(run, "stopped_at"));
      assertEquals(duration.toSeconds(), run.get("duration").asLong());
      assertEquals(8, run.size());
      statuses.add(run.get("status").asText());
    }
    assertEquals(new TreeSet<>(STATUSES), statuses);
  }

  @Test
  public void givenRuns_thenNewestFirst() throws Exception {
    List<ObjectNode> runs = client.items(runs(WEB_SHOP, "deploy") + "?all-branches=true");
    assertTrue("few: " + runs.size(), runs.size() > 300);
    for (int i = 1; i < runs.size(); i++) {
      Instant newer = instant(runs.get(i - 1), "created_at");
      assertFalse(instant(runs.get(i), "created_at").isAfter(newer));
    }
  }

  @Test
  public void givenDelay_thenShownOnlyThen() throws Exception {
    JsonNode newest =
        client.json(runs(WEB_SHOP, "build-test") + "?all-branches=true").at("/items/0");
    Instant shown = instant(newest, "stopped_at").plus(Duration.ofHours(1));
    server.setClock(shown.minusMillis(1));
    assertFalse(ids(newestRuns()).contains(newest.get("id").asText()));
    server.setClock(shown);
    assertTrue(ids(newestRuns()).contains(newest.get("id").asText()));
    try (SampleServer prompt = SampleServer.start(CONFIG.withInsightsDelay(Duration.ZERO))) {
      prompt.setClock(instant(newest, "stopped_at"));
      Client other = new Client(prompt);
      assertTrue(
          ids(other.items(
                  runs(WEB_SHOP, "build-test") + "?all-branches=true&start-date=2026-06-25"))
              .contains(newest.get("id").asText()));
    }
  }

  @Test
  public void givenLateReruns_thenListedByTheirOwnTime() throws Exception {
    Instant from = server.clock().minus(Duration.ofDays(8));
    Map<String, Instant> pipelines = new HashMap<>();
    server
        .organization()
        .pipelines(server.clock())
        .forEach(row -> pipelines.put(row.pipelineId(), instant(row.body(), "created_at")));
    int late = 0;
    for (SampleOrganization.Row row : server.organization().insightsRuns(server.clock()).toList()) {
      Instant pipeline = pipelines.get(row.pipelineId());
      Instant created = instant(row.body(), "created_at");
      if (created.isBefore(from) || !pipeline.isBefore(from)) {
        continue;
      }
      late++;
      String name = client.json("/workflow/" + row.workflowId()).get("name").asText();
      assertTrue(
          ids(client.items(runs(row.projectSlug(), name) + "?all-branches=true&start-date=" + from))
              .contains(row.workflowId()));
    }
    assertTrue("few: " + late, late >= 5);
  }

  @Test
  public void givenAnyWorkflow_thenNotCreatedLaterThanInsightsLooksFor() {
    SampleOrganization organization =
        new SampleOrganization(SampleConfig.defaults().withJobsPerWorkflow(20));
    long latest = 0;
    for (int number = 1; number <= 20_000; number++) {
      Pipeline pipeline = organization.pipeline(organization.projectList().get(0), number);
      for (Workflow workflow : pipeline.workflows()) {
        latest = Math.max(latest, workflow.createdAt() - pipeline.createdAt() / 1_000);
      }
    }
    assertTrue("latest: " + latest, latest > Duration.ofDays(19).toSeconds());
    assertTrue("latest: " + latest, latest < WorkflowPlan.LATEST_SECONDS);
  }

  @Test
  public void givenRetentionOver_thenNoRunWithoutItsWorkflow() throws Exception {
    server.advance(Duration.ofDays(50));
    List<SampleOrganization.Row> rows = oracle(WEB_SHOP);
    assertTrue("few: " + rows.size(), rows.size() > 1_000);
    for (SampleOrganization.Row row : rows.subList(rows.size() - 200, rows.size())) {
      assertEquals(200, client.get("/workflow/" + row.workflowId()).statusCode());
    }
  }

  private static List<SampleOrganization.Row> oracle(String slug) {
    return server
        .organization()
        .insightsRuns(server.clock())
        .filter(row -> row.projectSlug().equals(slug))
        .toList();
  }

  private static List<ObjectNode> newestRuns() throws Exception {
    return client.items(runs(WEB_SHOP, "build-test") + "?all-branches=true&start-date=2026-06-25");
  }
}
