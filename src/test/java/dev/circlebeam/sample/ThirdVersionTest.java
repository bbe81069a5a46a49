package dev.circlebeam.sample;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

/** The third version of the API, which only the service itself has. */
public class ThirdVersionTest {
  private static SampleServer server;
  private static Client client;
  private static String projects;

  @BeforeClass
  public static void start() {
    server = SampleServer.start(SampleConfig.defaults().withProjects(70));
    client = new Client(server);
    projects = "/api/v3/projects?filter[org_id]=" + server.organization().id();
  }

  @AfterClass
  public static void stop() {
    server.close();
  }

  @Test
  public void givenOrganization_thenAllItsProjectsPageByPage() throws Exception {
    List<String> expected = new ArrayList<>();
    server.organization().projects().forEach(row -> expected.add(row.body().get("id").asText()));
    for (String limit : List.of("", "&page[limit]=50", "&page[limit]=7")) {
      List<String> ids = new ArrayList<>();
      String cursor = "";
      int pages = 0;
      while (cursor != null) {
        JsonNode page = body(projects + limit + cursor);
        page.get("data").forEach(project -> ids.add(project.get("id").asText()));
        JsonNode next = page.at("/page/next");
        cursor = next.isNull() ? null : "&page[cursor]=" + next.asText();
        pages++;
      }
      assertEquals(expected, ids);
      assertTrue(pages > 1);
    }
    assertEquals("web-shop", body(projects).at("/data/0/attributes/name").asText());
  }

  @Test
  public void givenWrongRequests_thenErrorsInItsForm() throws Exception {
    assertError("/api/v3/projects", 400, "invalid_request");
    assertError(projects + "&page[limit]=51", 400, "invalid_request");
    assertError(projects + "&page[cursor]=x", 400, "invalid_request");
    assertError(projects.replace("4", "5"), 404, "not_found");
    assertError("/api/v3/jobs/" + server.organization().id(), 404, "not_found");
    HttpResponse<String> anonymous = client.send(client.request(escaped(projects)));
    assertEquals(401, anonymous.statusCode());
  }

  @Test
  public void givenInstallationOfOnesOwn_thenPlainNotFound() throws Exception {
    SampleConfig own = SampleConfig.defaults().with(SampleTrait.SELF_HOSTED);
    try (SampleServer other = SampleServer.start(own)) {
      Client its = new Client(other);
      String id = other.organization().id().toString();
      for (String path : List.of("/deploy/environments?org-id=" + id, "/deploy/components")) {
        assertEquals(404, its.get(path).statusCode());
      }
      HttpResponse<String> response =
          its.send(
              its.request(escaped(projects))
                  .header("Circle-Token", Client.TOKEN)
                  .header("Accept", "application/json"));
      assertEquals(404, response.statusCode());
      assertEquals("{\"message\":\"Not Found\"}", response.body());
    }
  }

  private static void assertError(String path, int status, String type) throws Exception {
    HttpResponse<String> response = send(path);
    assertEquals(path, status, response.statusCode());
    assertEquals(type, Client.MAPPER.readTree(response.body()).at("/error/type").asText());
  }

  private static JsonNode body(String path) throws Exception {
    HttpResponse<String> response = send(path);
    assertEquals(response.body(), 200, response.statusCode());
    return Client.MAPPER.readTree(response.body());
  }

  private static HttpResponse<String> send(String path) throws Exception {
    return client.send(
        client
            .request(escaped(path))
            .header("Circle-Token", Client.TOKEN)
            .header("Accept", "application/json"));
  }

  private static String escaped(String path) {
    return path.replace("[", "%5B").replace("]", "%5D");
  }
}
