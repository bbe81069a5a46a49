package dev.circlebeam.circleci;

import com.google.common.base.Splitter;
import com.google.common.escape.Escaper;
import com.google.common.net.UrlEscapers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * One GET below {@code /api/v2/}, or another version.
 *
 * @param api the version, as in the address
 * @param path relative and percent-encoded, such as {@code project/gh/acme/web/pipeline}; may end
 *     in a query
 */
public record ApiRequest(String api, String path) {
  private static final String V2 = "v2";
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)}");
  private static final Escaper SEGMENT = UrlEscapers.urlPathSegmentEscaper();
  private static final Escaper PARAMETER = UrlEscapers.urlFormParameterEscaper();

  /**
   * Makes a request of version 2.
   *
   * @param path relative and percent-encoded; may end in a query
   */
  public ApiRequest(String path) {
    this(V2, path);
  }

  /**
   * Fills a path's placeholders, for a request of version 2.
   *
   * @param template a path with {@code {placeholders}}
   * @param values by placeholder, what to put in
   * @return the request
   * @throws IllegalArgumentException as {@link #of(String, String, Map)}
   */
  public static ApiRequest of(String template, Map<String, ?> values) {
    return of(V2, template, values);
  }

  /**
   * Fills a path's placeholders. Values are percent-encoded; the slashes of slugs stay, because
   * some routes answer 404 when they are encoded.
   *
   * @param api the version, as in the address
   * @param template a path with {@code {placeholders}}, which may also be in its query
   * @param values by placeholder, what to put in
   * @return the request
   * @throws IllegalArgumentException when a value is missing, or a part of one is {@code .} or
   *     {@code ..}, which would lead somewhere else
   */
  public static ApiRequest of(String api, String template, Map<String, ?> values) {
    Matcher placeholders = PLACEHOLDER.matcher(template);
    int query = template.indexOf('?');
    StringBuilder path = new StringBuilder();
    while (placeholders.find()) {
      String name = placeholders.group(1);
      Object value = values.get(name);
      if (value == null) {
        throw new IllegalArgumentException("no value for {" + name + "} of " + template);
      }
      boolean inQuery = query >= 0 && placeholders.start() > query;
      String text =
          inQuery
              ? PARAMETER.escape(unicode(value.toString()))
              : encoded(value.toString(), name.endsWith("slug"));
      placeholders.appendReplacement(path, Matcher.quoteReplacement(text));
    }
    placeholders.appendTail(path);
    return new ApiRequest(api, path.toString());
  }

  /**
   * Returns what is asked for as people know it.
   *
   * @return the path; with its version in front where that is not 2
   */
  public String shown() {
    return api.equals(V2) ? path : "/api/" + api + "/" + path;
  }

  private static String encoded(String value, boolean isSlug) {
    StringJoiner parts = new StringJoiner("/");
    for (String part : isSlug ? Splitter.on('/').split(value) : java.util.List.of(value)) {
      if (part.equals(".") || part.equals("..") || part.isEmpty()) {
        throw new IllegalArgumentException("'" + value + "' cannot be part of a path");
      }
      parts.add(SEGMENT.escape(unicode(part)));
    }
    return parts.toString();
  }

  /** Half a character, which no address can hold, becomes a question mark. */
  private static String unicode(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  /**
   * Adds query parameters.
   *
   * @param parameters by name; null values are left out
   * @return the request with them, in the order of their names
   */
  public ApiRequest with(Map<String, @Nullable String> parameters) {
    StringBuilder url = new StringBuilder(path);
    new TreeMap<>(parameters)
        .forEach(
            (name, value) -> {
              if (value != null) {
                url.append(url.indexOf("?") < 0 ? '?' : '&')
                    .append(PARAMETER.escape(name))
                    .append('=')
                    .append(PARAMETER.escape(unicode(value)));
              }
            });
    return new ApiRequest(api, url.toString());
  }
}
