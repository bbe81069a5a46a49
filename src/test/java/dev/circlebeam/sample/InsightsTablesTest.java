package dev.circlebeam.sample;

import static dev.circlebeam.sample.InsightsPaths.runs;
import static dev.circlebeam.sample.InsightsPaths.workflows;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

/** What Insights knows of jobs, tests, branches and totals, and that it adds up. */
public class InsightsTablesTest {
  private static final SampleConfig CONFIG = SampleConfig.defaults().withHistory(400, 60);
  private static final String WEB_SHOP = "gh/acme/web-shop";
  private static final String ALL = "?all-branches=true";

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

  @Test
  public void givenJobs_thenTheirCreditsAreThoseOfTheWorkflowsRuns() throws Exception {
    for (String name : List.of("build-test", "nightly checks/full")) {
      String path = runs(WEB_SHOP, name);
      long used = sum(client.items(path + ALL), "/credits_used");
      List<ObjectNode> jobs = client.items(path + "/jobs" + ALL);
      assertTrue(jobs.size() > 5);
      assertEquals(used, sum(jobs, "/metrics/total_credits_used"));
      List<ObjectNode> points =
          client.items(
              path.replace("/insights/", "/insights/time-series/")
                  + "/jobs"
                  + ALL
                  + "&granularity=daily");
      assertEquals(used, sum(points, "/metrics/total_credits_used"));
      Set<String> keys = new HashSet<>();
      points.forEach(p -> keys.add(p.get("name").asText() + p.get("timestamp").asText()));
      assertEquals(points.size(), keys.size());
    }
  }

  @Test
  public void givenHourly_thenOnlyTwoDays() throws Exception {
    String path = "/insights/time-series/" + WEB_SHOP + "/workflows/build-test/jobs";
    List<ObjectNode> hours = client.items(path + ALL + "&granularity=hourly");
    String earliest = server.clock().minus(Duration.ofHours(49)).toString();
    assertTrue(hours.size() > 5);
    for (ObjectNode hour : hours) {
      assertTrue(hour.get("timestamp").asText().compareTo(earliest) > 0);
    }
    assertEquals(400, client.get(path + "?granularity=weekly").statusCode());
    assertEquals(400, client.get(path + "?end-date=2026-06-01").statusCode());
  }

  @Test
  public void givenFlakyTests_thenTheyFailedInOneRunAndSucceededInALaterOne() throws Exception {
    int flakes = 0;
    for (String slug : server.organization().projectSlugs()) {
      JsonNode answer = client.json("/insights/" + slug + "/flaky-tests");
      Set<String> unique = new HashSet<>();
      for (JsonNode flake : answer.get("flaky_tests")) {
        String job = "/project/" + slug + "/job/" + flake.get("job_number");
        JsonNode details = client.json(job);
        assertEquals(flake.get("job_name"), details.get("name"));
        assertEquals("failed", details.get("status").asText());
        assertTrue(
            client.items("/project/" + slug + "/" + flake.get("job_number") + "/tests").stream()
                .anyMatch(
                    test ->
                        test.get("name").equals(flake.get("test_name"))
                            && test.get("result").asText().equals("failure")));
        unique.add(flake.get("job_name").asText() + flake.get("test_name").asText());
        flakes++;
      }
      assertEquals(unique.size(), answer.get("total_flaky_tests").asInt());
      if (slug.startsWith("circleci/")) {
        assertEquals(Set.of(), unique);
      }
    }
    assertTrue("few: " + flakes, flakes > 10);
  }

  @Test
  public void givenTestMetrics_thenOfTheLatestRunsWithTests() throws Exception {
    JsonNode metrics = client.json(runs(WEB_SHOP, "build-test") + "/test-metrics" + ALL);
    assertTrue(metrics.get("test_runs").size() > 5);
    assertEquals(metrics.get("total_test_runs").asInt(), metrics.get("test_runs").size());
    assertEquals(10, metrics.get("slowest_tests").size());
    assertTrue(metrics.get("slowest_tests_extra").asInt() > 0);
    for (JsonNode run : metrics.get("test_runs")) {
      JsonNode counts = run.get("test_counts");
      int sum = 0;
      for (String result : List.of("error", "failure", "skipped", "success")) {
        sum += counts.get(result).asInt();
      }
      assertEquals(counts.get("total").asInt(), sum);
    }
    String standalone = server.organization().projectSlugs().get(1);
    assertEquals(
        0,
        client
            .json(runs(standalone, "build-test") + "/test-metrics" + ALL)
            .get("total_test_runs")
            .asInt());
  }

  @Test
  public void givenTotals_thenTheyAddUp() throws Exception {
    JsonNode project = client.json("/insights/pages/" + WEB_SHOP + "/summary");
    List<ObjectNode> workflows = client.items(workflows(WEB_SHOP) + ALL);
    assertEquals(
        sum(workflows, "/metrics/total_runs"),
        project.at("/project_data/metrics/total_runs").asLong());
    Set<String> names = new TreeSet<>();
    project.get("all_workflows").forEach(name -> names.add(name.asText()));
    Set<String> expected = new TreeSet<>();
    workflows.forEach(workflow -> expected.add(workflow.get("name").asText()));
    assertEquals(expected, names);
    assertEquals(
        project.get("all_branches"),
        client.json("/insights/" + WEB_SHOP + "/branches").get("branches"));
    JsonNode organization =
        client.json("/insights/gh/acme/summary?project-names=web-shop&project-names=image-tools");
    assertEquals(2, organization.get("org_project_data").size());
    assertEquals(4, organization.get("all_projects").size());
    assertEquals(
        project.at("/project_data/metrics/total_runs"),
        organization.at("/org_project_data/0/metrics/total_runs"));
    assertEquals(
        List.of(), items(client.json("/insights/gh%2Facme/summary").get("org_project_data")));
    assertEquals(404, client.get("/insights/gh/none/summary").statusCode());
  }

  @Test
  public void givenShorterWindow_thenATrendAgainstTheOneBefore() throws Exception {
    String path = "/insights/" + WEB_SHOP + "/workflows/build-test";
    JsonNode summary = client.json(path + "/summary?reporting-window=last-7-days");
    JsonNode week =
        client.json(
            "/insights/pages/"
                + WEB_SHOP
                + "/summary?reporting-window=last-"
                + "7-days&branches=main&workflow-names=build-test");
    assertEquals(summary.at("/trends/total_runs"), week.at("/project_data/trends/total_runs"));
    assertEquals(summary.at("/metrics/total_runs"), week.at("/project_data/metrics/total_runs"));
    assertTrue(summary.at("/trends/total_runs").asDouble() != 1.0);
    assertEquals(404, client.get(path + "x/summary").statusCode());
  }

  private static long sum(List<ObjectNode> items, String pointer) {
    return items.stream().mapToLong(item -> item.at(pointer).asLong()).sum();
  }

  private static List<JsonNode> items(JsonNode array) {
    List<JsonNode> items = new ArrayList<>();
    array.forEach(items::add);
    return items;
  }
}
