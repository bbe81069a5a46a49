package dev.circlebeam.plan;

import com.google.common.base.Splitter;
import java.util.List;
import java.util.Map;

/** The names that projects are asked for by. */
public final class ProjectSlug {
  private static final Map<String, String> SHORT_FORMS =
      Map.of("github", "gh", "bitbucket", "bb", "gh", "gh", "bb", "bb", "circleci", "circleci");

  private ProjectSlug() {}

  /**
   * Checks a slug and brings it into the short form that CircleCI itself answers with.
   *
   * @param text such as {@code github/acme/web}
   * @return such as {@code gh/acme/web}
   * @throws IllegalArgumentException when it is no slug, with the forms that are
   */
  public static String parse(String text) {
    List<String> parts = Splitter.on('/').splitToList(text);
    String first = SHORT_FORMS.get(parts.get(0));
    boolean whole =
        parts.size() == 3
            && parts.stream().noneMatch(p -> p.isEmpty() || p.equals(".") || p.equals(".."))
            && text.chars().noneMatch(c -> c <= ' ' || c == 0x7f || c == '?' || c == '#');
    if (first == null || !whole) {
      throw new IllegalArgumentException(
          "--projects: '"
              + text
              + "' is no project slug; give gh/<organization>/<repository>, bb/<workspace>/"
              + "<repository> or circleci/<organization id>/<project id> (in CircleCI: Project"
              + " Settings, Overview)");
    }
    return first + "/" + parts.get(1) + "/" + parts.get(2);
  }

  /**
   * Returns the slug of a project's organization.
   *
   * @param slug a project's, such as {@code gh/acme/web}
   * @return such as {@code gh/acme}
   */
  public static String organization(String slug) {
    return slug.substring(0, slug.lastIndexOf('/'));
  }
}
