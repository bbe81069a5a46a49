package dev.circlebeam.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
      text.append(table.name()).append(" (").append(table.group()).append(")\n");
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
      json.put("group", table.group());
      json.put("path", table.path());
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
    each.accept("source", "GET /api/v2/" + table.path());
    each.accept("key", String.join(", ", table.primaryKey()));
    each.accept(
        "partition",
        table.partitionBy() == null ? "none: one file" : "the day of " + table.partitionBy());
    each.accept("refresh", table.refresh().declared());
    each.accept("cost", cost(table));
  }

  private static String cost(Table table) {
    String each =
        String.join(
            " or ",
            table.parents().stream()
                .map(p -> p.equals(Table.PROJECT) ? "project" : p.replaceAll("s$", ""))
                .toList());
    return table.paginated()
        ? "one request for each " + each + ", and one for each further 20 rows"
        : "one request for each " + each;
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
