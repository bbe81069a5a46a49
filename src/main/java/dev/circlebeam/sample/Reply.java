package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.google.common.collect.ImmutableMap;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * An answer before it is written.
 *
 * @param status the status code
 * @param json the body; null if it is text
 * @param text the body if there is no JSON; may be empty
 * @param contentType the type of the body
 * @param headers further headers
 * @param delivery how much of it reaches the client
 */
record Reply(
    int status,
    @Nullable JsonNode json,
    String text,
    String contentType,
    ImmutableMap<String, String> headers,
    Delivery delivery) {
  static final String JSON = "application/json;charset=utf-8";
  static final String HTML = "text/html;charset=utf-8";
  static final String PLAIN = "text/plain;charset=utf-8";

  /** How much of an answer reaches the client. */
  enum Delivery {
    /** All of it. */
    WHOLE,
    /** The headers and half of the body; then the connection is closed. */
    TRUNCATED,
    /** Nothing; the connection is closed. */
    CLOSED,
    /** Nothing, and the connection stays open. */
    STALLED
  }

  /** An answer of JSON. */
  static Reply json(int status, JsonNode body) {
    return new Reply(status, body, "", JSON, ImmutableMap.of(), Delivery.WHOLE);
  }

  /** The usual form of an error. */
  static Reply message(int status, String message) {
    return json(status, JsonNodeFactory.instance.objectNode().put("message", message));
  }

  /** An answer of anything else. */
  static Reply text(int status, String contentType, String body) {
    return new Reply(status, null, body, contentType, ImmutableMap.of(), Delivery.WHOLE);
  }

  /** The same answer with one more header. */
  Reply withHeader(String name, String value) {
    ImmutableMap<String, String> more =
        ImmutableMap.<String, String>builder().putAll(headers).put(name, value).buildKeepingLast();
    return new Reply(status, json, text, contentType, more, delivery);
  }

  /** The same answer with more headers. */
  Reply withHeaders(ImmutableMap<String, String> added) {
    if (added.isEmpty()) {
      return this;
    }
    ImmutableMap<String, String> more =
        ImmutableMap.<String, String>builder().putAll(headers).putAll(added).buildKeepingLast();
    return new Reply(status, json, text, contentType, more, delivery);
  }

  /** The same answer, delivered otherwise. */
  Reply delivered(Delivery other) {
    return new Reply(status, json, text, contentType, headers, other);
  }
}
