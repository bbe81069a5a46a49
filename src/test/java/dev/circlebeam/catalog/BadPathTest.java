package dev.circlebeam.catalog;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.avro.Schema;
import org.junit.Test;

/**
 * Wherever a declaration's path would lead but below the API, it is refused: the token goes along.
 */
public class BadPathTest {
  private static final String API = "https://circleci.example/api/v2/";
  private static final Schema NOTHING = Schema.createRecord("x", null, null, false, List.of());
  private static final List<String> PIECES =
      List.of(
          "/",
          "//",
          "\\",
          ".",
          "..",
          "%2e",
          "%2E",
          "%2f",
          "%5c",
          "%00",
          "?",
          "#",
          "&",
          "=",
          ";",
          ":",
          "@",
          " ",
          "\t",
          "\\n",
          "\\u0000",
          "\\u2024",
          "\\uff0e",
          "{id}",
          "{",
          "}",
          "{}",
          "project",
          "a",
          "https:",
          "http://",
          "evil.example",
          "~",
          "-",
          "*",
          "|",
          "é");

  private static String with(String path) {
    return Declarations.GOOD.replace("project/{project_slug}/thing", path);
  }

  @Test
  public void givenAPathThatLeadsElsewhere_thenRefused() {
    for (String path :
        List.of(
            "https://evil.example/x",
            "HTTPS://evil.example/x",
            "https:evil.example",
            "//evil.example/x",
            "/project",
            "/\\\\evil.example",
            "\\\\\\\\evil.example",
            "..",
            "../v1.1/me",
            "../../x",
            "project/../../x",
            "project/..",
            "project/./x",
            "project/..?a=b",
            "project/%2e%2e/x",
            "project/%2E%2E/%2e%2E/x",
            "project/.%2e/x",
            "project%2f..%2fx",
            "project/..%2fx",
            "project/..;/x",
            "project\\\\..\\\\x",
            "project/\\uff0e\\uff0e/x",
            "project//x",
            "project/",
            "",
            "?a=b",
            "project#x",
            "project?a=b#x",
            "project?a",
            "project?a=b?c=d",
            "project?a=/../..",
            "project?page-token=x",
            "project?a=b&offset=5",
            "evil.example:443/x",
            "user@evil.example/x",
            "project x",
            "project\\tx",
            "project\\nHost: evil.example",
            "project\\u0000",
            "project/{project_slug",
            "project/}",
            "a".repeat(2000))) {
      CatalogException refusal =
          assertThrows(
              path, CatalogException.class, () -> Declarations.catalog("things.avsc", with(path)));
      assertTrue(refusal.getMessage(), refusal.getMessage().startsWith("things.avsc: "));
      assertEquals(refusal.getMessage(), 1, refusal.getMessage().lines().count());
    }
  }

  @Test
  public void givenAPathBelowTheApi_thenTaken() {
    for (String path :
        List.of(
            "project/{project_slug}/thing",
            "insights/{project_slug}/things?all-branches=true&reporting-window=last-90-days",
            "thing?of={id}&kind=a,b:c~d",
            "thing-{id}.json",
            "...",
            "v3/..x/x..")) {
      assertNotNull(Declarations.catalog("things.avsc", with(path)));
    }
  }

  @Test
  public void givenAnyPath_thenRefusedOrBelowTheApi() {
    Random random = new Random(7);
    PathDeclaration paths =
        new PathDeclaration(new DeclaredProperties("x.avsc", NOTHING), Endpoint.V2);
    List<String> taken = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      StringBuilder path = new StringBuilder();
      for (int pieces = 1 + random.nextInt(6); pieces > 0; pieces--) {
        // Else next to nothing would be taken.
        boolean isGood = random.nextInt(3) > 0;
        path.append(isGood ? "thing" : PIECES.get(random.nextInt(PIECES.size())));
        path.append(isGood && pieces > 1 ? "/" : "");
      }
      try {
        paths.check(path.toString());
      } catch (CatalogException e) {
        continue;
      }
      String filled = Table.PLACEHOLDER.matcher(path).replaceAll("..x");
      URI resolved = URI.create(API).resolve(filled).normalize();
      assertTrue(path.toString(), resolved.toString().startsWith(API));
      assertEquals(path.toString(), API + filled, resolved.toString());
      taken.add(path.toString());
    }
    assertTrue("few: " + taken.size(), taken.size() > 300);
  }
}
