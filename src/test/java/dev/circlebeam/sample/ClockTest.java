package dev.circlebeam.sample;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableSet;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.Test;

/** What changes when the clock moves. */
public class ClockTest {
  /** A pipeline of each project about every three minutes, so that some are always running. */
  private static final SampleConfig CONFIG = SampleConfig.defaults().withHistory(500, 1);

  private static final ImmutableSet<String> TERMINAL =
      ImmutableSet.of("success", "failed", "error", "canceled", "unauthorized", "not_run");
  private static final ImmutableSet<String> TERMINAL_JOBS =
      ImmutableSet.<String>builder()
          .addAll(TERMINAL)
          .add("infrastructure_fail", "timedout", "terminated-unknown")
          .build();

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
  public void givenTime_thenNewPipelinesComeFirst() throws Exception {
    String path = "/project/gh/acme/web-shop/pipeline";
    int newest = client.json(path).at("/items/0/number").asInt();
    assertEquals(500, newest);
    server.advance(Duration.ofHours(1));
    assertEquals(newest + 21, client.json(path).at("/items/0/number").asInt(), 1);
  }

  @Test
  public void givenYoungPipeline_thenPendingWithoutWorkflows() throws Exception {
    ObjectNode newest = (ObjectNode) client.json("/pipeline?org-slug=gh/acme").at("/items/0");
    String path = "/pipeline/" + newest.get("id").asText();
    server.setClock(Instant.parse(newest.get("created_at").asText()));
    assertEquals("pending", client.json(path).get("state").asText());
    assertEquals(List.of(), client.items(path + "/workflow"));
    server.setClock(server.clock().minusMillis(1));
    assertEquals(404, client.get(path).statusCode());
    server.advance(Duration.ofMinutes(10));
    assertNotEquals("pending", client.json(path).get("state").asText());
  }

  @Test
  public void givenUnfinishedWorkflows_thenTerminalLater() throws Exception {
    Map<String, String> unfinished = new HashMap<>();
    Set<String> seen = new HashSet<>();
    for (SampleOrganization.Row row : server.organization().workflows(server.clock()).toList()) {
      String status = row.body().get("status").asText();
      assertEquals(TERMINAL.contains(status), row.body().hasNonNull("stopped_at"));
      if (!TERMINAL.contains(status)) {
        unfinished.put(row.workflowId(), status);
        seen.add(status);
      }
    }
    assertTrue(seen.toString(), seen.containsAll(Set.of("running", "failing", "on_hold")));
    server.advance(Duration.ofDays(80));
    int ended = 0;
    for (String id : unfinished.keySet()) {
      ended += TERMINAL.contains(client.json("/workflow/" + id).get("status").asText()) ? 1 : 0;
    }
    // Some approvals never come.
    assertTrue(ended + " of " + unfinished.size(), ended > unfinished.size() / 2);
    assertTrue(ended < unfinished.size());
  }

  @Test
  public void givenMinutes_thenEveryStatusOfWorkflowsAndJobs() {
    Set<String> workflows = new HashSet<>();
    Set<String> jobs = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      Instant now = server.advance(Duration.ofMinutes(7));
      server.organization().workflows(now).forEach(row -> workflows.add(status(row)));
      server.organization().jobs(now).forEach(row -> jobs.add(status(row)));
    }
    Set<String> expected = new HashSet<>(TERMINAL);
    expected.addAll(Set.of("running", "failing", "on_hold", "queued", "warming_up"));
    assertEquals(expected, workflows);
    Set<String> expectedJobs = new HashSet<>(TERMINAL_JOBS);
    expectedJobs.remove("error");
    expectedJobs.addAll(Set.of("running", "on_hold", "queued", "not_running", "blocked"));
    assertEquals(expectedJobs, jobs);
  }

  @Test
  public void givenRerunFromFailed_thenKeptJobsHaveTheirOldIdsAndTimes() throws Exception {
    int reruns = 0;
    int kept = 0;
    for (SampleOrganization.Row row :
        server.organization().pipelines(server.clock()).limit(200).toList()) {
      Map<String, JsonNode> seen = new HashMap<>();
      List<ObjectNode> workflows = client.items("/pipeline/" + row.pipelineId() + "/workflow");
      for (int i = workflows.size() - 1; i >= 0; i--) {
        reruns += workflows.get(i).has("auto_rerun_number") ? 1 : 0;
        String id = workflows.get(i).get("id").asText();
        for (ObjectNode job : client.items("/workflow/" + id + "/job")) {
          JsonNode before = seen.putIfAbsent(job.get("id").asText(), job);
          if (before != null) {
            kept++;
            assertEquals(before, job);
            assertEquals("success", job.get("status").asText());
          }
        }
      }
    }
    assertTrue(reruns > 0);
    assertTrue(kept > 0);
  }

  @Test
  public void givenDays_thenLateRerunsUnderOldPipelines() {
    Map<String, Integer> before = workflowsByPipeline(server.clock());
    Instant later = server.clock().plus(Duration.ofDays(25));
    Map<String, Integer> after = workflowsByPipeline(later);
    long settled = server.clock().minus(Duration.ofHours(12)).toEpochMilli();
    int grown = 0;
    int old = 0;
    for (SampleOrganization.Row row : server.organization().pipelines(server.clock()).toList()) {
      if (Instant.parse(row.body().get("created_at").asText()).toEpochMilli() < settled) {
        old++;
        String id = row.pipelineId();
        grown += after.getOrDefault(id, 0) > before.getOrDefault(id, 0) ? 1 : 0;
      }
    }
    assertTrue(grown + " of " + old, grown > old / 100 && grown < old / 20);
  }

  @Test
  public void givenClockOverHttp_thenItMoves() throws Exception {
    HttpRequest.BodyPublisher nothing = HttpRequest.BodyPublishers.noBody();
    client.send(client.request("/sample/clock?advance=PT2H").POST(nothing));
    assertEquals(CONFIG.now().plus(Duration.ofHours(2)), server.clock());
    HttpResponse<String> set =
        client.send(
            client
                .request("/sample/clock?now=2026-07-01T00:00:00Z")
                .header("Accept", "application/json")
                .POST(nothing));
    assertEquals("{\"now\":\"2026-07-01T00:00:00Z\"}", set.body());
    HttpResponse<String> read = client.send(client.request("/sample/clock"));
    assertTrue(read.body(), read.body().contains("2026-07-01T00:00:00Z"));
    HttpResponse<String> wrong =
        client.send(client.request("/sample/clock?advance=2h").POST(nothing));
    assertEquals(400, wrong.statusCode());
    assertFalse(wrong.body().isEmpty());
  }

  private static Map<String, Integer> workflowsByPipeline(Instant at) {
    Map<String, Integer> counts = new HashMap<>();
    server
        .organization()
        .workflows(at)
        .forEach(row -> counts.merge(row.pipelineId(), 1, Integer::sum));
    return counts;
  }

  private static String status(SampleOrganization.Row row) {
    return row.body().get("status").asText();
  }
}
