package dev.circlebeam.plan;

import com.google.common.base.Splitter;
import java.io.Serializable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The organizations whose projects are read, whatever those are at the time.
 *
 * @param names slugs in CircleCI's short form, or ids; each once
 * @param excluded globs of slugs of projects that are not wanted
 */
public record Organizations(List<String> names, List<String> excluded) implements Serializable {
  /** Only projects that are named are read. */
  public static final Organizations NONE = new Organizations(List.of(), List.of());

  private static final Map<String, String> SHORT_FORMS =
      Map.of("github", "gh", "bitbucket", "bb", "gh", "gh", "bb", "bb", "circleci", "circleci");
  private static final Pattern ID =
      Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", Pattern.CASE_INSENSITIVE);
  private static final Pattern WILD = Pattern.compile("[*?]|[^*?]+");

  /** Copies the lists. */
  public Organizations {
    names = List.copyOf(names);
    excluded = List.copyOf(excluded);
  }

  /**
   * Reads the flags.
   *
   * @param names slugs, in the long or the short form, or ids
   * @param excluded globs: {@code *} stands for any characters, {@code ?} for one
   * @return the organizations
   * @throws IllegalArgumentException when one is neither, with the forms that are
   */
  public static Organizations parse(List<String> names, List<String> excluded) {
    Set<String> each = new LinkedHashSet<>();
    names.forEach(name -> each.add(parse(name)));
    return new Organizations(List.copyOf(each), excluded);
  }

  private static String parse(String text) {
    if (isId(text)) {
      return text;
    }
    List<String> parts = Splitter.on('/').splitToList(text);
    String first = SHORT_FORMS.get(parts.get(0));
    boolean whole =
        parts.size() == 2
            && !parts.get(1).isEmpty()
            && !parts.get(1).equals(".")
            && !parts.get(1).equals("..")
            && text.chars().noneMatch(c -> c <= ' ' || c == 0x7f || c == '?' || c == '#');
    if (first == null || !whole) {
      throw new IllegalArgumentException(
          "--orgs: '"
              + text
              + "' is no organization; give gh/<organization>, bb/<workspace>, circleci/<id> or the"
              + " organization's id (in CircleCI: Organization Settings, Overview)");
    }
    return first + "/" + parts.get(1);
  }

  /**
   * Tells an id from a slug.
   *
   * @param name an organization
   * @return true for an id
   */
  public static boolean isId(String name) {
    return ID.matcher(name).matches();
  }

  /**
   * Tells whether a project is left out.
   *
   * @param slug its slug; where that is opaque, the organization's with the project's name behind
   * @return true when a glob takes it
   */
  public boolean excludes(String slug) {
    return excluded.stream().anyMatch(glob -> pattern(glob).matcher(slug).matches());
  }

  private static Pattern pattern(String glob) {
    return Pattern.compile(
        WILD.matcher(glob)
            .replaceAll(
                part ->
                    switch (part.group()) {
                      case "*" -> ".*";
                      case "?" -> ".";
                      default ->
                          java.util.regex.Matcher.quoteReplacement(Pattern.quote(part.group()));
                    }),
        Pattern.DOTALL);
  }
}
