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

  /** Of a text that is sent as a compressed file, whatever the client accepts. */
  static final String GZIP = "application/gzip";

  /** How much of an answer reaches the client. */
  enum Delivery {
    /** All of it. */
    WHOLE,
    /** The headers and half of the body; then the connection is closed. */
    TRUNCATED,
    /** Nothing; the connection is closed. */
    CLOSED,
    /** Nothing, and the connection stays open. */
    STALLED,
    /** All of it, compressed and cut in half, as if that were all. */
    HALF_GZIP,
    /** All of it, in ISO 8859-1. */
    LATIN_1,
    /** All of it, without the date that the JDK's server sets. */
    OWN_DATE,
    /** All of it, in twenty pieces, within a second. */
    SLOW,
    /** A byte at a time. */
    TRICKLING,
    /** The headers and half of the body, and the connection stays open. */
    STALLED_IN_BODY,
    /** Nothing; the connection is reset. */
    RESET,
    /** The headers and half of the body; then the connection is reset. */
    RESET_IN_BODY,
    /** Nothing; all connections are reset, and refused for {@link Wire#MOMENT}. */
    DOWN_FOR_A_MOMENT,
    /** Nothing; all connections are reset, and refused from then on. */
    DOWN_FOR_GOOD;

    /** Whether the JDK's server cannot do it. */
    boolean needsWire() {
      return compareTo(OWN_DATE) >= 0;
    }

    /** Whether no answer begins to reach the client. */
    boolean isNothing() {
      return switch (this) {
        case CLOSED, STALLED, RESET, DOWN_FOR_A_MOMENT, DOWN_FOR_GOOD -> true;
        default -> false;
      };
    }
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

  /** The same answer, which names another type. */
  Reply saidToBe(String otherType) {
    return new Reply(status, json, text, otherType, headers, delivery);
  }

  /** The same answer, delivered otherwise. */
  Reply delivered(Delivery other) {
    return new Reply(status, json, text, contentType, headers, other);
  }
}
