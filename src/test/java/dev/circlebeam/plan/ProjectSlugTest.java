package dev.circlebeam.plan;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.util.List;
import org.junit.Test;

/** Names of projects as people write them. */
public class ProjectSlugTest {
  @Test
  public void givenSlugs_thenTheShortForm() {
    assertEquals("gh/acme/web", ProjectSlug.parse("gh/acme/web"));
    assertEquals("gh/acme/web", ProjectSlug.parse("github/acme/web"));
    assertEquals("bb/acme/web.io", ProjectSlug.parse("bitbucket/acme/web.io"));
    assertEquals("bb/acme/_w-e", ProjectSlug.parse("bb/acme/_w-e"));
    assertEquals("circleci/5NxhHrB/9RxMzBjEYTK", ProjectSlug.parse("circleci/5NxhHrB/9RxMzBjEYTK"));
    assertEquals("gh/Acme/Web", ProjectSlug.parse("gh/Acme/Web"));
    assertEquals("gh/größe/日本", ProjectSlug.parse("gh/größe/日本"));
  }

  @Test
  public void givenAnythingElse_thenRefusedWithTheValueAndTheForms() {
    List<String> wrong =
        List.of(
            "",
            "web",
            "acme/web",
            "gl/acme/web",
            "gh/acme",
            "gh/acme/",
            "gh//web",
            "/gh/acme/web",
            "gh/acme/web/",
            "gh/acme/web/tree",
            "gh/../web",
            "gh/acme/..",
            "gh/acme/.",
            "gh/acme/web?x=1",
            "gh/acme/web#x",
            "gh/acme/we b",
            "gh/acme/web\n",
            "https://github.com/acme/web",
            "gh:acme/web",
            "null");
    assertEquals(20, wrong.size());
    for (String text : wrong) {
      IllegalArgumentException refusal =
          assertThrows(text, IllegalArgumentException.class, () -> ProjectSlug.parse(text));
      assertThat(refusal.getMessage(), containsString("--projects: '" + text + "'"));
      assertThat(refusal.getMessage(), containsString("gh/<organization>/<repository>"));
    }
  }
}
