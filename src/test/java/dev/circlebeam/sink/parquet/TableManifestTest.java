package dev.circlebeam.sink.parquet;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertThrows;

import dev.circlebeam.catalog.Table;
import dev.circlebeam.report.ExitCode;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.storage.OutputGuard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** What the files of a table have in common, and what may change of it. */
public class TableManifestTest {
  private static final Table TABLE = Things.things(Things.catalog());

  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  private Path things;
  private Path file;
  private OutputGuard guard;

  @Before
  public void name() {
    guard = Things.guard(folder.getRoot().toPath(), "run");
    things = folder.getRoot().toPath().resolve("things");
    file = things.resolve("_table.json");
  }

  @Test
  public void givenNoFile_thenTheDeclaredColumnsAndCheckingWritesNothing() throws IOException {
    Schema schema = TableManifest.check(guard.folder(), TABLE, TABLE.schema());
    assertEquals(names(TABLE.schema()), names(schema));
    assertFalse(Files.exists(things));
    assertEquals(schema, TableManifest.ensure(guard, TABLE, TABLE.schema()));
    byte[] written = Files.readAllBytes(file);
    assertEquals(schema, TableManifest.ensure(guard, TABLE, TABLE.schema()));
    assertArrayEquals(written, Files.readAllBytes(file));
    assertEquals(Set.of("_table.json"), Things.contents(things).keySet());
    assertThat(Files.readString(file), containsString("\"partition_by\" : \"created_at\""));
  }

  @Test
  public void givenNewColumns_thenAtTheEndForGood() throws IOException {
    TableManifest.ensure(guard, TABLE, TABLE.schema());
    Table wider =
        Things.things(
            Things.withColumn(
                "{\"name\": \"size\", \"type\": [\"null\", \"long\"], \"doc\": \"S.\"}"));
    List<String> expected = new ArrayList<>(names(TABLE.schema()));
    expected.add("size");
    assertEquals(expected, names(TableManifest.check(guard.folder(), wider, wider.schema())));
    assertEquals(expected, names(TableManifest.ensure(guard, wider, wider.schema())));
    Schema without = wider.schemaWithout(Set.of("size", "text"));
    assertEquals(expected, names(TableManifest.ensure(guard, wider, without)));
    RunFailure older =
        assertThrows(
            RunFailure.class, () -> TableManifest.check(guard.folder(), TABLE, TABLE.schema()));
    assertThat(older.getMessage(), containsString("size"));
    assertEquals(ExitCode.USAGE, older.exitCode());
  }

  @Test
  public void givenOtherWords_thenTheSameTable() throws IOException {
    TableManifest.ensure(guard, TABLE, TABLE.schema());
    byte[] written = Files.readAllBytes(file);
    Map<String, String> changes = new LinkedHashMap<>();
    changes.put("\"Struct.\"", "\"A better explanation.\"");
    changes.put("\"doc\": \"Number.\"}]}]", "\"doc\": \"Better.\"}]}]");
    changes.put("\"things_struct\"", "\"things_other_struct\"");
    assertEquals(3, changes.size());
    changes.forEach(
        (declared, other) -> {
          Table changed = Things.things(Things.catalog(declared, other));
          assertEquals(
              names(TABLE.schema()),
              names(TableManifest.check(guard.folder(), changed, changed.schema())));
        });
    assertArrayEquals(written, Files.readAllBytes(file));
  }

  @Test
  public void givenOtherKeyPartitionBucketsOrTypes_thenRefused() throws IOException {
    TableManifest.ensure(guard, TABLE, TABLE.schema());
    byte[] written = Files.readAllBytes(file);
    Map<String, List<String>> changes = new LinkedHashMap<>();
    changes.put("primary_key", List.of("[\"kind\", \"id\"]", "[\"kind\", \"id\", \"project_id\"]"));
    changes.put("primary_key ", List.of("[\"kind\", \"id\"]", "[\"id\", \"kind\"]"));
    changes.put("buckets", List.of("\"buckets\": 1", "\"buckets\": 2"));
    changes.put("number", List.of("\"long\"], \"default\"", "\"string\"], \"default\""));
    changes.put(
        "number ",
        List.of(
            "\"long\"], \"default\"",
            "{\"type\": \"long\", \"logicalType\": \"timestamp-micros\"}], \"default\""));
    changes.put("texts", List.of("\"items\": \"string\"", "\"items\": \"long\""));
    changes.put("struct", List.of("\"double\"", "\"boolean\""));
    assertEquals(7, changes.size());
    changes.forEach(
        (what, change) -> {
          Table changed = Things.things(Things.catalog(change.get(0), change.get(1)));
          RunFailure failure =
              assertThrows(
                  change.toString(),
                  RunFailure.class,
                  () -> TableManifest.ensure(guard, changed, changed.schema()));
          assertEquals(ExitCode.USAGE, failure.exitCode());
          assertThat(failure.getMessage(), containsString(what.strip()));
          assertThat(failure.getMessage(), containsString(file.toString()));
        });
    assertArrayEquals(written, Files.readAllBytes(file));
  }

  @Test
  public void givenFilesByAnotherDate_thenRefused() throws IOException {
    TableManifest.ensure(guard, TABLE, TABLE.schema());
    String good = Files.readString(file);
    for (String other : List.of("\"started_at\"", "null")) {
      String text = good.replace("\"created_at\",\n  \"buckets", other + ",\n  \"buckets");
      assertNotEquals(good, text);
      Files.writeString(file, text);
      RunFailure failure =
          assertThrows(
              RunFailure.class, () -> TableManifest.check(guard.folder(), TABLE, TABLE.schema()));
      assertEquals(ExitCode.USAGE, failure.exitCode());
      assertThat(failure.getMessage(), containsString("partition_by"));
    }
  }

  @Test
  public void givenDamagedFiles_thenRefusedAndLeftAlone() throws IOException {
    TableManifest.ensure(guard, TABLE, TABLE.schema());
    String good = Files.readString(file);
    List<String> damaged =
        List.of(
            "",
            "null",
            "[]",
            "{}",
            good.substring(0, good.length() - 5),
            good.replace("\"name\"", "\"nam\""),
            good.replace("\"type\"", "\"typ\""),
            good.replace("\"long\"", "\"lang\""));
    assertEquals(8, damaged.size());
    for (String text : damaged) {
      Files.writeString(file, text);
      RunFailure failure =
          assertThrows(
              text, RunFailure.class, () -> TableManifest.ensure(guard, TABLE, TABLE.schema()));
      assertEquals(ExitCode.USAGE, failure.exitCode());
      assertThat(failure.getMessage(), containsString(file.toString()));
      assertEquals(text, Files.readString(file));
    }
  }

  private static List<String> names(Schema schema) {
    return schema.getFields().stream().map(Schema.Field::name).toList();
  }
}
