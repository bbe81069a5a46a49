package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;

/** Lets secrets out where no known field holds them, if the server is told to. */
final class Leaks {
  private final boolean on;

  /** Leaks, or leaves answers as they are. */
  Leaks(boolean on) {
    this.on = on;
  }

  /**
   * The answer, with each item's secret in fields that are new, and an item more that has no key.
   *
   * @param secret pointer to the secret in an item
   * @param key the fields without which an item has no key
   */
  Reply in(Reply reply, String secret, String... key) {
    if (!on) {
      return reply;
    }
    ObjectNode keyless = null;
    for (ObjectNode item : FaultyItems.of(reply)) {
      JsonNode value = item.at(secret);
      if (value.isTextual()) {
        item.put("x_plain", value.asText());
        item.putObject("x_audit").putArray("before").add(value.asText());
        keyless = item.deepCopy();
      }
    }
    ArrayNode items = FaultyItems.listOf(reply);
    if (keyless != null && items != null) {
      items.insert(0, keyless.remove(ImmutableList.copyOf(key)));
    }
    return reply;
  }
}
