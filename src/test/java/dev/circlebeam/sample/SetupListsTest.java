package dev.circlebeam.sample;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

/** What organizations and projects are set up with, and the oddities of its lists. */
public class SetupListsTest {
  private static final String UNKNOWN = "7d1c2b3a-4e5f-4a6b-8c7d-9e0f1a2b3c4d";

  private static SampleServer server;
  private static Client client;
  private static String organization;

  @BeforeClass
  public static void start() {
    server = SampleServer.start(SampleConfig.defaults());
    client = new Client(server);
    organization = server.organization().id().toString();
  }

  @AfterClass
  public static void stop() {
    server.close();
  }

  @Test
  public void givenContexts_thenOnePageOfVariablesWhateverTheToken() throws Exception {
    List<ObjectNode> contexts = client.items("/context?owner-id=" + organization);
    assertEquals(7, contexts.size());
    assertEquals(contexts, client.items("/context?owner-slug=gh/acme"));
    List<Integer> counts = new ArrayList<>();
    for (ObjectNode context : contexts) {
      String id = context.get("id").asText();
      assertEquals(context.get("name"), client.json("/context/" + id).get("name"));
      String path = "/context/" + id + "/environment-variable";
      JsonNode page = client.json(path);
      JsonNode token = page.get("next_page_token");
      counts.add(page.get("items").size());
      assertEquals(page, client.json(path + "?page-token=" + token.asText()));
      assertEquals(page.get("items").size() == 100, token.isTextual());
      page.get("items").forEach(item -> assertEquals(id, item.get("context_id").asText()));
    }
    assertTrue("" + counts, counts.contains(0) && counts.contains(100));
  }

  @Test
  public void givenUnknownContextOrGroup_thenForbiddenAndNotMissing() throws Exception {
    String project = server.organization().projects().toList().get(0).body().get("id").asText();
    for (String id : List.of(UNKNOWN, project)) {
      for (String below : List.of("", "/environment-variable", "/restrictions")) {
        assertEquals(403, client.get("/context/" + id + below).statusCode());
      }
      assertEquals(403, client.get("/organizations/" + id + "/groups").statusCode());
    }
    assertEquals(400, client.get("/context/none").statusCode());
    assertEquals(
        403, client.get("/organizations/" + organization + "/groups/" + UNKNOWN).statusCode());
  }

  @Test
  public void givenRestrictions_thenAllAtOnceWithoutToken() throws Exception {
    Set<String> types = new HashSet<>();
    for (ObjectNode context : client.items("/context?owner-id=" + organization)) {
      JsonNode page = client.json("/context/" + context.get("id").asText() + "/restrictions");
      assertFalse(page.has("next_page_token"));
      page.get("items").forEach(item -> types.add(item.get("restriction_type").asText()));
    }
    assertEquals(Set.of("project", "expression", "group"), types);
  }

  @Test
  public void givenGroups_thenAllInOneAnswer() throws Exception {
    String path = "/organizations/" + organization + "/groups";
    JsonNode page = client.json(path);
    assertTrue(page.get("items").size() > 20);
    assertTrue(page.get("next_page_token").isNull());
    assertEquals(page, client.json(path + "?limit=2&page-token=x"));
    try (SampleServer plain = SampleServer.start(SampleConfig.defaults().withProjects(2))) {
      assertEquals(0, new Client(plain).json(path).get("items").size());
    }
  }

  @Test
  public void givenProjects_thenEachHasItsSetup() throws Exception {
    Set<String> spellings = new HashSet<>();
    for (SampleOrganization.Row row : server.organization().projects().toList()) {
      String slug = row.projectSlug();
      String id = row.body().get("id").asText();
      boolean standalone = slug.startsWith("circleci/");
      String path = "/project/" + slug;
      assertTrue(client.json(path + "/settings").at("/advanced/setup_workflows").asBoolean());
      assertTrue(client.items(path + "/envvar").size() >= 2);
      assertEquals(standalone, client.items(path + "/checkout-key").isEmpty());
      List<ObjectNode> schedules = client.items(path + "/schedule");
      assertEquals(standalone, schedules.isEmpty());
      for (ObjectNode schedule : schedules) {
        spellings.add(schedule.has("project-slug") ? "hyphen" : "underscore");
        assertEquals(schedule, client.json("/schedule/" + schedule.get("id").asText()));
      }
      JsonNode webhooks = client.json("/webhook?scope-type=project&scope-id=" + id);
      assertEquals(id, webhooks.at("/items/0/scope/id").asText());
      JsonNode definitions = client.json("/projects/" + id + "/pipeline-definitions");
      assertFalse(definitions.has("next_page_token"));
      for (JsonNode definition : definitions.get("items")) {
        String triggers =
            "/projects/" + id + "/pipeline-definitions/" + definition.get("id").asText();
        assertEquals(3, client.json(triggers + "/triggers").get("items").size());
      }
    }
    assertEquals(Set.of("hyphen", "underscore"), spellings);
  }

  @Test
  public void givenNewerRoutes_thenEscapedSlashesAreNotTaken() throws Exception {
    assertEquals(404, client.get("/project/gh%2Facme%2Fweb-shop/settings").statusCode());
    assertEquals(200, client.get("/project/gh%2Facme%2Fweb-shop/envvar").statusCode());
  }

  @Test
  public void givenUsers_thenAllButTheVanishedOne() throws Exception {
    Set<String> starters = new HashSet<>();
    server
        .organization()
        .workflows(server.clock())
        .forEach(row -> starters.add(row.body().get("started_by").asText()));
    assertEquals(8, starters.size());
    int gone = 0;
    for (String id : starters) {
      if (client.get("/user/" + id).statusCode() == 404) {
        gone++;
      } else {
        assertEquals(id, client.json("/user/" + id).get("id").asText());
      }
    }
    assertEquals(1, gone);
  }

  @Test
  public void givenComponents_thenReleasesAreCountedOnlyInTheSingleAnswer() throws Exception {
    String query = "?org-id=" + organization + "&page-size=";
    List<ObjectNode> components = client.items("/deploy/components" + query + 100);
    assertEquals(5, components.size());
    assertEquals(components, client.items("/deploy/components" + query + 2));
    assertEquals(2, client.items("/deploy/environments" + query + 1).size());
    int releases = 0;
    for (ObjectNode component : components) {
      String path = "/deploy/components/" + component.get("id").asText();
      List<ObjectNode> versions = client.items(path + "/versions");
      assertEquals(0, component.get("release_count").asInt());
      assertEquals(versions.size(), client.json(path).get("release_count").asInt());
      releases += versions.size();
      for (ObjectNode version : versions) {
        String workflow = version.get("workflow_id").asText();
        assertEquals(
            version.get("pipeline_id"), client.json("/workflow/" + workflow).get("pipeline_id"));
      }
    }
    assertTrue("few: " + releases, releases > 5);
  }

  @Test
  public void givenDecisions_thenAnArrayThatGoesOnAtAnOffset() throws Exception {
    String path = "/owner/" + organization + "/context/config";
    List<JsonNode> all = new ArrayList<>();
    JsonNode page = client.json(path + "/decision");
    while (!page.isEmpty()) {
      page.forEach(all::add);
      page = client.json(path + "/decision?offset=" + all.size());
    }
    Set<String> ids = new HashSet<>();
    all.forEach(decision -> ids.add(decision.get("id").asText()));
    assertEquals(all.size(), ids.size());
    assertTrue("few: " + all.size(), all.size() > 140);
    String middle = all.get(40).get("created_at").asText();
    JsonNode later = client.json(path + "/decision?after=" + middle);
    assertEquals(all.subList(0, 20), List.copyOf(items(later)));
    assertEquals(all.subList(41, 61), items(client.json(path + "/decision?before=" + middle)));
    assertEquals(3, client.json(path + "/policy-bundle").size());
  }

  @Test
  public void givenNoPolicies_thenNotFoundInTheirForm() throws Exception {
    SampleConfig plain = SampleConfig.defaults().with(SampleTrait.WITHOUT_POLICIES);
    try (SampleServer other = SampleServer.start(plain)) {
      for (String route : List.of("policy-bundle", "decision")) {
        String path = "/owner/" + organization + "/context/config/" + route;
        assertEquals(404, new Client(other).get(path).statusCode());
        assertTrue(new Client(other).get(path).body().startsWith("{\"error\":\""));
      }
    }
    assertEquals(403, client.get("/owner/" + UNKNOWN + "/context/config/decision").statusCode());
    assertEquals(400, client.get("/owner/acme/context/config/decision").statusCode());
  }

  @Test
  public void givenOtherSeed_thenOtherIds() throws Exception {
    try (SampleServer other = SampleServer.start(SampleConfig.defaults().withSeed(2))) {
      assertNotEquals(
          client.items("/context?owner-slug=gh/acme").get(0).get("id"),
          new Client(other).items("/context?owner-slug=gh/acme").get(0).get("id"));
    }
  }

  private static List<JsonNode> items(JsonNode array) {
    List<JsonNode> items = new ArrayList<>();
    array.forEach(items::add);
    return items;
  }
}
