package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Gets at the items of an answer, for faults to spoil them. */
final class FaultyItems {
  private FaultyItems() {}

  /** The items of a list, or the single thing that the answer is; none of an error. */
  static List<ObjectNode> of(Reply reply) {
    List<ObjectNode> items = new ArrayList<>();
    if (reply.status() != 200) {
      return items;
    }
    ArrayNode list = listOf(reply);
    if (list == null) {
      add(items, reply.json());
    } else {
      list.forEach(item -> add(items, item));
    }
    return items;
  }

  /** The items of a list; null if the answer is a single thing. */
  static @Nullable ArrayNode listOf(Reply reply) {
    if (reply.json() instanceof ArrayNode bare) {
      return bare;
    }
    return reply.json() instanceof ObjectNode page && page.get("items") instanceof ArrayNode items
        ? items
        : null;
  }

  /** Sets the usual fields to values of types that they never have. */
  static ObjectNode wrongTypes(ObjectNode item) {
    if (!item.has("id")) {
      item.put("id", "00000000-0000-4000-8000-0000000000ff");
    }
    item.putObject("number").put("value", 7);
    item.put("created_at", 1_790_000_000);
    item.put("started_at", true);
    item.putArray("status").add("success");
    item.putArray("name");
    item.put("trigger", "webhook");
    item.put("errors", 1);
    item.put("dependencies", "none");
    return item;
  }

  /** Makes objects of the usual names and numbers. */
  static void changeTypes(ObjectNode item) {
    for (String field : new String[] {"name", "number", "job_number"}) {
      JsonNode value = item.get(field);
      if (value != null) {
        item.putObject(field).set("value", value);
      }
    }
  }

  /** Sets the fields that have one of a few values to another one. */
  static void setKinds(ObjectNode item, String value) {
    for (String field : new String[] {"status", "state"}) {
      if (item.has(field)) {
        item.put(field, value);
      }
    }
    if (item.get("vcs_info") instanceof ObjectNode vcs) {
      vcs.put("provider", value);
    }
  }

  private static void add(List<ObjectNode> items, @Nullable JsonNode node) {
    if (node instanceof ObjectNode object) {
      items.add(object);
    }
  }
}
