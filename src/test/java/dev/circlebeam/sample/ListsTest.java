package dev.circlebeam.sample;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.Test;

/** What the lists hold, and how they are cut into pages. */
public class ListsTest {
  private static final SampleConfig CONFIG = SampleConfig.defaults().withHistory(90, 30);

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
  public void givenAllPages_thenWhatTheOrganizationLists() throws Exception {
    List<ObjectNode> pipelines = new ArrayList<>();
    List<ObjectNode> workflows = new ArrayList<>();
    List<ObjectNode> jobs = new ArrayList<>();
    for (String slug : server.organization().projectSlugs()) {
      pipelines.addAll(client.items("/project/" + slug + "/pipeline"));
    }
    for (ObjectNode pipeline : pipelines) {
      workflows.addAll(client.items("/pipeline/" + pipeline.get("id").asText() + "/workflow"));
    }
    for (ObjectNode workflow : workflows) {
      jobs.addAll(client.items("/workflow/" + workflow.get("id").asText() + "/job"));
    }
    assertEquals(4 * 90, pipelines.size());
    assertEquals(bodies(server.organization().pipelines(server.clock()).toList()), pipelines);
    assertEquals(bodies(server.organization().workflows(server.clock()).toList()), workflows);
    assertEquals(bodies(server.organization().jobs(server.clock()).toList()), jobs);
    assertTrue("some job lists must have several pages", hasLongJobList());
  }

  @Test
  public void givenOrganizationFeed_thenAllProjectsNewestFirst() throws Exception {
    List<ObjectNode> feed = client.items("/pipeline?org-slug=github/acme");
    assertEquals(4 * 90, ids(feed).size());
    assertEquals(4 * 90, feed.size());
    for (int i = 1; i < feed.size(); i++) {
      String earlier = feed.get(i).get("created_at").asText();
      assertTrue(earlier.compareTo(feed.get(i - 1).get("created_at").asText()) <= 0);
    }
  }

  @Test
  public void givenBranch_thenOnlyItsPipelines() throws Exception {
    String path = "/project/gh/acme/web-shop/pipeline";
    List<ObjectNode> expected = new ArrayList<>();
    for (ObjectNode pipeline : client.items(path)) {
      String branch =
          pipeline.at("/vcs/branch").asText(pipeline.at("/trigger_parameters/git/branch").asText());
      if (branch.equals("main") && !pipeline.get("state").asText().equals("errored")) {
        expected.add(pipeline);
      }
    }
    List<ObjectNode> actual = client.items(path + "?branch=main&unknown=ignored");
    actual.removeIf(pipeline -> pipeline.get("state").asText().equals("errored"));
    assertTrue(expected.size() > 20);
    assertEquals(expected, actual);
    assertEquals(List.of(), client.items(path + "?branch=none"));
  }

  @Test
  public void givenNewPipelinesWhilePaging_thenLaterPagesStay() throws Exception {
    for (String path :
        List.of("/project/gh/acme/web-shop/pipeline?x=1", "/pipeline?org-slug=gh/acme")) {
      resetClock();
      String next = path + "&page-token=" + client.json(path).get("next_page_token").asText();
      JsonNode before = client.json(next);
      server.advance(Duration.ofDays(2));
      assertEquals(ids(before), ids(client.json(next)));
      assertNotEquals(ids(before), ids(client.json(path)));
    }
  }

  @Test
  public void givenForeignOrForgedToken_thenBadRequest() throws Exception {
    String path = "/project/gh/acme/web-shop/pipeline";
    String token = client.json(path).get("next_page_token").asText();
    assertEquals(200, client.get(path + "?page-token=" + token).statusCode());
    assertEquals(400, client.get(path + "?branch=main&page-token=" + token).statusCode());
    assertEquals(400, client.get("/pipeline?org-slug=gh/acme&page-token=" + token).statusCode());
    assertEquals(400, client.get(path + "?page-token=20").statusCode());
    assertEquals(400, client.get(path + "?page-token=AAAA" + token.substring(4)).statusCode());
  }

  @Test
  public void givenSingleThings_thenAsInTheirLists() throws Exception {
    for (SampleOrganization.Row row :
        server.organization().pipelines(server.clock()).limit(30).toList()) {
      assertEquals(row.body(), client.json("/pipeline/" + row.pipelineId()));
      assertEquals(
          row.body(),
          client.json("/project/" + row.projectSlug() + "/pipeline/" + row.body().get("number")));
    }
    for (SampleOrganization.Row row :
        server.organization().workflows(server.clock()).limit(30).toList()) {
      assertEquals(row.body(), client.json("/workflow/" + row.workflowId()));
    }
  }

  @Test
  public void givenRetentionOver_thenGone() throws Exception {
    List<ObjectNode> before = client.items("/project/gh/acme/web-shop/pipeline");
    String oldest = before.get(before.size() - 1).get("id").asText();
    assertEquals(200, client.get("/pipeline/" + oldest + "/workflow").statusCode());
    server.advance(Duration.ofDays(75));
    Set<String> after = ids(client.items("/project/gh/acme/web-shop/pipeline"));
    assertFalse(after.contains(oldest));
    assertEquals(404, client.get("/pipeline/" + oldest).statusCode());
    assertEquals(404, client.get("/pipeline/" + oldest + "/workflow").statusCode());
    assertEquals(3 * 90, after.size(), 1);
  }

  @Test
  public void givenGzip_thenTheSameBytes() throws Exception {
    String path = "/project/gh/acme/web-shop/pipeline";
    HttpResponse<byte[]> zipped =
        client.sendForBytes(client.authorized(path).header("Accept-Encoding", "gzip"));
    assertEquals("gzip", zipped.headers().firstValue("Content-Encoding").orElse(""));
    byte[] plain = client.sendForBytes(client.authorized(path)).body();
    assertTrue(zipped.body().length < plain.length);
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(zipped.body()))) {
      assertArrayEquals(plain, in.readAllBytes());
    }
  }

  @Test
  public void givenSameSeed_thenSameBytes() throws Exception {
    try (SampleServer twin = SampleServer.start(CONFIG);
        SampleServer other = SampleServer.start(CONFIG.withSeed(2))) {
      String path = "/pipeline?org-slug=gh/acme";
      String body = client.get(path).body();
      assertEquals(body, new Client(twin).get(path).body());
      assertNotEquals(body, new Client(other).get(path).body());
    }
  }

  private static boolean hasLongJobList() throws Exception {
    for (SampleOrganization.Row row : server.organization().workflows(server.clock()).toList()) {
      String path = "/workflow/" + row.workflowId() + "/job";
      if (!client.json(path).get("next_page_token").isNull()) {
        return true;
      }
    }
    return false;
  }

  private static List<ObjectNode> bodies(List<SampleOrganization.Row> rows) {
    return rows.stream().map(SampleOrganization.Row::body).toList();
  }

  private static Set<String> ids(Iterable<? extends JsonNode> items) {
    Set<String> ids = new HashSet<>();
    items.forEach(item -> ids.add(item.get("id").asText()));
    return ids;
  }

  private static Set<String> ids(JsonNode page) {
    return ids((Iterable<JsonNode>) page.get("items"));
  }
}
