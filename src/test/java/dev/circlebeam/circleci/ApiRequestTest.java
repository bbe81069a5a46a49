package dev.circlebeam.circleci;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.Test;

public class ApiRequestTest {
  @Test
  public void givenSlug_thenItsSlashesStay() {
    assertEquals("project/gh/acme/web/pipeline", filled("project/{slug}/pipeline", "gh/acme/web"));
    assertEquals(
        "project/gh/acme/web/x",
        ApiRequest.of("project/{project_slug}/x", Map.of("project_slug", "gh/acme/web")).path());
  }

  @Test
  public void givenOddCharactersInSlug_thenEachPartIsEncoded() {
    assertEquals("project/gh/a%20b/c%25d", filled("project/{slug}", "gh/a b/c%d"));
    assertEquals("project/gh/a%3Fb/c%23d", filled("project/{slug}", "gh/a?b/c#d"));
    assertEquals("project/gh/%C3%A9t%C3%A9/x", filled("project/{slug}", "gh/été/x"));
    assertEquals("project/gh/a.b_c-d~e/x", filled("project/{slug}", "gh/a.b_c-d~e/x"));
    assertEquals("project/gh/..a/...", filled("project/{slug}", "gh/..a/..."));
    assertEquals("project/gh/%5Ca/%22", filled("project/{slug}", "gh/\\a/\""));
    assertEquals("project/gh/%7Ba%7D/$1", filled("project/{slug}", "gh/{a}/$1"));
  }

  @Test
  public void givenSlashInAnotherValue_thenItIsEncoded() {
    assertEquals(
        "pipeline/a%2Fb/workflow",
        ApiRequest.of("pipeline/{id}/workflow", Map.of("id", "a/b")).path());
  }

  @Test
  public void givenSeveralPlaceholders_thenAllAreFilled() {
    assertEquals(
        "project/gh/a/b/job/7",
        ApiRequest.of("project/{slug}/job/{number}", Map.of("slug", "gh/a/b", "number", 7L))
            .path());
    assertEquals("me", ApiRequest.of("me", Map.of()).path());
  }

  @Test
  public void givenDots_thenRefused() {
    String[] slugs = {"gh/../web", "gh/./web", "..", ".", "gh/acme/..", "gh//web", "", "gh/acme/"};
    for (String slug : slugs) {
      assertThrows(slug, IllegalArgumentException.class, () -> filled("project/{slug}", slug));
    }
    for (String id : new String[] {"..", ".", ""}) {
      assertThrows(
          id, IllegalArgumentException.class, () -> ApiRequest.of("x/{id}", Map.of("id", id)));
    }
    assertEquals("x/..%2F..", ApiRequest.of("x/{id}", Map.of("id", "../..")).path());
  }

  @Test
  public void givenMissingValue_thenItsName() {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> ApiRequest.of("pipeline/{pipeline_id}/x", Map.of("id", "1")));
    assertTrue(refused.getMessage(), refused.getMessage().contains("{pipeline_id}"));
    assertTrue(refused.getMessage(), refused.getMessage().contains("pipeline/{pipeline_id}/x"));
    assertThrows(
        IllegalArgumentException.class,
        () -> ApiRequest.of("x/{id}", java.util.Collections.singletonMap("id", null)));
  }

  @Test
  public void givenParameters_thenInTheOrderOfTheirNames() {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("z", "1");
    parameters.put("page-token", "a b&c=d/e+é");
    parameters.put("branch", null);
    parameters.put("a", "");
    assertEquals(
        "me?a=&page-token=a+b%26c%3Dd%2Fe%2B%C3%A9&z=1",
        new ApiRequest("me").with(parameters).path());
  }

  @Test
  public void givenMoreParameters_thenTheyFollow() {
    assertEquals(
        "me?b=1&a=2", new ApiRequest("me").with(Map.of("b", "1")).with(Map.of("a", "2")).path());
    assertEquals("me?b=1&a=2", new ApiRequest("me?b=1").with(Map.of("a", "2")).path());
  }

  @Test
  public void givenNoParameters_thenTheSamePath() {
    assertEquals("me", new ApiRequest("me").with(Map.of()).path());
    Map<String, String> none = new HashMap<>();
    none.put("branch", null);
    assertEquals("me", new ApiRequest("me").with(none).path());
  }

  private static String filled(String template, String slug) {
    return ApiRequest.of(template, Map.of("slug", slug)).path();
  }

  @Test
  public void givenPlaceholderInQuery_thenItCannotAddParameters() {
    assertEquals(
        "webhook?scope-id=a%26b%3Dc%2B1%2F..&scope-type=project",
        ApiRequest.of("webhook?scope-id={id}&scope-type=project", Map.of("id", "a&b=c+1/.."))
            .path());
  }

  @Test
  public void givenOlderApi_thenItsAddressAndName() {
    ApiRequest request = ApiRequest.of("v1.1", "project/{slug}/7", Map.of("slug", "gh/a/b"));
    assertEquals(
        "https://ci.example.com/api/v1.1/project/gh/a/b/7",
        CircleCiUrl.parse("https://ci.example.com/api/v2", false).of(request));
    assertEquals("/api/v1.1/project/gh/a/b/7", request.shown());
    assertEquals("v1.1", request.with(Map.of("a", "1")).api());
  }
}
