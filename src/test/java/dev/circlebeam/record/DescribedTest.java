package dev.circlebeam.record;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Column;
import dev.circlebeam.catalog.Endpoint;
import dev.circlebeam.catalog.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.junit.Before;
import org.junit.Test;

/** Whatever CircleCI's own description says of an answer has a column, and arrives in it. */
public class DescribedTest {
  private static final Catalog CATALOG = Catalog.builtIn();
  private static final int ANSWERS = 50;

  private final Map<Table, JsonNode> described = new HashMap<>();
  private Schemas schemas;

  @Before
  public void findSchemas() throws IOException {
    schemas = Schemas.load();
    for (Table table : CATALOG.tables()) {
      JsonNode row = schemas.row(table);
      if (row != null) {
        described.put(table, row);
      }
    }
    assertThat(
        described.keySet().stream().map(Table::name).toList(),
        hasItems("projects", "pipelines", "workflows", "jobs", "webhooks", "project_settings"));
  }

  @Test
  public void givenDescription_thenEveryPropertyHasAColumn() {
    List<String> missing = new ArrayList<>();
    described.forEach(
        (table, row) ->
            collectMissing(table.name(), row, table.schema(), table.dropped(), missing));
    assertThat(missing, is(empty()));
  }

  private void collectMissing(
      String path, JsonNode row, Schema columns, Set<String> dropped, List<String> missing) {
    schemas
        .properties(row)
        .forEach(
            (name, declared) -> {
              Schema.Field column = columns.getField(name);
              JsonNode property = schemas.resolved(declared);
              if (column == null) {
                if (!dropped.contains(name)) {
                  missing.add(path + "." + name);
                }
                return;
              }
              Schema type = Column.type(column.schema());
              if (type.getType() == Schema.Type.ARRAY && property.has("items")) {
                property = schemas.resolved(property.get("items"));
                type = type.getElementType();
              }
              if (type.getType() == Schema.Type.RECORD) {
                collectMissing(path + "." + name, property, type, Set.of(), missing);
              } else if (!Column.isJson(type) && property.has("properties")) {
                missing.add(path + "." + name + " as a struct");
              }
            });
  }

  @Test
  public void givenAnswersMadeFromTheDescription_thenNothingIsLost() throws IOException {
    for (Map.Entry<Table, JsonNode> each : described.entrySet()) {
      Random random = new Random(7);
      for (int i = 0; i < ANSWERS; i++) {
        JsonNode made = schemas.any(each.getValue(), random);
        assertKept(each.getKey(), (ObjectNode) Rebuilt.json(made.toString()), i);
      }
    }
  }

  private static void assertKept(Table table, ObjectNode item, int number) throws IOException {
    Map<String, Object> parent = new HashMap<>();
    for (Schema.Field column : table.schema().getFields()) {
      String source = Column.fromParent(column);
      if (source != null) {
        JsonNode own = item.path(column.name());
        boolean isTime = Column.isTimestamp(Column.type(column.schema()));
        boolean isWhole = Column.type(column.schema()).getType() == Schema.Type.LONG;
        parent.put(source, isTime ? 5L : isWhole ? (Object) own.asLong() : own.asText("parent"));
      }
    }
    for (String key : table.primaryKey()) {
      Schema.Field column = table.schema().getField(key);
      boolean isOwn = Column.fromParent(column) == null && !Column.isOrdinal(column);
      if (isOwn && !item.hasNonNull(key)) {
        // The description leaves it open whether a policy has a name.
        item.put(key, "key");
      }
    }
    String partition = table.partitionBy();
    if (partition != null
        && Column.fromParent(table.schema().getField(partition)) == null
        && !item.hasNonNull(partition)) {
      item.put(partition, "2026-05-04T09:12:32.101Z");
    }
    String answer = answer(table, item);
    Page page =
        new PageReader(table, Set.of(), 1L)
            .read(answer.getBytes(StandardCharsets.UTF_8), table.paginated(), parent);
    String what = table.name() + " " + number + ": " + item;
    assertEquals(what, List.of(), page.rejected());
    assertEquals(what, 1, page.rows().size());
    assertEquals(what, 0, page.misfits());
    GenericRecord row = page.rows().get(0);
    assertNull(what, row.get(Table.EXTRA));
    table.dropped().forEach(item::remove);
    table.schema().getFields().stream()
        .filter(Column::isMasked)
        .forEach(field -> item.remove(field.name()));
    if (hasLeaves(item)) {
      Rebuilt.assertNothingLost(item, row);
    }
  }

  /** All of an item may be optional, or dropped. */
  private static boolean hasLeaves(JsonNode item) {
    for (JsonNode child : item) {
      if (child.isValueNode() || hasLeaves(child)) {
        return true;
      }
    }
    return false;
  }

  private static String answer(Table table, ObjectNode item) {
    if (!table.paginated()) {
      return item.toString();
    }
    return switch (table.endpoint().rows()) {
      case Endpoint.LIST -> "[" + item + "]";
      case Endpoint.VALUES -> "{\"any name\":[" + item + "]}";
      default -> "{\"" + table.endpoint().rows() + "\":[" + item + "],\"next_page_token\":null}";
    };
  }
}
