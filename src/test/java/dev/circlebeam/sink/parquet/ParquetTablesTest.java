package dev.circlebeam.sink.parquet;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.record.StoredTables;
import dev.circlebeam.record.TableRecord;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.storage.LocalFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.function.ThrowingRunnable;
import org.junit.rules.TemporaryFolder;

/** What was written into tables, read back. */
public class ParquetTablesTest {
  private static final Catalog CATALOG = Things.catalog();
  private static final Table THINGS = Things.things(CATALOG);
  private static final Table KEYS = CATALOG.table(Things.KEYS);

  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  private Path output;
  private StoredTables stored;

  @Before
  public void name() {
    output = folder.getRoot().toPath();
    stored = SerializableUtils.clone(new ParquetTables(LocalFolder.of(output)));
  }

  @Test
  public void givenColumns_thenRowsHaveThoseAloneInTheTablesOrder() throws Exception {
    write(CATALOG, thing("a", 4), thing("b", 4));
    List<GenericRecord> rows = read(THINGS, Set.of("_synced_at", "id"));
    assertEquals(
        List.of(
            "{\"id\": \"a\", \"_synced_at\": 1777885951000000}",
            "{\"id\": \"b\", \"_synced_at\": 1777885951000000}"),
        rows.stream().map(GenericRecord::toString).toList());
    assertEquals(THINGS.schema().getField("id"), rows.get(0).getSchema().getField("id"));
  }

  @Test
  public void givenStructsListsAndNulls_thenAsTheyWereWritten() throws Exception {
    TableRecord empty = thing("b", 4);
    List.of("text", "texts", "struct").forEach(column -> empty.row().put(column, null));
    TableRecord inner = thing("c", 4);
    ((GenericRecord) inner.row().get("struct")).put("n", null);
    inner.row().put("texts", List.of());
    write(CATALOG, thing("a", 4), empty, inner);
    List<GenericRecord> rows = read(THINGS, Set.of("texts", "struct", "text"));
    assertEquals(
        List.of(
            "{\"text\": \"t\", \"texts\": [\"a\", \"b\"], \"struct\": {\"n\": 0.5}}",
            "{\"text\": null, \"texts\": null, \"struct\": null}",
            "{\"text\": \"t\", \"texts\": [], \"struct\": {\"n\": null}}"),
        rows.stream().map(GenericRecord::toString).toList());
    assertEquals(THINGS.schema().getField("texts"), rows.get(0).getSchema().getField("texts"));
  }

  @Test
  public void givenEveryColumn_thenTheRowsAsTheyWere() throws Exception {
    TableRecord thing = thing("a", 4);
    write(CATALOG, thing);
    List<GenericRecord> rows = read(THINGS, names(THINGS.schema()));
    assertEquals(1, rows.size());
    assertEquals(thing.row().toString(), rows.get(0).toString());
  }

  @Test
  public void givenDays_thenFirstAndLastAreIncluded() throws Exception {
    write(CATALOG, thing("d", 7), thing("c", 6), thing("b", 5), thing("a", 4));
    assertEquals(List.of("a", "b", "c", "d"), ids(null, null));
    assertEquals(List.of("b", "c"), ids(LocalDate.of(2026, 5, 5), LocalDate.of(2026, 5, 6)));
    assertEquals(List.of("c", "d"), ids(LocalDate.of(2026, 5, 6), null));
    assertEquals(List.of("a", "b"), ids(null, LocalDate.of(2026, 5, 5)));
    assertEquals(List.of("b"), ids(LocalDate.of(2026, 5, 5), LocalDate.of(2026, 5, 5)));
    assertEquals(List.of(), ids(LocalDate.of(2026, 5, 8), null));
  }

  @Test
  public void givenTableWithoutPartitions_thenAllItsRowsWhateverTheDays() throws Exception {
    write(CATALOG, Things.key(CATALOG, "p1", "k", "x"), Things.key(CATALOG, "p2", "l", "y"));
    List<String> rows = new ArrayList<>();
    LocalDate never = LocalDate.of(1999, 1, 1);
    stored.read(KEYS, Set.of("id", "project_id"), never, never, row -> rows.add(row.toString()));
    assertEquals(
        List.of(
            "{\"id\": \"k\", \"project_id\": \"p1\"}", "{\"id\": \"l\", \"project_id\": \"p2\"}"),
        rows);
  }

  @Test
  public void givenOldFileWithoutAColumn_thenNullThere() throws Exception {
    write(CATALOG, thing("a", 4));
    for (String type :
        List.of(
            "\"string\", \"fromParent\": \"project_slug\"",
            "[\"null\", \"string\"], \"default\": null",
            "[\"null\", {\"type\": \"array\", \"items\": \"long\"}]")) {
      Catalog wider =
          Things.withColumn("{\"name\": \"newer\", \"type\": " + type + ", \"doc\": \"N.\"}");
      List<GenericRecord> rows = read(Things.things(wider), Set.of("id", "newer"));
      assertEquals("[{\"id\": \"a\", \"newer\": null}]", rows.toString());
      List<GenericRecord> newer = read(Things.things(wider), Set.of("newer"));
      assertEquals("[{\"newer\": null}]", newer.toString());
    }
  }

  @Test
  public void givenOldFilesAndNewOnes_thenTheColumnWhereItIs() throws Exception {
    write(CATALOG, thing("a", 4));
    String column =
        "{\"name\": \"extra_column\", \"type\": [\"null\", \"string\"], \"doc\": \"E.\"}";
    Catalog wider = Things.withColumn(column);
    write(wider, Things.thing(wider, "b", 5, "t", 1));
    List<GenericRecord> rows = read(Things.things(wider), Set.of("id", "extra_column", "texts"));
    assertEquals(
        List.of(
            "{\"id\": \"a\", \"extra_column\": null, \"texts\": [\"a\", \"b\"]}",
            "{\"id\": \"b\", \"extra_column\": \"e\", \"texts\": [\"a\", \"b\"]}"),
        rows.stream().map(GenericRecord::toString).toList());
  }

  @Test
  public void givenNoTableYet_thenNothing() throws Exception {
    assertEquals(List.of(), read(THINGS, Set.of("id")));
    assertEquals(List.of(), read(KEYS, Set.of("id")));
    stored = new ParquetTables(LocalFolder.of(output.resolve("not there")));
    assertEquals(List.of(), read(THINGS, Set.of("id")));
  }

  @Test
  public void givenManyFiles_thenEveryRowOnceAndEachARecordOfItsOwn() throws Exception {
    Catalog buckets = Things.catalog("\"buckets\": 1", "\"buckets\": 4");
    List<TableRecord> things = new ArrayList<>();
    Set<String> expected = new TreeSet<>();
    for (int i = 0; i < 200; i++) {
      things.add(Things.thing(buckets, "t" + i, 1 + i % 20, "t", 1));
      expected.add("t" + i);
    }
    write(buckets, things.toArray(TableRecord[]::new));
    List<GenericRecord> rows = read(Things.things(buckets), Set.of("id"));
    assertEquals(200, rows.size());
    assertEquals(
        expected, new TreeSet<>(rows.stream().map(row -> row.get("id").toString()).toList()));
  }

  @Test
  public void givenWhatIsNoTableFile_thenPassedOver() throws Exception {
    write(CATALOG, thing("a", 4));
    Path day = output.resolve("things/dt=2026-05-04");
    Files.writeString(day.resolve("part-00000.parquet.run-1.tmp"), "half a file");
    Files.writeString(day.resolve("mine.parquet"), "somebody else's");
    Files.writeString(output.resolve("things/notes.parquet"), "in no partition");
    Files.writeString(output.resolve("things/dt=2026-05-05"), "a file");
    Files.createDirectories(output.resolve("things/dt=yesterday"));
    Files.writeString(output.resolve("things/dt=yesterday/part-00000.parquet"), "no day");
    Files.createDirectories(output.resolve("things/dt=2026-05-06"));
    assertEquals(List.of("a"), ids(null, null));
  }

  @Test
  public void givenFileReplacedAgainAndAgain_thenTheOldOneOrTheNewOne() throws Exception {
    write(CATALOG, thing("a", 4));
    Path file = output.resolve("things/dt=2026-05-04/part-00000.parquet");
    byte[] one = Files.readAllBytes(file);
    write(CATALOG, thing("b", 4));
    byte[] two = Files.readAllBytes(file);
    AtomicBoolean done = new AtomicBoolean();
    Path other = file.resolveSibling("other.tmp");
    CompletableFuture<Void> replacing =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; !done.get(); i++) {
                replace(file, other, i % 2 == 0 ? one : two);
              }
            });
    try {
      for (int i = 0; i < 1500; i++) {
        assertThat(ids(null, null), anyOf(is(List.of("a")), is(List.of("a", "b"))));
      }
    } finally {
      done.set(true);
      replacing.join();
    }
  }

  @Test
  public void givenDamagedFile_thenItIsNamedAndWhatToDo() throws Exception {
    write(CATALOG, thing("a", 4), thing("b", 5));
    Path file = output.resolve("things/dt=2026-05-05/part-00000.parquet");
    byte[] whole = Files.readAllBytes(file);
    byte[] garbled = whole.clone();
    Arrays.fill(garbled, 4, whole.length / 2, (byte) 0x55);
    List<byte[]> damaged =
        List.of(
            new byte[0],
            "no parquet at all".getBytes(StandardCharsets.UTF_8),
            Arrays.copyOf(whole, whole.length / 2),
            Arrays.copyOfRange(whole, 100, whole.length),
            garbled);
    Set<String> all = names(THINGS.schema());
    for (byte[] bytes : damaged) {
      Files.write(file, bytes);
      List<String> before = new ArrayList<>();
      ThrowingRunnable reading =
          () -> stored.read(THINGS, all, null, null, row -> before.add(row.get("id").toString()));
      RunFailure failure = assertThrows(RunFailure.class, reading);
      assertEquals("damaged_file", failure.status());
      assertThat(failure.getMessage(), containsString(file.toString()));
      assertThat(failure.whatToDo(), containsString("--fullRefresh"));
      assertEquals(List.of("a"), before);
    }
  }

  @Test
  public void givenFileThatCannotBeOpened_thenNotCalledDamaged() throws Exception {
    Path file = output.resolve("things/dt=2026-05-04/part-00000.parquet");
    Files.createDirectories(file.getParent());
    Files.createSymbolicLink(file, file);
    assertThrows(UncheckedIOException.class, () -> ids(null, null));
  }

  @Test
  public void givenFailureOfTheTaker_thenThatComesOut() throws Exception {
    write(CATALOG, thing("a", 4));
    Consumer<GenericRecord> taker =
        row -> {
          throw new IllegalStateException("ours");
        };
    ThrowingRunnable reading = () -> stored.read(THINGS, Set.of("id"), null, null, taker);
    assertEquals("ours", assertThrows(IllegalStateException.class, reading).getMessage());
  }

  @Test
  public void givenColumnThatTheTableLacksOrNone_thenRefused() {
    assertThrows(IllegalArgumentException.class, () -> read(THINGS, Set.of("id", "typo")));
    assertThrows(IllegalArgumentException.class, () -> read(THINGS, Set.of()));
  }

  private static TableRecord thing(String id, int day) {
    return Things.thing(CATALOG, id, day, "t", 1);
  }

  private static Set<String> names(Schema schema) {
    return Set.copyOf(schema.getFields().stream().map(Schema.Field::name).toList());
  }

  private static void replace(Path file, Path other, byte[] content) {
    try {
      Files.write(other, content);
      Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(Catalog catalog, TableRecord... rows) throws IOException {
    Things.write(output, catalog, rows);
  }

  private List<GenericRecord> read(Table table, Set<String> columns) {
    List<GenericRecord> rows = new ArrayList<>();
    stored.read(table, columns, null, null, rows::add);
    return rows;
  }

  private List<String> ids(LocalDate from, LocalDate to) {
    List<String> ids = new ArrayList<>();
    stored.read(THINGS, Set.of("id"), from, to, row -> ids.add(row.get("id").toString()));
    return ids;
  }
}
