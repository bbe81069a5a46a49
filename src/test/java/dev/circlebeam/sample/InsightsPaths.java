package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/** Where Insights is, and what its items have in common. */
final class InsightsPaths {
  private InsightsPaths() {}

  /** The path of the summaries of a project. */
  static String workflows(String slug) {
    return "/insights/" + slug + "/workflows";
  }

  /** The path of the runs of a workflow of a project. */
  static String runs(String slug, String name) {
    return workflows(slug)
        + "/"
        + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** A time of an item. */
  static Instant instant(JsonNode node, String field) {
    return Instant.parse(node.get(field).asText());
  }

  /** The ids of items. */
  static Set<String> ids(Iterable<? extends JsonNode> items) {
    Set<String> ids = new HashSet<>();
    items.forEach(item -> ids.add(item.get("id").asText()));
    return ids;
  }
}
