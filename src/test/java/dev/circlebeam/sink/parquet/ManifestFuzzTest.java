package dev.circlebeam.sink.parquet;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.fuzz.Choices;
import dev.circlebeam.fuzz.Fuzzing;
import dev.circlebeam.fuzz.OddJson;
import dev.circlebeam.report.ExitCode;
import dev.circlebeam.report.RunFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.Schema;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.Timeout;

/** Whatever stands in {@code _table.json}: the table's columns, or a refusal. */
public class ManifestFuzzTest {
  private static final Table TABLE = Things.things(Things.catalog());
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final AtomicInteger READ = new AtomicInteger();
  private static final List<String> TYPES =
      List.of(
          "\"string\"",
          "\"null\"",
          "\"nonsense\"",
          "[]",
          "[\"null\"]",
          "[\"string\", \"string\"]",
          "[\"null\", \"string\", \"long\"]",
          "{\"type\": \"fixed\", \"name\": \"f\", \"size\": -1}",
          "{\"type\": \"fixed\", \"name\": \"f\", \"size\": 1e99}",
          "{\"type\": \"enum\", \"name\": \"e\", \"symbols\": [\"1 2\"]}",
          "{\"type\": \"map\"}",
          "{\"type\": \"array\"}",
          "{\"type\": \"record\", \"name\": \"r\", \"fields\": 5}",
          "{\"type\": \"record\", \"name\": \"../r\", \"fields\": []}",
          "{\"type\": \"record\", \"name\": \"r\", \"fields\":"
              + " [{\"name\": \"r\", \"type\": [\"null\", \"r\"]}]}",
          "{\"type\": \"long\", \"logicalType\": 5}",
          "{\"type\": {\"type\": {\"type\": \"string\"}}}");

  @Rule public final Timeout limit = Timeout.seconds(600);

  @Test
  public void givenAnyFile_thenColumnsOrARefusal() {
    Fuzzing.run("manifests", ManifestFuzzTest::fuzzerTestOneInput);
    assertTrue("read: " + READ, READ.get() > 100);
  }

  /** Reads one file; what Jazzer calls. */
  public static void fuzzerTestOneInput(byte[] data) throws IOException {
    byte[] file = file(new Choices(data));
    Schema columns;
    try {
      columns = TableManifest.union("_table.json", file, TABLE, TABLE.schema());
    } catch (RunFailure e) {
      assertEquals(ExitCode.USAGE, e.exitCode());
      assertTrue(e.getMessage(), e.getMessage().contains("_table.json"));
      return;
    }
    READ.incrementAndGet();
    for (Schema.Field field : TABLE.schema().getFields()) {
      assertTrue(field.name(), columns.getField(field.name()) != null);
    }
    byte[] written = TableManifest.json(TABLE, columns);
    assertEquals(columns, TableManifest.union("_table.json", written, TABLE, TABLE.schema()));
  }

  private static byte[] file(Choices choices) throws IOException {
    int form = choices.below(8);
    if (form == 7) {
      return choices.rest();
    }
    byte[] valid = TableManifest.json(TABLE, TABLE.schema());
    OddJson odd = new OddJson(choices, List.of("name", "type", "fields", "items", "symbols"));
    if (form == 6) {
      return odd.spoiled(new String(valid, StandardCharsets.UTF_8));
    }
    ObjectNode manifest = (ObjectNode) JSON.readTree(valid);
    List<String> names = new ArrayList<>();
    manifest.fieldNames().forEachRemaining(names::add);
    ArrayNode columns = (ArrayNode) manifest.get("columns");
    for (int n = choices.below(3); n > 0; n--) {
      ObjectNode column =
          (ObjectNode) columns.get(choices.below(TABLE.schema().getFields().size()));
      switch (choices.below(5)) {
        case 0 -> column.set("type", JSON.readTree(choices.of(TYPES)));
        case 1 -> columns.add(column.deepCopy());
        case 2 -> columns.add(json(odd));
        case 3 -> column.set(choices.of("name", "type"), json(odd));
        default -> manifest.set(choices.of(names), json(odd));
      }
      if (!manifest.get("columns").isArray()) {
        break;
      }
    }
    return JSON.writeValueAsBytes(manifest);
  }

  private static JsonNode json(OddJson odd) {
    try {
      return JSON.readTree(odd.value());
    } catch (IOException | NumberFormatException e) {
      return JSON.nullNode();
    }
  }
}
