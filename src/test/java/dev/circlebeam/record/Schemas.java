package dev.circlebeam.record;

import static org.junit.Assume.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Splitter;
import dev.circlebeam.catalog.Endpoint;
import dev.circlebeam.catalog.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.yaml.snakeyaml.Yaml;

/** CircleCI's own description of API v2, kept outside the project. */
final class Schemas {
  private static final Path FILE = Path.of("../shared/reference/circleci-openapi-v2-get.yaml");
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final JsonNode description;

  private Schemas(JsonNode description) {
    this.description = description;
  }

  /** Reads it; skips the test where it is absent. */
  static Schemas load() throws IOException {
    assumeTrue(
        "skipped: CircleCI's description is not there: " + FILE.toAbsolutePath().normalize(),
        Files.exists(FILE));
    Object yaml = new Yaml().load(Files.readString(FILE));
    return new Schemas(new ObjectMapper().valueToTree(yaml));
  }

  /** The schema of one row of a table; null when the description does not know its endpoint. */
  @Nullable JsonNode row(Table table) {
    JsonNode answer = answer(table);
    if (answer == null || !table.paginated()) {
      return answer;
    }
    return switch (table.endpoint().rows()) {
      case Endpoint.LIST -> resolved(answer.get("items"));
      case Endpoint.VALUES -> {
        JsonNode value = resolved(answer.get("additionalProperties"));
        yield value.has("items") ? resolved(value.get("items")) : value;
      }
      default -> {
        JsonNode schema = answer;
        for (String field : table.endpoint().rowFields()) {
          schema = resolved(resolved(properties(schema).get(field)).get("items"));
        }
        yield schema;
      }
    };
  }

  private @Nullable JsonNode answer(Table table) {
    if (!table.endpoint().api().equals(Endpoint.V2)) {
      return null;
    }
    String path = table.path().replaceAll("\\?.*", "");
    // A slug is one parameter of most routes and three of newer ones.
    String asOne = "/" + path.replaceAll("\\{[^}]*}", "x");
    String asThree = "/" + path.replace("{project_slug}", "x/y/z").replaceAll("\\{[^}]*}", "x");
    for (Iterator<String> known = description.get("paths").fieldNames(); known.hasNext(); ) {
      String route = known.next();
      String pattern =
          Pattern.compile("\\{[^}]*}").matcher(Pattern.quote(route)).replaceAll("\\\\E[^/]+\\\\Q");
      boolean isFixed = !route.replaceAll("\\{[^}]*}", "").equals(route) || route.equals(asOne);
      if (isFixed && (asOne.matches(pattern) || asThree.matches(pattern)) && fits(route, path)) {
        return resolved(
            description
                .at("/paths/" + route.replace("~", "~0").replace("/", "~1") + "/get/responses/200")
                .at("/content/application~1json/schema"));
      }
    }
    return null;
  }

  /** A word of the path is not taken for a parameter, except the one that policies have. */
  private static boolean fits(String route, String path) {
    Splitter slash = Splitter.on('/');
    List<String> parts = slash.splitToList(route.substring(1).replace("{context}", "config"));
    List<String> words = slash.splitToList(path);
    return parts.size() != words.size()
        || IntStream.range(0, parts.size())
            .allMatch(i -> parts.get(i).startsWith("{") == words.get(i).startsWith("{"));
  }

  /** Follows references; several schemas for one value are as one. */
  JsonNode resolved(JsonNode schema) {
    JsonNode found = schema;
    while (found.has("$ref")) {
      found = description.at(found.get("$ref").asText().substring(1));
    }
    return found.has("allOf") ? resolved(found.get("allOf").get(0)) : found;
  }

  /** The properties of an object, named as on the wire. */
  Map<String, JsonNode> properties(JsonNode schema) {
    Map<String, JsonNode> properties = new LinkedHashMap<>();
    schema
        .path("properties")
        .fields()
        .forEachRemaining(p -> properties.put(p.getKey().replace('-', '_'), p.getValue()));
    return properties;
  }

  /** Makes a value that a schema allows. */
  JsonNode any(JsonNode declared, Random random) {
    JsonNode schema = resolved(declared);
    if (schema.path("nullable").asBoolean() && random.nextInt(4) == 0) {
      return NODES.nullNode();
    }
    if (schema.has("enum")) {
      return schema.get("enum").get(random.nextInt(schema.get("enum").size()));
    }
    return switch (schema.path("type").asText("none")) {
      case "object" -> object(schema, random);
      case "array" -> {
        ArrayNode list = NODES.arrayNode();
        for (int n = random.nextInt(4); n > 0; n--) {
          JsonNode item = any(schema.get("items"), random);
          if (!item.isNull()) {
            list.add(item);
          }
        }
        yield list;
      }
      case "integer" -> NODES.numberNode((long) random.nextInt(1_000_000));
      case "number" -> NODES.numberNode(java.math.BigDecimal.valueOf(random.nextInt(1000) / 8.0));
      case "boolean" -> NODES.booleanNode(random.nextBoolean());
      default -> text(schema, random);
    };
  }

  private JsonNode text(JsonNode schema, Random random) {
    boolean isMoment =
        schema.path("format").asText().equals("date-time")
            || schema.path("description").asText().matches("(?s).*(timestamp|date and time).*");
    return NODES.textNode(
        isMoment
            ? java.time.Instant.ofEpochMilli(1_700_000_000_000L + random.nextInt()).toString()
            : new UUID(random.nextLong(), random.nextLong()).toString());
  }

  private ObjectNode object(JsonNode schema, Random random) {
    ObjectNode object = NODES.objectNode();
    boolean isFree = schema.path("properties").isEmpty();
    if (isFree) {
      object.put("anything-" + random.nextInt(10), random.nextInt());
    }
    properties(schema)
        .forEach(
            (name, property) -> {
              boolean isRequired =
                  schema.path("required").toString().contains(name.replace('_', '-'))
                      || schema.path("required").toString().contains(name);
              if (isRequired || random.nextInt(4) > 0) {
                object.set(name, any(property, random));
              }
            });
    return object;
  }
}
