package dev.circlebeam.circleci;

import com.google.api.client.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What the headers of one answer say of the server's limits. CircleCI documents {@code
 * RateLimit-Limit}, {@code -Remaining} and {@code -Reset} (seconds until the window ends) and
 * {@code X-RateLimit-Limit-<Second|Minute|Hour|Day>}, whose window is that of the first family,
 * too; API v3 has {@code RateLimit-Policy} ({@code "name";q=100;w=60}) and {@code RateLimit}
 * ({@code "name";r=50;t=30}). All are optional, and where they differ the lower one counts.
 *
 * @param limits in no order; empty when nothing is said
 */
public record AnnouncedLimits(List<Limit> limits) {
  /**
   * One limit.
   *
   * @param name which one; the same in each answer
   * @param requests how many requests a window allows; above zero
   * @param windowSeconds how long the window is; null when that is not said
   * @param remaining how many are left of it; null when that is not said
   * @param resetSeconds how long it lasts still, or, of some servers, how long it is; null when
   *     that is not said
   */
  public record Limit(
      String name,
      double requests,
      @Nullable Double windowSeconds,
      @Nullable Double remaining,
      @Nullable Double resetSeconds) {}

  /** Nothing is said. */
  public static final AnnouncedLimits NONE = new AnnouncedLimits(List.of());

  private static final String DRAFT = "ratelimit-";
  private static final String COMMON = "x-ratelimit-";
  private static final Map<String, Double> WINDOWS =
      Map.of("second", 1.0, "minute", 60.0, "hour", 3600.0, "day", 86400.0);
  private static final Pattern FIRST_NUMBER = Pattern.compile("^\\s*(\\d+(?:\\.\\d+)?)");
  private static final Pattern PARAMETER = Pattern.compile(";\\s*([qwrt])=(\\d+(?:\\.\\d+)?)");

  /**
   * Reads headers.
   *
   * @param headers an answer's
   * @return what they say; values that are no positive numbers say nothing
   */
  public static AnnouncedLimits of(HttpHeaders headers) {
    Map<String, String> said = new TreeMap<>();
    for (String key : headers.getUnknownKeys().keySet()) {
      String name = key.toLowerCase(Locale.ROOT);
      if (name.startsWith("ratelimit") || name.startsWith(COMMON)) {
        String value = headers.getFirstHeaderStringValue(key);
        if (value != null) {
          said.put(name, value);
        }
      }
    }
    return said.isEmpty() ? NONE : new AnnouncedLimits(read(said));
  }

  private static List<Limit> read(Map<String, String> said) {
    List<Limit> limits = new ArrayList<>();
    Double only = null;
    for (Map.Entry<String, Double> window : WINDOWS.entrySet()) {
      Double requests = number(said.get(COMMON + "limit-" + window.getKey()));
      if (requests != null && requests > 0) {
        only = limits.isEmpty() ? window.getValue() : null;
        limits.add(
            new Limit(
                window.getKey(),
                requests,
                window.getValue(),
                number(said.get(COMMON + "remaining-" + window.getKey())),
                number(said.get(COMMON + "reset-" + window.getKey()))));
      }
    }
    for (String family : new String[] {DRAFT, COMMON}) {
      String text = said.get(family + "limit");
      Double requests = number(text);
      if (requests != null && requests > 0) {
        Double window = parameters(text).get("w");
        limits.add(
            new Limit(
                family,
                requests,
                window != null ? window : only,
                number(said.get(family + "remaining")),
                number(said.get(family + "reset"))));
      }
    }
    addStructured(said, limits);
    return limits;
  }

  /** The spelling of API v3, of the first policy alone. */
  private static void addStructured(Map<String, String> said, List<Limit> limits) {
    Map<String, Double> policy = parameters(said.get("ratelimit-policy"));
    Map<String, Double> state = parameters(said.get("ratelimit"));
    Double requests = policy.get("q");
    if (requests != null && requests > 0) {
      limits.add(new Limit("policy", requests, policy.get("w"), state.get("r"), state.get("t")));
    }
  }

  private static Map<String, Double> parameters(@Nullable String text) {
    Map<String, Double> parameters = new TreeMap<>();
    if (text != null) {
      Matcher found = PARAMETER.matcher(text);
      while (found.find()) {
        parameters.putIfAbsent(found.group(1), Double.valueOf(found.group(2)));
      }
    }
    return parameters;
  }

  private static @Nullable Double number(@Nullable String text) {
    if (text == null) {
      return null;
    }
    Matcher found = FIRST_NUMBER.matcher(text);
    return found.find() ? Double.valueOf(found.group(1)) : null;
  }
}
