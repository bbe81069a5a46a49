package dev.circlebeam.record;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.circlebeam.catalog.Column;
import dev.circlebeam.catalog.Table;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;

/** What the API sent, put together again from a row's columns and its {@code _extra}. */
final class Rebuilt {
  static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private Rebuilt() {}

  /** Asserts that each value of an item is in a row or in its {@code _extra}. */
  static void assertNothingLost(JsonNode item, GenericRecord row) {
    ObjectNode rebuilt = object(row);
    rebuilt.remove(List.of(Table.EXTRA, Table.SYNCED_AT));
    assertTrue("the item has leaves", same("", item, merged(rebuilt, extra(row))) > 0);
  }

  /** Returns a row's {@code _extra}; an empty object when it is null. */
  static JsonNode extra(GenericRecord row) {
    Object extra = row.get(Table.EXTRA);
    return extra == null ? JSON.createObjectNode() : json(extra.toString());
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError(text, e);
    }
  }

  /** Counts the leaves that were found. */
  private static int same(String path, JsonNode sent, JsonNode kept) {
    if (sent.isNull()) {
      assertTrue(path + " was null, is " + kept, kept.isNull() || kept.isMissingNode());
      return 1;
    }
    int leaves = 0;
    if (sent.isObject()) {
      assertTrue(path + " is " + kept, kept.isObject() || sent.isEmpty());
      for (Iterator<Map.Entry<String, JsonNode>> fields = sent.fields(); fields.hasNext(); ) {
        Map.Entry<String, JsonNode> field = fields.next();
        leaves += same(path + "/" + field.getKey(), field.getValue(), kept.path(field.getKey()));
      }
      return leaves;
    }
    if (sent.isArray()) {
      assertEquals(path, sent.size(), kept.size());
      for (int i = 0; i < sent.size(); i++) {
        leaves += same(path + "/" + i, sent.get(i), kept.path(i));
      }
      return leaves;
    }
    if (kept.isPojo()) {
      Instant moment = (Instant) ((com.fasterxml.jackson.databind.node.POJONode) kept).getPojo();
      assertEquals(path, OffsetDateTime.parse(sent.asText()).toInstant(), moment);
    } else {
      assertEquals(path, sent, kept);
    }
    return 1;
  }

  private static ObjectNode object(GenericRecord row) {
    ObjectNode object = JSON.createObjectNode();
    for (Schema.Field field : row.getSchema().getFields()) {
      object.set(field.name(), value(row.get(field.pos()), Column.type(field.schema())));
    }
    return object;
  }

  private static JsonNode value(Object value, Schema type) {
    JsonNodeFactory nodes = JSON.getNodeFactory();
    if (value == null) {
      return nodes.nullNode();
    }
    if (Column.isTimestamp(type)) {
      return nodes.pojoNode(Timestamps.instant((Long) value));
    }
    if (Column.isJson(type)) {
      return json(value.toString());
    }
    return switch (type.getType()) {
      case RECORD -> object((GenericRecord) value);
      case ARRAY -> {
        ArrayNode array = nodes.arrayNode();
        ((List<?>) value).forEach(each -> array.add(value(each, type.getElementType())));
        yield array;
      }
      case LONG -> JSON.valueToTree(json(value.toString()));
      case DOUBLE -> json(value.toString());
      case BOOLEAN -> nodes.booleanNode((Boolean) value);
      default -> nodes.textNode(value.toString());
    };
  }

  /** What could not go into a column goes over what did. */
  private static JsonNode merged(JsonNode row, JsonNode extra) {
    if (row.isObject() && extra.isObject()) {
      extra
          .fields()
          .forEachRemaining(
              field ->
                  ((ObjectNode) row)
                      .set(field.getKey(), merged(row.path(field.getKey()), field.getValue())));
      return row;
    }
    if (row.isArray() && extra.isArray() && row.size() == extra.size()) {
      ArrayNode array = JSON.createArrayNode();
      for (int i = 0; i < row.size(); i++) {
        array.add(merged(row.get(i), extra.get(i)));
      }
      return array;
    }
    return extra;
  }
}
