package dev.circlebeam.sample;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

/** Slugs and ids in all the forms that requests may use. */
public class NamesTest {
  private static SampleServer server;
  private static Client client;
  private static JsonNode first;
  private static JsonNode standalone;

  @BeforeClass
  public static void start() {
    server = SampleServer.start(SampleConfig.defaults());
    client = new Client(server);
    List<SampleOrganization.Row> projects = server.organization().projects().toList();
    first = projects.get(0).body();
    standalone = projects.get(1).body();
  }

  @AfterClass
  public static void stop() {
    server.close();
  }

  @Test
  public void givenEveryFormOfSlug_thenShortForm() throws Exception {
    String name = first.get("name").asText();
    for (String form :
        List.of(
            "gh/acme/" + name,
            "github/acme/" + name,
            "gh%2Facme%2F" + name,
            "github%2facme%2f" + name,
            first.get("id").asText())) {
      assertEquals(form, first, client.json("/project/" + form));
    }
    assertEquals(
        client.json("/project/gh/acme/" + name + "/pipeline"),
        client.json("/project/github%2Facme%2F" + name + "/pipeline"));
  }

  @Test
  public void givenStandaloneProject_thenIdsStandForItsParts() throws Exception {
    String slug = standalone.get("slug").asText();
    String organization = server.organization().id().toString();
    String id = standalone.get("id").asText();
    assertTrue(slug, slug.startsWith("circleci/"));
    assertEquals(standalone, client.json("/project/" + slug));
    assertEquals(standalone, client.json("/project/circleci/" + organization + "/" + id));
    assertEquals(
        "//circleci.com/" + organization + "/" + id, standalone.at("/vcs_info/vcs_url").asText());
  }

  @Test
  public void givenNameInOpaqueSlug_thenBadRequest() throws Exception {
    String owner = standalone.get("slug").asText().split("/", -1)[1];
    assertAnswer(
        "/project/circleci/" + owner + "/mobile",
        400,
        "Invalid project slug circleci/" + owner + "/mobile");
  }

  @Test
  public void givenUnknownNames_thenNotFoundInItsWords() throws Exception {
    String unknown = "7d1c2b3a-4e5f-4a6b-8c7d-9e0f1a2b3c4d";
    assertAnswer("/project/gh/acme/none", 404, "Project not found");
    assertAnswer("/project/bb/acme/web-shop", 404, "Project not found");
    assertAnswer("/project/" + unknown, 404, "Project not found");
    assertAnswer("/organization/gh/none", 404, "Org not found.");
    assertAnswer("/pipeline?org-slug=gh/none", 404, "Org not found.");
    assertAnswer("/pipeline/" + unknown, 404, "Pipeline not found");
    assertAnswer("/pipeline/" + unknown + "/workflow", 404, "Pipeline not found");
    assertAnswer("/pipeline/7", 400, "pipeline-id is invalid.");
    assertAnswer("/workflow/" + unknown, 404, "Workflow not found");
    assertAnswer("/project/gh/acme/web-shop/pipeline/9999", 404, "Pipeline not found");
    assertAnswer("/project/gh/acme/web-shop/pipeline/mine", 404, "Pipeline not found");
    assertAnswer("/no/such/route", 404, "Not Found");
  }

  @Test
  public void givenEveryFormOfOrganization_thenTheSame() throws Exception {
    JsonNode organization = client.json("/organization/gh/acme");
    assertEquals("gh/acme", organization.get("slug").asText());
    for (String form : List.of("github/acme", "gh%2Facme", server.organization().id().toString())) {
      assertEquals(form, organization, client.json("/organization/" + form));
    }
    JsonNode collaborations = client.json("/me/collaborations");
    assertEquals(2, collaborations.size());
    assertEquals(organization.get("id"), collaborations.get(0).get("id"));
    assertTrue(collaborations.get(1).get("id").isNull());
  }

  @Test
  public void givenBitbucket_thenItsSlugs() throws Exception {
    SampleConfig config = SampleConfig.defaults().withVcs(SampleVcs.BITBUCKET);
    try (SampleServer bitbucket = SampleServer.start(config)) {
      Client other = new Client(bitbucket);
      JsonNode project = other.json("/project/bitbucket/acme/web-shop");
      assertEquals("bb/acme/web-shop", project.get("slug").asText());
      assertEquals("Bitbucket", project.at("/vcs_info/provider").asText());
      assertEquals(404, other.get("/project/gh/acme/web-shop").statusCode());
    }
  }

  private static void assertAnswer(String path, int status, String message) throws Exception {
    HttpResponse<String> response = client.get(path);
    assertEquals(path, status, response.statusCode());
    assertEquals(path, "{\"message\":\"" + message + "\"}", response.body());
  }
}
