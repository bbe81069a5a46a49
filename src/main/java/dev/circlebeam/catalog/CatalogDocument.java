package dev.circlebeam.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.apache.avro.Schema;

/** The catalogue as people and programs read it. */
public final class CatalogDocument {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Catalog catalog;

  /**
   * @param catalog what to write down
   */
  public CatalogDocument(Catalog catalog) {
    this.catalog = catalog;
  }

  /**
   * Writes the catalogue for a terminal.
   *
   * @return lines of text
   */
  public String text() {
    StringBuilder text = new StringBuilder();
    for (Table table : catalog.tables()) {
      text.append(table.name()).append(" (").append(choice(table)).append(")\n");
      text.append("  ").append(table.schema().getDoc()).append('\n');
      facts(table, (fact, value) -> text.append(String.format("  %-10s %s%n", fact, value)));
      columns(
          "",
          table.schema(),
          (name, field) ->
              text.append(String.format("    %-34s %s%n", name, Column.typeName(field.schema()))));
      text.append('\n');
    }
    return text.toString();
  }

  /**
   * Writes the catalogue as a page of documentation.
   *
   * @return Markdown
   */
  public String markdown() {
    StringBuilder page = new StringBuilder();
    page.append("# Tables\n\n");
    page.append("Made by `./scripts/circlebeam tables --format=markdown`; a test keeps it true.\n");
    page.append("Every timestamp is UTC, in microseconds.\n");
    for (Table table : catalog.tables()) {
      page.append("\n## ").append(table.name()).append("\n\n");
      page.append(table.schema().getDoc()).append("\n\n");
      facts(table, (fact, value) -> page.append(String.format("- %s: %s%n", fact, value)));
      page.append("\n| column | type | meaning |\n| --- | --- | --- |\n");
      columns(
          "",
          table.schema(),
          (name, field) ->
              page.append(
                  String.format(
                      "| `%s` | %s%s | %s |%n",
                      name,
                      Column.typeName(field.schema()),
                      Column.isNullable(field) ? "" : ", never null",
                      field.doc().replace("|", "\\|"))));
    }
    return page.toString();
  }

  /**
   * Writes the catalogue for programs.
   *
   * @return JSON
   */
  public String json() {
    ArrayNode tables = JSON.createArrayNode();
    for (Table table : catalog.tables()) {
      ObjectNode json = tables.addObject();
      json.put("name", table.name());
      json.put("doc", table.schema().getDoc());
      json.put("group", table.optIn() ? null : table.group());
      json.put("opt_in", table.optIn());
      json.put("path", table.endpoint().address());
      table.parents().forEach(json.putArray("parents")::add);
      table.primaryKey().forEach(json.putArray("primary_key")::add);
      json.put("partition_by", table.partitionBy());
      table.clusterBy().forEach(json.putArray("cluster_by")::add);
      json.put("refresh", table.refresh().declared());
      json.put("cost", cost(table));
      ArrayNode columns = json.putArray("columns");
      columns(
          "",
          table.schema(),
          (name, field) ->
              columns
                  .addObject()
                  .put("name", name)
                  .put("type", Column.typeName(field.schema()))
                  .put("nullable", Column.isNullable(field))
                  .put("doc", field.doc()));
    }
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(tables) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void facts(Table table, BiConsumer<String, String> each) {
    each.accept("source", source(table.endpoint()));
    each.accept("parent", String.join(", ", table.parents()));
    each.accept("key", String.join(", ", table.primaryKey()));
    each.accept(
        "partition",
        table.partitionBy() == null ? "none: one file" : "the day of " + table.partitionBy());
    each.accept("refresh", refresh(table));
    each.accept("chosen by", "its name, " + (table.optIn() ? "all" : table.group() + ", all"));
    if (table.when() != null) {
      each.accept("asked for", condition(table.when()));
    }
    if (!table.dropped().isEmpty()) {
      each.accept("not kept", String.join(", ", new TreeSet<>(table.dropped())));
    }
    each.accept("cost", cost(table));
  }

  private static String source(Endpoint endpoint) {
    Elsewhere elsewhere = endpoint.elsewhere();
    return elsewhere == null
        ? endpoint.request()
        : endpoint.request()
            + "; where the slug begins with "
            + elsewhere.slug()
            + ", GET "
            + elsewhere.address();
  }

  private static String choice(Table table) {
    return table.optIn() ? "opt-in" : table.group();
  }

  private static String refresh(Table table) {
    return table.scope() == null
        ? table.refresh().declared()
        : table.refresh().declared() + ": all rows with the same " + table.scope();
  }

  private static String condition(Condition when) {
    List<String> parts = new ArrayList<>();
    if (when.isFinal()) {
      parts.add("when the parent is final");
    }
    for (String column : new TreeSet<>(when.set())) {
      parts.add("when it has a " + column);
    }
    if (when.field() != null) {
      parts.add(
          "when its " + when.field() + " is not " + String.join(", ", new TreeSet<>(when.notIn())));
    }
    return String.join("; ", parts);
  }

  /**
   * Says what a table costs in requests.
   *
   * @param table one of the catalogue's
   * @return a line
   */
  public static String cost(Table table) {
    if (table.endpoint().isExport()) {
      return "for each "
          + one(table.parents().get(0))
          + " and at most 31 days one POST, of which CircleCI takes ten an hour, a few requests"
          + " until the export is ready, and its files";
    }
    List<String> parents = table.parents().stream().map(CatalogDocument::one).toList();
    String each = String.join(" or ", parents);
    Each times = table.each();
    if (times != null && times.values().isEmpty()) {
      each =
          String.join(" or ", times.columns())
              + " that a "
              + each
              + " names"
              + (times.knownFor() == null
                  ? ""
                  : " and that is new, or older than " + times.knownFor().toDays() + " days");
    } else if (times != null) {
      each += " and each of " + String.join(", ", times.values());
    }
    String cost = each.equals(Table.TOKEN) ? "one request in all" : "one request for each " + each;
    if (table.when() != null) {
      cost += " that can have it";
    }
    return switch (table.endpoint().paging()) {
      case TOKEN, OFFSET -> cost + ", and one for each further page";
      case NONE, FIRST_PAGE -> cost;
    };
  }

  private static String one(String parent) {
    return Table.ROOTS.contains(parent) ? parent : "row of " + parent;
  }

  private static void columns(String prefix, Schema schema, BiConsumer<String, Schema.Field> each) {
    for (Schema.Field field : schema.getFields()) {
      each.accept(prefix + field.name(), field);
      Schema type = Column.type(field.schema());
      if (type.getType() == Schema.Type.RECORD) {
        columns(prefix + field.name() + ".", type, each);
      } else if (type.getType() == Schema.Type.ARRAY
          && type.getElementType().getType() == Schema.Type.RECORD) {
        columns(prefix + field.name() + "[].", type.getElementType(), each);
      }
    }
  }
}
