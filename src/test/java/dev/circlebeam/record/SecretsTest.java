package dev.circlebeam.record;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.Test;

/** What is secret is dropped where it arrives, in whatever dress it comes. */
public class SecretsTest {
  private static final String MARK = "s3cr3tMark";
  private static final Catalog CATALOG = Catalog.builtIn();
  private static final Map<String, Object> PARENT =
      Map.of("id", "parent-1", "project_id", "project-1", "project_slug", "gh/acme/web");

  private static Page read(String table, String item) throws IOException {
    byte[] body = ("{'items':[" + item + "]}").replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return new PageReader(CATALOG.table(table), Set.of(), 1).read(body, true, PARENT);
  }

  private static String all(Page page) {
    return page.rows() + " " + page.rejected() + " " + page.extraFields();
  }

  @Test
  public void givenAnEnvironmentVariable_thenItsNameAlone() throws IOException {
    Page page =
        read(
            "project_environment_variables",
            "{'name':'FLAG','value':'xxxx" + MARK + "','created_at':null,'plain':'" + MARK + "'}");
    assertEquals("FLAG", page.rows().get(0).get("name"));
    assertNull(page.rows().get(0).get(Table.EXTRA));
    assertThat(all(page), not(containsString(MARK)));
    assertEquals("what is dropped on purpose is no news", Set.of("plain"), page.extraFields());
  }

  @Test
  public void givenAnItemWithoutKey_thenNothingOfItIsShown() throws IOException {
    Page page = read("project_environment_variables", "{'value':'" + MARK + "'},'" + MARK + "'");
    assertEquals(2, page.rejected().size());
    assertThat(all(page), not(containsString(MARK)));
  }

  @Test
  public void givenAWebhook_thenOnlyTheServerOfItsAddress() throws IOException {
    for (String url :
        List.of(
            "https://hooks.example.com/services/" + MARK,
            "https://hooks.example.com?key=" + MARK,
            "https://hooks.example.com#" + MARK,
            "https://" + MARK + ":" + MARK + "@hooks.example.com/x")) {
      Page page =
          read(
              "webhooks",
              "{'id':'w','url':'"
                  + url
                  + "','signing_secret':'"
                  + MARK
                  + "','signing-secret':'"
                  + MARK
                  + "','scope':{'id':'p','token':'"
                  + MARK
                  + "'}}");
      assertEquals("https://hooks.example.com/…", page.rows().get(0).get("url"));
      assertThat(all(page), not(containsString(MARK)));
    }
    assertEquals("…", read("webhooks", "{'id':'w','url':'" + MARK + "'}").rows().get(0).get("url"));
    assertThat(
        all(read("webhooks", "{'id':'w','url':{'x':'" + MARK + "'}}")), not(containsString(MARK)));
  }

  @Test
  public void givenATriggerOfACustomWebhook_thenOnlyTheServerOfItsAddress() throws IOException {
    Page page =
        read(
            "triggers",
            "{'id':'t','event_source':{'provider':'webhook','webhook':{'sender':'me','url':"
                + "'https://circleci.example.com/hook?secret="
                + MARK
                + "','old_url':'"
                + MARK
                + "'},'repo':{'full_name':'a/b','key':'"
                + MARK
                + "'}}}");
    assertThat(page.rows().toString(), containsString("https://circleci.example.com/"));
    assertThat(page.rows().toString(), containsString("a/b"));
    assertThat(all(page), not(containsString(MARK)));
  }
}
