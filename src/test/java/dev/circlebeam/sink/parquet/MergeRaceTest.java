package dev.circlebeam.sink.parquet;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.record.TableRecord;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.storage.LocalFolder;
import dev.circlebeam.storage.OutputGuard;
import dev.circlebeam.storage.RunLock;
import dev.circlebeam.storage.StoredFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.hadoop.ParquetReader;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Two runs, A and B, that merge into one file at the same time: the rows of both are there. */
public class MergeRaceTest {
  private static final Catalog CATALOG = Things.catalog();
  private static final Table TABLE = Things.things(CATALOG);

  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  private Path output;
  private Path file;
  private OutputGuard a;
  private OutputGuard b;

  @Before
  public void name() {
    output = folder.getRoot().toPath();
    file = output.resolve("things/dt=2026-05-04/part-00000.parquet");
    a = Things.guard(output, "run-a");
    b = Things.guard(output, "run-b");
  }

  @Test
  public void givenBothReadTheOldFile_thenTheSlowerOneIsRefusedAndDoesItAgain() throws Exception {
    merge(b, "old").write(b);
    FileMerge slow = merge(a, "a", "both");
    try (FileMerge.Attempt slowly = slow.attempt(a);
        FileMerge.Attempt fastly = merge(b, "b", "both").attempt(b)) {
      assertTrue(fastly.replace());
      assertFalse(slowly.replace());
    }
    assertEquals(List.of("b by run-b", "both by run-b", "old by run-b"), rows());
    slow.write(a);
    assertEquals(List.of("a by run-a", "b by run-b", "both by run-a", "old by run-b"), rows());
    assertNoLeftovers();
  }

  @Test
  public void givenBothFoundNoFile_thenTheRowsOfBothAreThere() throws Exception {
    FileMerge slow = merge(a, "a");
    try (FileMerge.Attempt slowly = slow.attempt(a);
        FileMerge.Attempt fastly = merge(b, "b").attempt(b)) {
      assertTrue(fastly.replace());
      assertFalse(slowly.replace());
    }
    slow.write(a);
    assertEquals(List.of("a by run-a", "b by run-b"), rows());
    assertNoLeftovers();
  }

  @Test
  public void givenTheOldFileVanished_thenTheMergeIsDoneWithoutIt() throws Exception {
    merge(b, "old").write(b);
    FileMerge merge = merge(a, "a");
    try (FileMerge.Attempt attempt = merge.attempt(a)) {
      Files.delete(file);
      assertFalse(attempt.replace());
    }
    merge.write(a);
    assertEquals(List.of("a by run-a"), rows());
  }

  @Test
  public void givenOthersReplaceTheFileInEveryAttempt_thenOneMoreAttemptEachTime()
      throws Exception {
    Deque<FileMerge> others = new ArrayDeque<>();
    for (String id : List.of("b1", "b2", "b3")) {
      others.add(merge(b, id));
    }
    TableRecord row = Things.thing(CATALOG, "a", 4, "by run-a", 1);
    TableRecord meanwhile =
        new TableRecord(
            Things.THINGS,
            // Read by the writer, after the old file was and before the new one takes its place.
            new WhenRead(row.row(), () -> writeNext(others)),
            row.arrivedMicros());
    FileMerge merge = merge(a);
    merge.add(Things.update(meanwhile));

    merge.write(a);

    assertEquals(0, others.size());
    assertEquals(List.of("a by run-a", "b1 by run-b", "b2 by run-b", "b3 by run-b"), rows());
    assertNoLeftovers();
  }

  @Test
  public void givenAnOldFileThatIsReplacedWhileItIsRead_thenItIsReadToItsEnd() throws Exception {
    merge(b, "old-1", "old-2").write(b);
    try (StoredFile old = a.folder().open(name(file))) {
      Schema schema = ParquetFiles.schema(ParquetFiles.input(old.contents()));
      try (ParquetReader<GenericRecord> reader =
          ParquetFiles.read(ParquetFiles.input(old.contents()), schema)) {
        assertEquals("old-1", reader.read().get("id").toString());
        merge(a, "new").write(a);
        assertEquals("old-2", reader.read().get("id").toString());
        assertEquals(null, reader.read());
      }
    }
    assertEquals(List.of("new by run-a", "old-1 by run-b", "old-2 by run-b"), rows());
  }

  @Test
  public void givenTheOtherAddsAColumn_thenItIsKept() throws Exception {
    Schema without = TABLE.schemaWithout(Set.of("text"));
    FileMerge slow =
        new FileMerge(name(file), TABLE, () -> TableManifest.ensure(a, TABLE, without), without);
    slow.add(Things.update(Things.thing(CATALOG, "a", 4, "left out", 1)));
    try (FileMerge.Attempt slowly = slow.attempt(a)) {
      merge(b, "b").write(b);
      assertFalse(slowly.replace());
    }
    slow.write(a);
    assertEquals(List.of("a null", "b by run-b"), rows());
  }

  @Test
  public void givenFullRefreshOfTwoScopes_thenEachReplacesItsOwn() throws Exception {
    Table keys = CATALOG.table(Things.KEYS);
    Path whole = output.resolve("keys/part-00000.parquet");
    FileMerge first = new FileMerge(name(whole), keys, keys::schema, keys.schema());
    for (String project : List.of("p1", "p2", "p3")) {
      first.add(Things.update(Things.key(CATALOG, project, project + "-old", "old")));
    }
    first.write(b);
    FileMerge slow = new FileMerge(name(whole), keys, keys::schema, keys.schema());
    slow.add(new FileUpdate(List.of(Things.key(CATALOG, "p1", "p1-new", "a")), "p1"));
    FileMerge fast = new FileMerge(name(whole), keys, keys::schema, keys.schema());
    fast.add(new FileUpdate(List.of(Things.key(CATALOG, "p2", "p2-new", "b")), "p2"));
    try (FileMerge.Attempt slowly = slow.attempt(a)) {
      fast.write(b);
      assertFalse(slowly.replace());
    }
    slow.write(a);
    assertEquals(
        List.of("p1-new|a", "p2-new|b", "p3-old|old"),
        Duck.rows("select id, text from '" + whole + "' order by id"));
  }

  @Test
  public void givenTwoRunsThatMakeTheManifestAtOnce_thenItHasTheColumnsOfBoth() throws Exception {
    List<Schema> wanted =
        List.of(TABLE.schemaWithout(Set.of("text")), TABLE.schemaWithout(Set.of("number")));
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (int round = 0; round < 100; round++) {
        Path root = output.resolve("round-" + round);
        Files.createDirectories(root);
        CyclicBarrier start = new CyclicBarrier(2);
        List<Future<Schema>> made = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
          OutputGuard run = Things.guard(root, "run-" + i);
          Schema columns = wanted.get(i);
          made.add(
              threads.submit(
                  () -> {
                    start.await();
                    return TableManifest.ensure(run, TABLE, columns);
                  }));
        }
        List<String> first = names(made.get(0).get());
        List<String> second = names(made.get(1).get());
        List<String> now = names(TableManifest.check(LocalFolder.of(root), TABLE, wanted.get(0)));
        assertTrue(now.containsAll(names(TABLE.schema())));
        // One was first, the other found its columns and put its own behind.
        assertTrue(first + " and " + second, first.equals(now) || second.equals(now));
        assertEquals(now.size() - 1, Math.min(first.size(), second.size()));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  public void givenTheNewHolderRemovedWhatWasBegun_thenItFailsAndTheFileStays() throws Exception {
    merge(b, "old").write(b);
    byte[] old = Files.readAllBytes(file);
    try (FileMerge.Attempt attempt = merge(a, "a").attempt(a)) {
      LocalFolder.of(output).removeLeftovers();
      assertThrows(NoSuchFileException.class, attempt::replace);
      try (RunLock lock = RunLock.take(b)) {
        assertTrue(lock != null);
        assertEquals("state_conflict", assertThrows(RunFailure.class, attempt::replace).status());
      }
    }
    assertArrayEquals(old, Files.readAllBytes(file));
  }

  @Test
  public void givenTheOutputWasTaken_thenTheOldRunWritesNothingMore() throws Exception {
    RunLock first = RunLock.take(a);
    merge(a, "before").write(a);
    FileMerge late = merge(a, "late");
    try (FileMerge.Attempt begun = late.attempt(a);
        RunLock second = RunLock.takeByForce(b, broken -> {})) {
      assertTrue(second != null);
      RunFailure failure = assertThrows(RunFailure.class, begun::replace);
      assertEquals("state_conflict", failure.status());
      assertTrue(failure.getMessage(), failure.getMessage().startsWith("run run-b, begun "));
      assertThrows(RunFailure.class, () -> late.write(a));
      assertThrows(
          RunFailure.class, () -> ErrorFile.write(a, "_errors/dt=2026-05-04/x.parquet", List.of()));
      merge(b, "after").write(b);
    }
    first.close();
    assertEquals(List.of("after by run-b", "before by run-a"), rows());
  }

  private FileMerge merge(OutputGuard run, String... ids) {
    FileMerge merge =
        new FileMerge(
            name(file),
            TABLE,
            () -> TableManifest.ensure(run, TABLE, TABLE.schema()),
            TABLE.schema());
    for (String id : ids) {
      merge.add(Things.update(Things.thing(CATALOG, id, 4, "by " + run.runId(), 1)));
    }
    return merge;
  }

  private String name(Path path) {
    return output.relativize(path).toString();
  }

  private void writeNext(Deque<FileMerge> others) {
    try {
      if (!others.isEmpty()) {
        others.remove().write(b);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> rows() throws Exception {
    return Duck.rows("select id || ' ' || coalesce(text, 'null') from '" + file + "' order by id");
  }

  private void assertNoLeftovers() throws IOException {
    try (Stream<Path> files = Files.walk(output)) {
      assertEquals(0, files.filter(path -> path.toString().endsWith(".tmp")).count());
    }
  }

  private static List<String> names(Schema schema) {
    return schema.getFields().stream().map(Schema.Field::name).toList();
  }

  /** A row that something happens to when it is written: once each time. */
  private static final class WhenRead extends GenericData.Record {
    private final Runnable then;

    WhenRead(GenericRecord row, Runnable then) {
      super(row.getSchema());
      this.then = then;
      for (Schema.Field field : row.getSchema().getFields()) {
        put(field.pos(), row.get(field.pos()));
      }
    }

    @Override
    public Object get(int position) {
      if (position == 0) {
        then.run();
      }
      return super.get(position);
    }
  }
}
