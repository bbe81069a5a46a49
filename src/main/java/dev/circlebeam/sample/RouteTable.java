package dev.circlebeam.sample;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableMap;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Which handler answers which path.
 *
 * <p>A pattern is a path whose parts may be parameters: {@code /workflow/{id}/job}. Among patterns
 * that fit, the one added first wins.
 */
final class RouteTable {
  private static final String GET = "GET";
  private static final Splitter PARTS = Splitter.on('/').omitEmptyStrings();

  private final Map<Integer, List<Route>> byLength = new HashMap<>();

  /** Answers a request whose path fits the route. */
  interface Handler {
    /**
     * The answer.
     *
     * @throws ApiException if the answer is an error
     */
    Reply handle(ApiRequest request) throws ApiException;
  }

  /** A route that fits a path, with the parameters in it and the one method that it takes. */
  record Match(String name, String method, Handler handler, ImmutableMap<String, String> params) {}

  private record Route(
      String name, String method, List<String> parts, boolean escapes, Handler handler) {
    private @Nullable Match match(List<String> path) {
      for (int i = 0; i < parts.size(); i++) {
        if (!isParameter(parts.get(i)) && !parts.get(i).equals(path.get(i))) {
          return null;
        }
      }
      ImmutableMap.Builder<String, String> params = ImmutableMap.builder();
      for (int i = 0; i < parts.size(); i++) {
        String part = parts.get(i);
        if (isParameter(part)) {
          params.put(part.substring(1, part.length() - 1), decode(path.get(i)));
        }
      }
      return new Match(name, method, handler, params.buildOrThrow());
    }
  }

  /** Adds a route that also takes a slug whose slashes are sent as {@code %2F}. */
  void add(String name, String pattern, Handler handler) {
    put(new Route(name, GET, PARTS.splitToList(pattern), true, handler));
  }

  /** Adds a route that takes slashes only as such, as the service's newer routes do. */
  void addStrict(String name, String pattern, Handler handler) {
    put(new Route(name, GET, PARTS.splitToList(pattern), false, handler));
  }

  /** Adds a route that is asked to do something, and takes slashes only as such. */
  void addPost(String name, String pattern, Handler handler) {
    put(new Route(name, "POST", PARTS.splitToList(pattern), false, handler));
  }

  /** The route for a path as it was sent; null if none fits. */
  @Nullable Match match(String rawPath) {
    if (rawPath.contains("%2F") || rawPath.contains("%2f")) {
      String slashed = rawPath.replace("%2F", "/").replace("%2f", "/");
      Match match = match(PARTS.splitToList(slashed), true);
      if (match != null) {
        return match;
      }
    }
    return match(PARTS.splitToList(rawPath), false);
  }

  private @Nullable Match match(List<String> path, boolean escaped) {
    for (Route route : byLength.getOrDefault(path.size(), List.of())) {
      Match match = escaped && !route.escapes() ? null : route.match(path);
      if (match != null) {
        return match;
      }
    }
    return null;
  }

  private void put(Route route) {
    byLength.computeIfAbsent(route.parts().size(), length -> new ArrayList<>()).add(route);
  }

  private static boolean isParameter(String part) {
    return part.charAt(0) == '{';
  }

  private static String decode(String part) {
    // In a path a plus sign is a plus sign.
    return part.indexOf('%') < 0
        ? part
        : URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
