package dev.circlebeam.catalog;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Refuses paths that could lead anywhere but below the API: the token goes where they lead. What is
 * allowed is listed, rather than what is not, so that no spelling of a dot or a slash need be
 * known.
 */
final class PathDeclaration {
  private static final int LONGEST = 1000;
  private static final String LITERAL = "[A-Za-z0-9._~-]";
  private static final String PLACEHOLDER = Table.PLACEHOLDER.pattern();
  private static final String PART = "(?:" + LITERAL + "|" + PLACEHOLDER + ")+";
  private static final String PARAMETER = LITERAL + "+=(?:[A-Za-z0-9._~,:-]|" + PLACEHOLDER + ")*";
  private static final Pattern FORM =
      Pattern.compile(PART + "(?:/" + PART + ")*(?:\\?" + PARAMETER + "(?:&" + PARAMETER + ")*)?");
  private static final Pattern PAGE = Pattern.compile("[?&](page-token|offset)=");
  private static final CharMatcher BRACKETS = CharMatcher.anyOf("{}");

  private final DeclaredProperties properties;
  private final String api;

  /**
   * @param properties the declaration's
   * @param api the API's version, below which paths stay
   */
  PathDeclaration(DeclaredProperties properties, String api) {
    this.properties = properties;
    this.api = api;
  }

  /**
   * Checks a path.
   *
   * @param path as declared
   * @throws CatalogException when it could lead elsewhere, or cannot be filled
   */
  void check(String path) {
    properties.check(path.length() <= LONGEST, "a path is longer than %d letters", LONGEST);
    properties.check(
        !path.startsWith("/") && !path.contains("://"), "the path '%s' is not relative", path);
    for (String part : Splitter.on(CharMatcher.anyOf("/?")).split(path)) {
      properties.check(
          !part.equals(".") && !part.equals(".."), "the path '%s' leaves /api/%s/", path, api);
    }
    Matcher placeholders = Table.PLACEHOLDER.matcher(path);
    properties.check(
        BRACKETS.matchesNoneOf(placeholders.replaceAll("")),
        "the path '%s' has an open placeholder",
        path);
    properties.check(
        FORM.matcher(path).matches(),
        "the path '%s' is not letters, digits, '-', '.', '_', '~' and {placeholders} with a '/'"
            + " between parts, and perhaps '?' with parameters a=b and '&' between them",
        path);
    properties.check(
        !PAGE.matcher(path).find(), "the path '%s' names a page, which paginated is for", path);
  }
}
