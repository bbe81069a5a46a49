package dev.circlebeam;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Column;
import java.util.TreeSet;
import org.apache.avro.Schema;

/** Rows of two warehouses in one form, so that equal ones are equal. */
final class TableRows {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Catalog CATALOG = Catalog.builtIn();

  private TableRows() {}

  /** Free-form JSON is parsed, a null list is an empty one, keys are in order. */
  static JsonNode canonical(String table, JsonNode row) throws Exception {
    ObjectNode canonical = JSON.createObjectNode();
    TreeSet<String> names = new TreeSet<>();
    row.fieldNames().forEachRemaining(names::add);
    for (String name : names) {
      Schema.Field column = CATALOG.table(table).schema().getField(name);
      if (column == null) {
        throw new AssertionError(table + " has no column " + name);
      }
      canonical.set(name, value(row.get(name), Column.type(column.schema())));
    }
    return canonical;
  }

  private static JsonNode value(JsonNode value, Schema type) throws Exception {
    if (type.getType() == Schema.Type.ARRAY) {
      ArrayNode list = JSON.createArrayNode();
      for (JsonNode element : value) {
        list.add(value(element, Column.type(type.getElementType())));
      }
      return list;
    }
    if (value.isNull()) {
      return NullNode.instance;
    }
    if (type.getType() == Schema.Type.RECORD) {
      ObjectNode struct = JSON.createObjectNode();
      for (Schema.Field field : type.getFields()) {
        struct.set(field.name(), value(value.get(field.name()), Column.type(field.schema())));
      }
      return struct;
    }
    return Column.isJson(type) && value.isTextual() ? JSON.readTree(value.asText()) : value;
  }
}
