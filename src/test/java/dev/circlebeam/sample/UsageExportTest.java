package dev.circlebeam.sample;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/** The usage export: asked for, waited for, downloaded. */
public class UsageExportTest {
  private static final SampleConfig CONFIG =
      SampleConfig.defaults().withExportTime(Duration.ofDays(1));
  private static final String JUNE =
      "{\"start\":\"2026-05-31T00:00:00+00:00\",\"end\":\"2026-06-29T23:59:59.000Z\"}";

  private SampleServer server;
  private Client client;
  private String path;

  @Before
  public void start() {
    server = SampleServer.start(CONFIG);
    client = new Client(server);
    path = "/organizations/" + server.organization().id() + "/usage_export_job";
  }

  @After
  public void stop() {
    server.close();
  }

  @Test
  public void givenExport_thenItGoesThroughItsStates() throws Exception {
    JsonNode created = create(JUNE);
    assertEquals("created", created.get("state").asText());
    assertEquals("2026-05-31T00:00:00Z", created.get("start").asText());
    assertEquals("2026-06-29T23:59:59Z", created.get("end").asText());
    assertTrue(created.get("download_urls").isNull());
    JsonNode processing = look(created);
    assertEquals("processing", processing.get("state").asText());
    assertTrue(processing.get("download_urls").isNull());
    JsonNode completed = look(created);
    assertEquals("completed", completed.get("state").asText());
    assertEquals(2, completed.get("download_urls").size());
  }

  @Test
  public void givenTime_thenAnExportIsReadyThoughNobodyLookedAtIt() throws Exception {
    JsonNode created = create(JUNE);
    server.advance(Duration.ofDays(1));
    assertEquals("completed", look(created).get("state").asText());
  }

  @Test
  public void givenCompleted_thenARowForEachRunOfAJobUpToYesterday() throws Exception {
    Map<String, ObjectNode> jobs = new HashMap<>();
    for (SampleOrganization.Row row : server.organization().jobs(server.clock()).toList()) {
      String started = row.body().path("started_at").asText("");
      if (row.body().has("stopped_at")
          && started.compareTo("2026-05-31") > 0
          && started.compareTo("2026-06-30") < 0) {
        jobs.put(row.body().get("id").asText(), row.body());
      }
    }
    List<Map<String, String>> rows = rows(complete());
    assertTrue("few: " + rows.size(), rows.size() > 500);
    assertEquals(jobs.size(), rows.size());
    for (Map<String, String> row : rows) {
      ObjectNode job = jobs.remove(row.get("JOB_ID"));
      assertEquals(job.get("name").asText(), row.get("JOB_NAME"));
      assertEquals(job.get("job_number").asText(), row.get("JOB_RUN_NUMBER"));
      assertEquals(job.get("status").asText(), row.get("JOB_BUILD_STATUS"));
      assertEquals(
          job.get("started_at").asText().replace("T", " ").replace("Z", ""),
          row.get("JOB_RUN_STARTED_AT"));
      assertEquals(row.get("JOB_RUN_STARTED_AT").substring(0, 10), row.get("JOB_RUN_DATE"));
      assertEquals(row.get("COMPUTE_CREDITS"), row.get("TOTAL_CREDITS"));
    }
    assertTrue(rows.stream().anyMatch(row -> row.get("MEDIAN_CPU_UTILIZATION_PCT").isEmpty()));
  }

  @Test
  public void givenCreditsOfAWorkflow_thenTheSameInInsights() throws Exception {
    Map<String, Double> credits = new HashMap<>();
    for (Map<String, String> row : rows(complete())) {
      credits.merge(
          row.get("WORKFLOW_ID"), Double.parseDouble(row.get("TOTAL_CREDITS")), Double::sum);
    }
    int compared = 0;
    for (SampleOrganization.Row run : server.organization().insightsRuns(server.clock()).toList()) {
      Double used = credits.get(run.workflowId());
      if (used != null && run.body().get("stopped_at").asText().compareTo("2026-06-30") < 0) {
        assertEquals(run.body().get("credits_used").asDouble(), used, 0);
        compared++;
      }
    }
    assertTrue("few: " + compared, compared > 100);
  }

  @Test
  public void givenPipelinesBeyondRetention_thenTheirUsageIsThere() throws Exception {
    server.advance(Duration.ofDays(100));
    List<Map<String, String>> rows = rows(complete());
    assertTrue(rows.size() > 500);
    assertEquals(404, client.get("/pipeline/" + rows.get(0).get("PIPELINE_ID")).statusCode());
  }

  @Test
  public void givenEmptyWindow_thenCompletedWithoutFiles() throws Exception {
    JsonNode created =
        create("{\"start\":\"2026-01-01T00:00:00Z\",\"end\":\"2026-01-31T00:00:00Z\"}");
    look(created);
    JsonNode completed = look(created);
    assertEquals("completed", completed.get("state").asText());
    assertTrue(completed.get("download_urls").isNull());
  }

  @Test
  public void givenTokenAtDownload_thenRefused() throws Exception {
    String url = complete().get(0);
    for (String header : List.of("Circle-Token", "Authorization")) {
      assertEquals(400, download(url, header).statusCode());
    }
    assertEquals(200, download(url, "X-Other").statusCode());
    assertEquals(403, download(url.replace("part-0", "part-1"), "X-Other").statusCode());
    assertEquals(403, download(url.replace("expires=1", "expires=2"), "X-Other").statusCode());
    server.advance(Duration.ofHours(37));
    assertEquals(403, download(url, "X-Other").statusCode());
    assertEquals(2L, (long) server.stats().byStatus().get(400));
  }

  @Test
  public void givenAnotherLook_thenFreshAddresses() throws Exception {
    JsonNode created = create(JUNE);
    look(created);
    JsonNode before = look(created).get("download_urls");
    server.advance(Duration.ofMinutes(5));
    assertNotEquals(before, look(created).get("download_urls"));
  }

  @Test
  public void givenTooManyRequests_thenRefusedUntilTheClockMoves() throws Exception {
    JsonNode created = create(JUNE);
    for (int i = 1; i < 10; i++) {
      create(JUNE);
    }
    HttpResponse<String> refused = post(JUNE);
    assertEquals(429, refused.statusCode());
    long wait = Long.parseLong(refused.headers().firstValue("Retry-After").orElseThrow());
    assertTrue("" + wait, wait > 3_000 && wait <= 3_601);
    server.advance(Duration.ofSeconds(wait));
    create(JUNE);
    for (int i = 0; i < 10; i++) {
      look(created);
    }
    String url = path + "/" + created.get("usage_export_job_id").asText();
    assertEquals(429, client.get(url).statusCode());
    server.advance(Duration.ofMinutes(1));
    assertEquals(200, client.get(url).statusCode());
  }

  @Test
  public void givenWrongRequests_thenBadRequest() throws Exception {
    String month = "\"start\":\"2026-05-01T00:00:00Z\",\"end\":\"2026-05-31T00:00:00Z\"";
    assertEquals(201, post("{" + month + ",\"shared_org_ids\":[]}").statusCode());
    assertTrue(post("{" + month + ",\"from\":1}").body().contains("Unexpected field"));
    assertTrue(post("{\"start\":\"May\"}").body().contains("malformed request body"));
    for (String body :
        List.of(
            "",
            "{",
            "{\"start\":\"2026-05-01T00:00:00Z\",\"end\":\"2026-06-02T00:00:00Z\"}",
            "{\"start\":\"2026-06-02T00:00:00Z\",\"end\":\"2026-06-01T00:00:00Z\"}",
            "{\"start\":\"2026-06-20T00:00:00Z\",\"end\":\"2026-07-01T00:00:00Z\"}",
            "{\"start\":\"2025-06-01T00:00:00Z\",\"end\":\"2025-06-20T00:00:00Z\"}")) {
      assertEquals(body, 400, post(body).statusCode());
    }
    assertEquals(405, client.get(path).statusCode());
    assertEquals(404, client.get(path + "/" + server.organization().id()).statusCode());
  }

  @Test
  public void givenFailingExports_thenFailedWithItsReason() throws Exception {
    for (SampleTrait trait : List.of(SampleTrait.FAILING_EXPORTS, SampleTrait.SELF_HOSTED)) {
      server.close();
      server = SampleServer.start(CONFIG.with(trait));
      client = new Client(server);
      JsonNode created = create(JUNE);
      look(created);
      JsonNode failed = look(created);
      assertEquals("failed", failed.get("state").asText());
      assertFalse(failed.get("error_reason").asText().isEmpty());
      assertTrue(failed.get("download_urls").isNull());
    }
  }

  private List<String> complete() throws Exception {
    JsonNode created = create(JUNE);
    look(created);
    List<String> urls = new ArrayList<>();
    look(created).get("download_urls").forEach(url -> urls.add(url.asText()));
    assertEquals(2, urls.size());
    return urls;
  }

  private JsonNode create(String body) throws Exception {
    HttpResponse<String> response = post(body);
    assertEquals(response.body(), 201, response.statusCode());
    return Client.MAPPER.readTree(response.body());
  }

  private HttpResponse<String> post(String body) throws Exception {
    return client.send(client.authorized(path).POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private JsonNode look(JsonNode created) throws Exception {
    return client.json(path + "/" + created.get("usage_export_job_id").asText());
  }

  private HttpResponse<byte[]> download(String url, String header) throws Exception {
    return client.sendForBytes(
        HttpRequest.newBuilder(URI.create(url)).header(header, Client.TOKEN));
  }

  /** The rows of files, by the names of their headers; what is not known is empty. */
  private List<Map<String, String>> rows(List<String> urls) throws Exception {
    List<Map<String, String>> rows = new ArrayList<>();
    for (String url : urls) {
      HttpResponse<byte[]> response = download(url, "X-Other");
      assertEquals("application/gzip", response.headers().firstValue("Content-Type").orElse(""));
      assertTrue(response.headers().firstValue("Content-Encoding").isEmpty());
      String text;
      try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(response.body()))) {
        text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
      String[] lines = text.split("\n", -1);
      String[] header = lines[0].split(",", -1);
      assertEquals(48, header.length);
      for (int i = 1; i < lines.length - 1; i++) {
        String[] values = lines[i].split(",", -1);
        assertEquals(lines[i], header.length, values.length);
        Map<String, String> row = new HashMap<>();
        for (int column = 0; column < header.length; column++) {
          row.put(header[column], values[column].replace("\\N", "").replace("\"", ""));
        }
        rows.add(row);
      }
    }
    return rows;
  }
}
