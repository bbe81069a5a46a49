package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/** Checks answers against schemas of a description, as far as this one uses them. */
final class OpenApiSchemas {
  private static final String REF = "$ref";

  private final JsonNode description;

  OpenApiSchemas(JsonNode description) {
    this.description = description;
  }

  /**
   * Checks a value. Hyphens and underscores in keys are the same: the service writes some keys with
   * underscores that the description writes with hyphens.
   *
   * @param where what a problem begins with; parts of arrays have no number in it
   * @param problems where to put what does not fit
   * @return how many values without parts were checked
   */
  int check(JsonNode value, JsonNode schema, String where, Set<String> problems) {
    JsonNode resolved = resolve(schema);
    if (value.isNull()) {
      if (!resolved.path("nullable").asBoolean()) {
        problems.add(where + " is null");
      }
      return 1;
    }
    for (JsonNode part : resolved.path("allOf")) {
      check(value, part, where, problems);
    }
    String type = resolved.path("type").asText("any");
    boolean fits =
        switch (type) {
          case "object" -> value.isObject();
          case "array" -> value.isArray();
          case "string" -> value.isTextual();
          case "integer" -> value.isIntegralNumber();
          case "number" -> value.isNumber();
          case "boolean" -> value.isBoolean();
          default -> true;
        };
    if (!fits) {
      problems.add(where + " is no " + type + ": " + value);
      return 1;
    }
    if (value.isObject()) {
      return object(value, resolved, where, problems);
    }
    if (value.isArray()) {
      int leaves = 0;
      for (JsonNode item : value) {
        leaves += check(item, resolved.path("items"), where, problems);
      }
      return leaves;
    }
    leaf(value, resolved, where, problems);
    return 1;
  }

  private int object(JsonNode value, JsonNode schema, String where, Set<String> problems) {
    Set<String> sent = new HashSet<>();
    value.fieldNames().forEachRemaining(name -> sent.add(underscores(name)));
    for (JsonNode required : schema.path("required")) {
      if (!sent.contains(underscores(required.asText()))) {
        problems.add(where.strip() + " lacks " + underscores(required.asText()));
      }
    }
    int leaves = 0;
    for (Iterator<Map.Entry<String, JsonNode>> it = value.fields(); it.hasNext(); ) {
      Map.Entry<String, JsonNode> field = it.next();
      JsonNode property = property(schema, field.getKey());
      // Fields that are newer than the description are no mistake.
      if (!property.isMissingNode()) {
        String name = where + "/" + underscores(field.getKey());
        leaves += check(field.getValue(), property, name, problems);
      }
    }
    return leaves;
  }

  private static void leaf(JsonNode value, JsonNode schema, String where, Set<String> problems) {
    JsonNode values = schema.path("enum");
    boolean isOneOf = values.isMissingNode();
    for (JsonNode allowed : values) {
      isOneOf |= allowed.asText().equals(value.asText());
    }
    if (!isOneOf) {
      problems.add(where + " has the value " + value.asText());
    }
    String format = schema.path("format").asText();
    if (format.equals("uuid") && Ids.parse(value.asText()) == null) {
      problems.add(where + " is no UUID: " + value);
    }
    if (format.equals("date-time")) {
      try {
        OffsetDateTime.parse(value.asText());
      } catch (DateTimeParseException e) {
        problems.add(where + " is no time: " + value);
      }
    }
  }

  private static JsonNode property(JsonNode schema, String name) {
    for (Iterator<Map.Entry<String, JsonNode>> it = schema.path("properties").fields();
        it.hasNext(); ) {
      Map.Entry<String, JsonNode> property = it.next();
      if (underscores(property.getKey()).equals(underscores(name))) {
        return property.getValue();
      }
    }
    JsonNode others = schema.path("additionalProperties");
    return others.isObject() ? others : schema.path("none");
  }

  private JsonNode resolve(JsonNode schema) {
    JsonNode resolved = schema;
    while (resolved.has(REF)) {
      resolved = description.at(resolved.get(REF).asText().substring(1));
    }
    return resolved;
  }

  private static String underscores(String name) {
    return name.replace('-', '_');
  }
}
