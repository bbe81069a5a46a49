package dev.circlebeam.sample;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.Test;

/** What is known of single jobs: details, tests, artifacts, steps. */
public class JobChildrenTest {
  private static final SampleConfig CONFIG = SampleConfig.defaults();

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
  public void givenJobs_thenDetailsAgreeWithTheList() throws Exception {
    int numbered = 0;
    for (SampleOrganization.Row row : jobs(200)) {
      ObjectNode job = row.body();
      JsonNode details = details(row);
      for (String field : List.of("name", "status")) {
        assertEquals(job.get(field), details.get(field));
      }
      assertEquals(job.get("job_number"), details.get("number"));
      assertEquals(row.pipelineId(), details.at("/pipeline/id").asText());
      assertEquals(row.projectSlug(), details.at("/project/slug").asText());
      assertSameSecond(job, details, "started_at");
      assertEquals(job.at("/labels/1").asText(), details.at("/executor/resource_class").asText());
      assertEquals(details.get("parallelism").asInt(), details.get("parallel_runs").size());
      if (job.has("stopped_at")) {
        assertSameSecond(job, details, "stopped_at");
        assertEquals(
            Duration.between(time(details, "started_at"), time(details, "stopped_at")).toMillis(),
            details.get("duration").asLong());
      } else {
        assertTrue(details.get("duration").isNull());
      }
      assertFalse(time(details, "queued_at").isAfter(time(details, "started_at")));
      numbered++;
    }
    assertTrue("few: " + numbered, numbered > 150);
  }

  @Test
  public void givenJobThatARerunKept_thenItsLatestWorkflowIsTheRerun() throws Exception {
    List<SampleOrganization.Row> all = server.organization().jobs(server.clock()).toList();
    int kept = 0;
    for (SampleOrganization.Row row : all) {
      List<SampleOrganization.Row> same =
          all.stream().filter(o -> o.body().get("id").equals(row.body().get("id"))).toList();
      if (same.size() > 1 && row.body().has("job_number")) {
        // Lists of workflows have the newest one first.
        assertEquals(same.get(0).workflowId(), details(row).at("/latest_workflow/id").asText());
        kept++;
      }
      if (kept == 5) {
        return;
      }
    }
    throw new AssertionError("only " + kept);
  }

  @Test
  public void givenTests_thenAFailedJobHasAFailureAndOthersHaveNone() throws Exception {
    int failed = 0;
    int passed = 0;
    boolean hasPages = false;
    for (SampleOrganization.Row row : jobs(400)) {
      List<ObjectNode> tests = client.items(number(row) + "/tests");
      hasPages |= tests.size() > 20;
      boolean hasFailure =
          tests.stream().anyMatch(test -> test.get("result").asText().equals("failure"));
      if (!tests.isEmpty()) {
        assertEquals(row.body().get("status").asText().equals("failed"), hasFailure);
        failed += hasFailure ? 1 : 0;
        passed += hasFailure ? 0 : 1;
        assertEquals(tests, client.items(number(row) + "/tests"));
        assertFalse(client.items(number(row) + "/artifacts").isEmpty());
      }
    }
    assertTrue(failed + " " + passed, failed > 0 && passed > 50 && hasPages);
  }

  @Test
  public void givenSteps_thenTheyAgreeInBothVersions() throws Exception {
    int actions = 0;
    boolean hasFailed = false;
    for (SampleOrganization.Row row : jobs(60)) {
      String first = "/api/v1.1/project/" + row.projectSlug() + "/" + row.body().get("job_number");
      JsonNode third = body("/api/v3/jobs/" + row.body().get("id").asText()).get("data");
      if (row.projectSlug().startsWith("circleci/")) {
        assertEquals(404, send(first).statusCode());
        continue;
      }
      JsonNode build = body(first);
      assertEquals(row.body().get("status"), build.get("status"));
      for (JsonNode step : build.get("steps")) {
        for (JsonNode action : step.get("actions")) {
          JsonNode twin =
              third.at(
                  "/attributes/parallel_executions/"
                      + action.get("index").asInt()
                      + "/steps/"
                      + action.get("step").asInt());
          assertEquals(twin.get("name"), action.get("name"));
          assertEquals(twin.get("started_at"), action.get("start_time"));
          assertTrue(action.get("bash_command").asText().contains(SecretMarks.STEP));
          assertTrue(action.get("output_url").asText().contains(SecretMarks.STEP));
          hasFailed |= action.get("failed").asBoolean();
          actions++;
        }
      }
    }
    assertTrue("few: " + actions, actions > 100);
    assertTrue(hasFailed);
  }

  @Test
  public void givenRunningJob_thenNoTestsYet() throws Exception {
    SampleOrganization.Row row = jobWithTests();
    server.setClock(time(row.body(), "stopped_at").minusSeconds(1));
    assertEquals("running", details(row).get("status").asText());
    assertEquals(List.of(), client.items(number(row) + "/tests"));
    assertEquals(List.of(), client.items(number(row) + "/artifacts"));
    assertEquals("running", stepStatus(row));
    server.setClock(time(row.body(), "stopped_at").plusSeconds(1));
    assertNotEquals(List.of(), client.items(number(row) + "/tests"));
    server.setClock(time(row.body(), "started_at").minusSeconds(1));
    assertEquals(404, client.get(number(row) + "/tests").statusCode());
  }

  @Test
  public void givenUnknownJobs_thenNotFound() throws Exception {
    String slug = "/project/" + server.organization().projectSlugs().get(0);
    for (String number : List.of("0", "7", "999999999999")) {
      assertEquals(404, client.get(slug + "/job/" + number).statusCode());
      assertEquals(404, client.get(slug + "/" + number + "/tests").statusCode());
    }
    assertEquals(400, client.get(slug + "/job/x").statusCode());
    server.advance(Duration.ofDays(120));
    SampleOrganization.Row row = jobs(1).get(0);
    server.advance(Duration.ofDays(120));
    assertEquals(404, client.get(number(row) + "/tests").statusCode());
  }

  private static SampleOrganization.Row jobWithTests() throws Exception {
    for (SampleOrganization.Row row : jobs(100)) {
      if (row.body().has("stopped_at")
          && !row.projectSlug().startsWith("circleci/")
          && !client.items(number(row) + "/tests").isEmpty()) {
        return row;
      }
    }
    throw new AssertionError("no job has tests");
  }

  private static String stepStatus(SampleOrganization.Row row) throws Exception {
    JsonNode build =
        body("/api/v1.1/project/" + row.projectSlug() + "/" + row.body().get("job_number"));
    JsonNode steps = build.get("steps");
    return steps.get(steps.size() - 1).at("/actions/0/status").asText();
  }

  private static List<SampleOrganization.Row> jobs(int count) {
    List<SampleOrganization.Row> rows = new ArrayList<>();
    server
        .organization()
        .jobs(server.clock())
        .filter(row -> row.body().has("job_number"))
        .limit(count)
        .forEach(rows::add);
    assertEquals(count, rows.size());
    return rows;
  }

  private static JsonNode details(SampleOrganization.Row row) throws Exception {
    return client.json("/project/" + row.projectSlug() + "/job/" + row.body().get("job_number"));
  }

  private static String number(SampleOrganization.Row row) {
    return "/project/" + row.projectSlug() + "/" + row.body().get("job_number");
  }

  private static HttpResponse<String> send(String path) throws Exception {
    return client.send(
        client
            .request(path)
            .header("Circle-Token", Client.TOKEN)
            .header("Accept", "application/json"));
  }

  private static JsonNode body(String path) throws Exception {
    HttpResponse<String> response = send(path);
    assertEquals(path, 200, response.statusCode());
    return Client.MAPPER.readTree(response.body());
  }

  private static Instant time(JsonNode node, String field) {
    return Instant.parse(node.get(field).asText());
  }

  private static void assertSameSecond(JsonNode job, JsonNode details, String field) {
    assertEquals(time(job, field).getEpochSecond(), time(details, field).getEpochSecond());
  }
}
