package dev.circlebeam.sample;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.Multimaps;
import com.sun.net.httpserver.Headers;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A request as handlers see it.
 *
 * @param method for example {@code GET}
 * @param path the path as it was sent, still encoded
 * @param url the path with the query as they were sent
 * @param params what the route's pattern took from the path, decoded
 * @param query the query's parameters in order, decoded
 * @param headers the headers
 * @param body what was sent with it; nearly always nothing
 * @param now the server's clock when the request came
 */
record ApiRequest(
    String method,
    String path,
    String url,
    Map<String, String> params,
    ImmutableListMultimap<String, String> query,
    Headers headers,
    String body,
    Instant now) {
  private static final Splitter PAIRS = Splitter.on('&').omitEmptyStrings();

  /** The request with that method, address and headers, and nothing in it. */
  static ApiRequest of(
      String method, URI uri, Map<String, String> params, Headers headers, Instant now) {
    String rawQuery = uri.getRawQuery();
    String path = uri.getRawPath();
    return new ApiRequest(
        method,
        path,
        rawQuery == null ? path : path + "?" + rawQuery,
        params,
        parse(rawQuery),
        headers,
        "",
        now);
  }

  /** A part of the path by the name that the route's pattern gives it. */
  String param(String name) {
    String value = params.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the route has no parameter " + name);
    }
    return value;
  }

  /** The first value of a query parameter; null if it was not sent. */
  @Nullable String queryValue(String name) {
    return query.containsKey(name) ? query.get(name).get(0) : null;
  }

  /** The same request without a query parameter, for its handler; its address stays. */
  ApiRequest without(String name) {
    ImmutableListMultimap<String, String> rest =
        ImmutableListMultimap.copyOf(Multimaps.filterKeys(query, key -> !key.equals(name)));
    return new ApiRequest(method, path, url, params, rest, headers, body, now);
  }

  /** The same request with something in it. */
  ApiRequest withBody(String sent) {
    return new ApiRequest(method, path, url, params, query, headers, sent, now);
  }

  /** The value of a header; null if it was not sent. */
  @Nullable String header(String name) {
    return headers.getFirst(name);
  }

  private static ImmutableListMultimap<String, String> parse(@Nullable String rawQuery) {
    if (rawQuery == null || rawQuery.isEmpty()) {
      return ImmutableListMultimap.of();
    }
    ImmutableListMultimap.Builder<String, String> query = ImmutableListMultimap.builder();
    for (String pair : PAIRS.split(rawQuery)) {
      int equals = pair.indexOf('=');
      if (equals < 0) {
        query.put(decode(pair), "");
      } else {
        query.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
      }
    }
    return query.build();
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      // A stray percent sign stands for itself.
      return text;
    }
  }
}
