package dev.circlebeam.plan;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.util.List;
import org.junit.Test;

public class OrganizationsTest {
  private static final String ID = "5b0e1c7a-93d4-4f6e-8c2b-7d1f0a4e6b91";

  @Test
  public void givenSlugsAndIds_thenShortFormsEachOnce() {
    assertEquals(
        List.of("gh/acme", "bb/acme", "circleci/A1", ID),
        Organizations.parse(
                List.of("github/acme", "gh/acme", "bitbucket/acme", "circleci/A1", ID), List.of())
            .names());
  }

  @Test
  public void givenNeither_thenItAndTheForms() {
    for (String text : List.of("acme", "gh/", "gh/acme/web", "gl/acme", "gh/..", "gh/a?b", "1-2")) {
      IllegalArgumentException refusal =
          assertThrows(
              IllegalArgumentException.class,
              () -> Organizations.parse(List.of("gh/ok", text), List.of()));
      assertThat(refusal.getMessage(), startsWith("--orgs: '" + text + "' is no organization"));
    }
  }

  @Test
  public void givenGlobs_thenStarsAndQuestionMarksAlone() {
    assertTrue(excludes("gh/acme/sandbox-*", "gh/acme/sandbox-1"));
    assertTrue(excludes("*/legacy*", "gh/acme/legacy.api"));
    assertTrue(excludes("gh/acme/we?", "gh/acme/web"));
    assertTrue(excludes("gh/acme/web", "gh/acme/web"));
    assertFalse(excludes("gh/acme/web", "gh/acme/web-shop"));
    assertFalse(excludes("gh/acme/a.b", "gh/acme/aXb"));
    assertFalse(excludes("gh/acme/we?", "gh/acme/we"));
    assertFalse(excludes("*.\\E*", "gh/acme/web"));
    assertTrue(excludes("*\\E$1*", "gh/acme/\\E$1"));
    assertFalse(Organizations.NONE.excludes("gh/acme/web"));
  }

  private static boolean excludes(String glob, String slug) {
    return Organizations.parse(List.of("gh/acme"), List.of("x", glob)).excludes(slug);
  }
}
