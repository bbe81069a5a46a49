package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableMap;

/** How the families of routes write an error. */
enum ErrorForm {
  /** A message, as nearly all do. */
  MESSAGE,
  /** An error's text, as policies do. */
  ERROR,
  /** An error with id, type and title, as the third version does. */
  V3;

  private static final ImmutableMap<Integer, String> TYPES =
      ImmutableMap.of(
          400, "invalid_request",
          401, "unauthenticated",
          403, "forbidden",
          404, "not_found",
          405, "method_not_allowed");

  /** The form for a path. */
  static ErrorForm of(String path) {
    if (path.startsWith("/api/v3/")) {
      return V3;
    }
    return path.startsWith("/api/v2/owner/") ? ERROR : MESSAGE;
  }

  /** The answer of that status which says so. */
  Reply reply(int status, String message) {
    if (this == MESSAGE) {
      return Reply.message(status, message);
    }
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    if (this == ERROR) {
      node.put("error", message);
    } else {
      String type = TYPES.getOrDefault(status, "error");
      node.putObject("error")
          .put("id", "00000000-0000-4000-8000-000000000" + status)
          .put("type", type)
          .put("title", type.replace('_', ' '))
          .put("detail", message)
          .putObject("source");
    }
    return Reply.json(status, node);
  }
}
