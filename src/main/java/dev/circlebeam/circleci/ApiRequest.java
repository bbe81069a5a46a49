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
 * One GET below {@code /api/v2/}.
 *
 * @param path relative and percent-encoded, such as {@code project/gh/acme/web/pipeline}; may end
 *     in a query
 */
public record ApiRequest(String path) {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)}");
  private static final Escaper SEGMENT = UrlEscapers.urlPathSegmentEscaper();
  private static final Escaper PARAMETER = UrlEscapers.urlFormParameterEscaper();

  /**
   * Fills a path's placeholders. Values are percent-encoded; the slashes of slugs stay, because
   * some routes answer 404 when they are encoded.
   *
   * @param template a path with {@code {placeholders}}
   * @param values by placeholder, what to put in
   * @return the request
   * @throws IllegalArgumentException when a value is missing, or a part of one is {@code .} or
   *     {@code ..}, which would lead somewhere else
   */
  public static ApiRequest of(String template, Map<String, ?> values) {
    Matcher placeholders = PLACEHOLDER.matcher(template);
    StringBuilder path = new StringBuilder();
    while (placeholders.find()) {
      String name = placeholders.group(1);
      Object value = values.get(name);
      if (value == null) {
        throw new IllegalArgumentException("no value for {" + name + "} of " + template);
      }
      placeholders.appendReplacement(
          path, Matcher.quoteReplacement(encoded(value.toString(), name.endsWith("slug"))));
    }
    placeholders.appendTail(path);
    return new ApiRequest(path.toString());
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
    return new ApiRequest(url.toString());
  }
}
