package dev.circlebeam.record;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertThrows;

import dev.circlebeam.catalog.Catalog;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.Test;

/** Rows of every table survive the way between two stages. */
public class TableRecordCoderTest {
  private static final Catalog CATALOG = Catalog.builtIn();

  private static final Map<String, String> ITEMS =
      Map.of(
          "projects",
          "{\"id\": \"1\", \"vcs_info\": {\"provider\": \"GitHub\", \"new\": 1}}",
          "pipelines",
          "{\"id\": \"1\", \"number\": 5, \"created_at\": \"2026-05-04T09:12:31.207Z\","
              + " \"errors\": [{\"type\": \"config\"}], \"warnings\": [], \"vcs\": {\"commit\":"
              + " {\"subject\": \"ü\"}}, \"trigger_parameters\": {\"a\": [1.10]}}",
          "workflows",
          "{\"id\": \"1\", \"created_at\": \"1969-12-31T23:59:59.999Z\"}",
          "jobs",
          "{\"id\": \"1\", \"dependencies\": [\"a\", \"b\"], \"requires\": {}, \"x\": null}");

  @Test
  public void givenRowsOfEachTable_thenRoundTripInOneStream() throws IOException {
    List<TableRecord> records = records();
    assertEquals(4, records.size());
    Coder<TableRecord> coder = SerializableUtils.clone(TableRecordCoder.of(CATALOG));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (TableRecord record : records) {
      coder.encode(record, out);
    }
    ByteArrayInputStream in = new ByteArrayInputStream(out.toByteArray());
    for (TableRecord record : records) {
      TableRecord read = coder.decode(in);
      assertEquals(record.table(), read.table());
      assertEquals(record.arrivedMicros(), read.arrivedMicros());
      assertEquals(record.row().toString(), read.row().toString());
      assertEquals(record.row().getSchema(), read.row().getSchema());
    }
    assertEquals("reads no further than its own", -1, in.read());
  }

  @Test
  public void givenARowThatIsCutOff_thenRefused() throws Exception {
    Coder<TableRecord> coder = TableRecordCoder.of(CATALOG);
    for (TableRecord record : records()) {
      byte[] bytes = CoderUtils.encodeToByteArray(coder, record);
      byte[] cut = Arrays.copyOf(bytes, bytes.length - 1);
      assertThrows(EOFException.class, () -> coder.decode(new ByteArrayInputStream(cut)));
    }
  }

  @Test
  public void givenEqualRows_thenEqualBytesAlsoAfterARoundTrip() throws Exception {
    Coder<TableRecord> coder = TableRecordCoder.of(CATALOG);
    coder.verifyDeterministic();
    List<TableRecord> once = records();
    List<TableRecord> again = records();
    assertEquals(4, once.size());
    for (int i = 0; i < once.size(); i++) {
      byte[] bytes = CoderUtils.encodeToByteArray(coder, once.get(i));
      assertArrayEquals(bytes, CoderUtils.encodeToByteArray(coder, again.get(i)));
      TableRecord decoded = CoderUtils.decodeFromByteArray(coder, bytes);
      assertArrayEquals(bytes, CoderUtils.encodeToByteArray(coder, decoded));
    }
  }

  @Test
  public void givenTheSameTables_thenEqualAlsoAfterARoundTrip() {
    TableRecordCoder coder = TableRecordCoder.of(CATALOG);
    TableRecordCoder copy = SerializableUtils.clone(coder);
    assertEquals(coder, copy);
    assertEquals(coder.hashCode(), copy.hashCode());
    Schema other = SchemaBuilder.record("other").fields().requiredString("id").endRecord();
    assertNotEquals(coder, TableRecordCoder.of(CATALOG, other));
  }

  private static List<TableRecord> records() throws IOException {
    Map<String, Object> parent =
        Map.of(
            "id",
            "p",
            "created_at",
            5L,
            "pipeline_id",
            "p",
            "project_id",
            "q",
            "project_slug",
            "s");
    List<TableRecord> records = new ArrayList<>();
    for (Map.Entry<String, String> item : new TreeMap<>(ITEMS).entrySet()) {
      Page page =
          new PageReader(CATALOG.table(item.getKey()), Set.of(), 9L)
              .read(item.getValue().getBytes(StandardCharsets.UTF_8), false, parent);
      assertEquals(1, page.rows().size());
      records.add(new TableRecord(item.getKey(), page.rows().get(0), 1_777_885_951_000_000L));
    }
    return records;
  }
}
