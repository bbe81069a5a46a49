package dev.circlebeam.record;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.circlebeam.catalog.Elsewhere;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Gives answers of another form the one that a table reads: a list of items, with its names. */
final class OtherForm {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private final Elsewhere form;

  OtherForm(Elsewhere form) {
    this.form = form;
  }

  /**
   * Reads an answer.
   *
   * @param body UTF-8 JSON
   * @return a JSON list of the items in it
   * @throws IOException when it is no JSON, or not of that form
   */
  byte[] items(byte[] body) throws IOException {
    ArrayNode items = JSON.createArrayNode();
    collect(JSON.readTree(body), new ArrayList<>(), items);
    return JSON.writeValueAsBytes(items);
  }

  /** Goes down by the fields that lead to the rows; around holds what was passed on the way. */
  private void collect(JsonNode node, List<JsonNode> around, ArrayNode items) throws IOException {
    if (node.isArray()) {
      for (JsonNode element : node) {
        collect(element, around, items);
      }
    } else if (!node.isObject()) {
      throw new IOException("an object is " + node.getNodeType());
    } else if (around.size() == form.rows().size()) {
      items.add(item((ObjectNode) node, around));
    } else {
      JsonNode next = node.get(form.rows().get(around.size()));
      if (next == null) {
        throw new IOException("no " + form.rows().get(around.size()));
      }
      List<JsonNode> further = new ArrayList<>(around);
      further.add(node);
      if (!next.isNull()) {
        collect(next, further, items);
      }
    }
  }

  private ObjectNode item(ObjectNode row, List<JsonNode> around) {
    ObjectNode item = row.deepCopy();
    for (Map.Entry<String, List<String>> column : form.names().entrySet()) {
      JsonNode value = null;
      for (String field : column.getValue()) {
        value = value == null ? value(field, row, around) : value;
        if (field.indexOf('.') < 0) {
          item.remove(field);
        }
      }
      if (value != null) {
        item.set(column.getKey(), inOwnWords(value));
      }
    }
    return item;
  }

  private JsonNode inOwnWords(JsonNode value) {
    String word = value.isTextual() ? form.words().get(value.textValue()) : null;
    return word == null ? value : JSON.getNodeFactory().textNode(word);
  }

  /** A field of the row, or as {@code outer.field} of the element of that list around it. */
  private @Nullable JsonNode value(String field, ObjectNode row, List<JsonNode> around) {
    int dot = field.indexOf('.');
    if (dot < 0) {
      return row.get(field);
    }
    // What a field leads to is the object after the one that has it.
    int depth = form.rows().indexOf(field.substring(0, dot)) + 1;
    return depth == 0 || depth >= around.size()
        ? null
        : around.get(depth).get(field.substring(dot + 1));
  }
}
