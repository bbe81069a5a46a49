package dev.circlebeam.sink.parquet;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.record.TableRecord;
import dev.circlebeam.report.MergeFigures;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.storage.OutputGuard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Rows into one file, as another reader finds it then. */
public class FileMergeTest {
  private static final Catalog CATALOG = Things.catalog();
  private static final Table TABLE = Things.things(CATALOG);
  private static final String SELECT = "select id, text, number from '%s' order by id, text";

  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  private Path output;
  private Path file;
  private OutputGuard guard;

  @Before
  public void name() {
    output = folder.getRoot().toPath();
    guard = Things.guard(output, "run");
    file = output.resolve("things/dt=2026-05-04/part-00000.parquet");
  }

  @Test
  public void givenRows_thenOneEachKeyAndTheLatestArrivalWhateverTheOrder() throws Exception {
    List<TableRecord> rows =
        List.of(
            thing("a", "a-late", 30),
            thing("b", "b", 10),
            thing("a", "a-early", 10),
            thing("a", "a-middle", 20));
    MergeFigures figures = merge(Things.update(rows.toArray(TableRecord[]::new)));
    assertEquals(new MergeFigures("things", 2, 1, Files.size(file)), figures);
    assertEquals(List.of("a|a-late|7", "b|b|7"), Duck.rows(String.format(SELECT, file)));
    byte[] first = Files.readAllBytes(file);
    for (int turn = 1; turn < rows.size(); turn++) {
      Files.delete(file);
      int by = turn;
      FileUpdate[] updates =
          IntStream.range(0, rows.size())
              .mapToObj(i -> Things.update(rows.get((i + by) % rows.size())))
              .toArray(FileUpdate[]::new);
      merge(updates);
      assertArrayEquals(first, Files.readAllBytes(file));
    }
  }

  @Test
  public void givenOldFile_thenOtherRowsStayAndSameKeysAreReplaced() throws Exception {
    merge(Things.update(thing("a", "old", 1), thing("b", "old", 1), thing("c", "old", 1)));
    merge(Things.update(thing("b", "new", 0), thing("d", "new", 0)));
    List<String> expected = List.of("a|old|7", "b|new|7", "c|old|7", "d|new|7");
    assertEquals(expected, Duck.rows(String.format(SELECT, file)));
    byte[] once = Files.readAllBytes(file);
    merge(Things.update(thing("b", "new", 0), thing("d", "new", 0)));
    assertArrayEquals("done again, same bytes", once, Files.readAllBytes(file));
    assertEquals(
        Set.of("things/dt=2026-05-04/part-00000.parquet"), Things.contents(output).keySet());
  }

  @Test
  public void givenKeyOfTwoColumns_thenBothCount() throws Exception {
    TableRecord other = thing("a", "other kind", 1);
    other.row().put("kind", "l");
    merge(Things.update(thing("a", "kind k", 1), other));
    assertEquals(List.of("a|kind k|7", "a|other kind|7"), Duck.rows(String.format(SELECT, file)));
  }

  @Test
  public void givenStructsListsAndTimes_thenTheyComeThroughAMergeUnchanged() throws Exception {
    String all = "select * from '" + file + "' where id = 'a'";
    merge(Things.update(thing("a", "größe 日本 \uD83D\uDE80", 1)));
    List<String> before = Duck.rows(all);
    assertEquals(1, before.size());
    assertThat(before.get(0), containsString("größe 日本 \uD83D\uDE80"));
    assertThat(before.get(0), containsString("2026-05-04T23:30:00.000001Z"));
    assertThat(before.get(0), containsString("[a, b]"));
    assertThat(before.get(0), containsString("{\"extra_column\":\"e\"}"));
    merge(Things.update(thing("b", "b", 1)));
    assertEquals(before, Duck.rows(all));
  }

  @Test
  public void givenOldFileWithoutAColumn_thenNullThereAndTheColumnAtTheEnd() throws Exception {
    mergeWith(TABLE.schema(), thing("a", "old", 1));
    Catalog wider =
        Things.withColumn(
            "{\"name\": \"extra_column\", \"type\": [\"null\", \"string\"], \"doc\": \"E.\"}");
    Table table = Things.things(wider);
    Schema schema = TableManifest.ensure(guard, table, table.schema());
    FileMerge merge = new FileMerge(name(file), table, () -> schema, table.schema());
    merge.add(Things.update(Things.thing(wider, "b", 4, "new", 1)));
    merge.write(guard);
    assertEquals(
        List.of("a|old|null", "b|new|e"),
        Duck.rows("select id, text, extra_column from '" + file + "' order by id"));
    assertEquals(List.of("extra_column"), last(1));
    assertEquals(
        "columns are known by name, whatever the order of the declaration",
        List.of("{\"extra_column\":\"e\"}|[a, b]", "null|[a, b]"),
        Duck.rows("select _extra, texts from '" + file + "' order by id"));
  }

  @Test
  public void givenFileWithAColumnThatTheCatalogueLacks_thenRefusedAndLeftAlone() throws Exception {
    merge(Things.update(thing("a", "old", 1)));
    byte[] old = Files.readAllBytes(file);
    Table narrower =
        Things.things(
            Things.catalog(
                "{\"name\": \"number\", \"type\": [\"null\", \"long\"], \"default\": null, \"doc\":"
                    + " \"Number.\"},",
                ""));
    FileMerge merge = new FileMerge(name(file), narrower, narrower::schema, narrower.schema());
    RunFailure failure = assertThrows(RunFailure.class, () -> merge.write(guard));
    assertThat(failure.getMessage(), containsString("number"));
    assertThat(failure.getMessage(), containsString(file.toString()));
    assertArrayEquals(old, Files.readAllBytes(file));
    assertEquals(1, Things.contents(output.resolve("things/dt=2026-05-04")).size());
  }

  @Test
  public void givenExcludedColumns_thenAbsentInNewFilesAndNullInOldOnes() throws Exception {
    Path other = output.resolve("other/part-00000.parquet");
    Schema without = TABLE.schemaWithout(Set.of("text", "struct"));
    FileMerge fresh = new FileMerge(name(other), TABLE, () -> without, without);
    fresh.add(Things.update(thing("a", "secret", 1)));
    fresh.write(guard);
    assertEquals(
        List.of(
            "id", "kind", "project_id", "created_at", "number", "texts", "_extra", "_synced_at"),
        List.copyOf(Duck.types("'" + other + "'").keySet()));
    merge(Things.update(thing("a", "old", 1)));
    FileMerge later = new FileMerge(name(file), TABLE, TABLE::schema, without);
    later.add(Things.update(thing("b", "secret", 1)));
    later.write(guard);
    assertEquals(
        List.of("a|old|{n=0.5}", "b|null|null"),
        Duck.rows("select id, text, struct from '" + file + "' order by id"));
  }

  @Test
  public void givenExcludedColumnThatIsNeverNull_thenNullInOldFiles() throws Exception {
    // As with --excludeColumns=jobs.project_slug, which the command line takes.
    mergeWith(TABLE.schema(), thing("a", "old", 1));
    mergeWith(TABLE.schemaWithout(Set.of("project_id")), thing("b", "new", 1));
    assertEquals(
        List.of("a|project-1", "b|null"),
        Duck.rows("select id, project_id from '" + file + "' order by id"));
  }

  @Test
  public void givenColumnThatIsNeverNullAddedToAnOldFile_thenNullThere() throws Exception {
    mergeWith(TABLE.schemaWithout(Set.of("project_id")), thing("a", "old", 1));
    mergeWith(TABLE.schema(), thing("b", "new", 1));
    assertEquals(
        List.of("a|null", "b|project-1"),
        Duck.rows("select id, project_id from '" + file + "' order by id"));
  }

  @Test
  public void givenScopes_thenTheirOtherRowsGoAndTheRestStays() throws Exception {
    Path keys = output.resolve("keys/part-00000.parquet");
    String select = "select project_id, id, text from '" + keys + "' order by project_id, id";
    mergeKeys(
        keys,
        Things.update(
            Things.key(CATALOG, "p1", "a", "old"),
            Things.key(CATALOG, "p1", "b", "old"),
            Things.key(CATALOG, "p2", "c", "old"),
            Things.key(CATALOG, "p3", "d", "old")));
    mergeKeys(
        keys,
        new FileUpdate(List.of(), "p1"),
        new FileUpdate(List.of(), "p2"),
        new FileUpdate(List.of(), "p-unknown"),
        Things.update(Things.key(CATALOG, "p1", "b", "new")),
        Things.update(Things.key(CATALOG, "p3", "e", "new")));
    assertEquals(List.of("p1|b|new", "p3|d|old", "p3|e|new"), Duck.rows(select));
    mergeKeys(keys, new FileUpdate(List.of(), "p1"), new FileUpdate(List.of(), "p3"));
    assertEquals(List.of(), Duck.rows(select));
    mergeKeys(keys, Things.update(Things.key(CATALOG, "p1", "z", "again")));
    assertEquals(List.of("p1|z|again"), Duck.rows(select));
  }

  @Test
  public void givenNothing_thenNoFile() throws IOException {
    assertEquals(new MergeFigures("things", 0, 0, 0), merge());
    assertFalse(Files.exists(file));
    Path keys = output.resolve("keys/part-00000.parquet");
    assertEquals(
        new MergeFigures("keys", 0, 0, 0), mergeKeys(keys, new FileUpdate(List.of(), "p1")));
    assertFalse(Files.exists(keys));
  }

  @Test
  public void givenDamagedOldFile_thenFailsAndLeavesItAndNothingElse() throws IOException {
    merge(Things.update(thing("a", "old", 1), thing("b", "old", 1)));
    byte[] good = Files.readAllBytes(file);
    int tried = 0;
    for (int length : new int[] {0, 3, good.length / 2, good.length - 1}) {
      byte[] damaged = Arrays.copyOf(good, length);
      Files.write(file, damaged);
      Exception failure =
          assertThrows(Exception.class, () -> merge(Things.update(thing("c", "new", 1))));
      // Anything else would reach the user as a stack trace.
      assertTrue(
          failure.toString(),
          failure instanceof IOException
              || (failure instanceof RunFailure known && known.status().equals("damaged_file")));
      assertArrayEquals(damaged, Files.readAllBytes(file));
      assertEquals(1, Things.contents(output).size());
      tried++;
    }
    assertEquals(4, tried);
  }

  @Test
  public void givenWriteThatFailsInTheMiddle_thenOldFileStaysAndNoTemporaryOne()
      throws IOException {
    merge(Things.update(thing("a", "old", 1)));
    byte[] old = Files.readAllBytes(file);
    TableRecord broken = thing("b", "b", 1);
    broken.row().put("number", "no number");
    assertThrows(Exception.class, () -> merge(Things.update(broken)));
    assertArrayEquals(old, Files.readAllBytes(file));
    assertEquals(
        Set.of("things/dt=2026-05-04/part-00000.parquet"), Things.contents(output).keySet());
  }

  private static TableRecord thing(String id, String text, long arrived) {
    return Things.thing(CATALOG, id, 4, text, arrived);
  }

  private MergeFigures merge(FileUpdate... updates) throws IOException {
    return merge(file, TABLE, updates);
  }

  /** Merges as the sink does. */
  private void mergeWith(Schema columns, TableRecord row) throws IOException {
    Schema schema = TableManifest.ensure(guard, TABLE, columns);
    FileMerge merge = new FileMerge(name(file), TABLE, () -> schema, columns);
    merge.add(Things.update(row));
    merge.write(guard);
  }

  private MergeFigures mergeKeys(Path keys, FileUpdate... updates) throws IOException {
    return merge(keys, CATALOG.table(Things.KEYS), updates);
  }

  private MergeFigures merge(Path file, Table table, FileUpdate... updates) throws IOException {
    FileMerge merge = new FileMerge(name(file), table, table::schema, table.schema());
    for (FileUpdate update : updates) {
      merge.add(update);
    }
    return merge.write(guard);
  }

  private String name(Path path) {
    return output.relativize(path).toString();
  }

  private List<String> last(int count) throws Exception {
    List<String> columns = new ArrayList<>(Duck.types("'" + file + "'").keySet());
    // DuckDB's own, from the name of the folder.
    assertTrue(columns.remove("dt"));
    return columns.subList(columns.size() - count, columns.size());
  }
}
