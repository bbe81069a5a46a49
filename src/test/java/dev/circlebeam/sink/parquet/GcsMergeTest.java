package dev.circlebeam.sink.parquet;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.GcsEmulator;
import dev.circlebeam.GcsProxy;
import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.record.TableRecord;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.storage.GcsAccess;
import dev.circlebeam.storage.GcsFolder;
import dev.circlebeam.storage.OutputGuard;
import dev.circlebeam.storage.RunLock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.apache.avro.generic.GenericRecord;
import org.junit.Before;
import org.junit.ClassRule;
import org.junit.Rule;
import org.junit.Test;
import org.junit.function.ThrowingRunnable;
import org.junit.rules.TemporaryFolder;

/**
 * Merges into files of a bucket: the rows of all workers of a run are there, and none of a run
 * whose lock another one has taken come after that one's.
 */
public class GcsMergeTest {
  private static final Catalog CATALOG = Things.catalog();
  private static final Table TABLE = Things.things(CATALOG);
  private static final String FILE = "things/dt=2026-05-04/part-00000.parquet";
  private static final int WORKERS = 4;

  @ClassRule public static final GcsEmulator GCS = new GcsEmulator();
  @Rule public final TemporaryFolder local = new TemporaryFolder();

  private String bucket;
  private OutputGuard old;
  private OutputGuard newer;

  @Before
  public void make() {
    bucket = GCS.bucket();
    old = run("old");
    newer = run("newer");
  }

  @Test
  public void givenAnOldWorkersLateWrite_thenItCannotUndoANewerMerge() throws Exception {
    RunLock first = RunLock.take(old);
    write(old, "a", "b");
    FileMerge late = merge(old, "a", "c");
    try (FileMerge.Attempt read = late.attempt(old);
        RunLock second = RunLock.takeByForce(newer, broken -> {})) {
      assertTrue(second != null);
      write(newer, "a");

      assertStopped(read::replace);
      // And when it merges again, with the newer file before it.
      assertStopped(() -> late.write(old));
    }
    first.close();
    assertEquals(List.of("a by newer", "b by old"), rows());
  }

  @Test
  public void givenAWriteOnItsWayWhenTheLockIsTaken_thenItIsRefusedAfterANewerMerge()
      throws Exception {
    try (GcsProxy proxy = GcsProxy.start(GCS)) {
      OutputGuard slow = new OutputGuard(output(proxy.endpoint()), "old", Instant.EPOCH);
      RunLock first = RunLock.take(old);
      write(old, "a", "b");
      // It is found to have the lock, and sends its file, which arrives late.
      Future<Boolean> arrived = sendSlowly(proxy, slow, "a", "c");
      try (RunLock second = RunLock.takeByForce(newer, broken -> {})) {
        assertTrue(second != null);
        write(newer, "a");
        proxy.release();
        assertFalse(arrived.get());
      }
      first.close();
    }
    assertEquals(List.of("a by newer", "b by old"), rows());
  }

  @Test
  public void givenAWriteOnItsWayThatArrivesBeforeTheNewerMerge_thenThatMergesAgainOverIt()
      throws Exception {
    try (GcsProxy proxy = GcsProxy.start(GCS)) {
      OutputGuard slow = new OutputGuard(output(proxy.endpoint()), "old", Instant.EPOCH);
      RunLock first = RunLock.take(old);
      write(old, "a", "b");
      Future<Boolean> arrived = sendSlowly(proxy, slow, "a", "c");
      FileMerge merge = merge(newer, "a");
      try (RunLock second = RunLock.takeByForce(newer, broken -> {});
          FileMerge.Attempt read = merge.attempt(newer)) {
        assertTrue(second != null);
        proxy.release();
        assertTrue(arrived.get());
        assertFalse(read.replace());
        merge.write(newer);
      }
      first.close();
    }
    assertEquals(List.of("a by newer", "b by old", "c by old"), rows());
  }

  @Test
  public void givenWorkersThatMergeIntoOneFileAtOnce_thenTheRowsOfAllAreThere() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(WORKERS);
    List<String> expected = new ArrayList<>();
    try (RunLock lock = RunLock.take(old)) {
      assertTrue(lock != null);
      CyclicBarrier start = new CyclicBarrier(WORKERS);
      List<Future<?>> written = new ArrayList<>();
      for (int i = 0; i < WORKERS; i++) {
        String id = "id-" + i;
        expected.add(id + " by old");
        written.add(
            threads.submit(
                () -> {
                  start.await();
                  write(old, id);
                  return null;
                }));
      }
      for (Future<?> each : written) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertEquals(expected, rows());
  }

  @Test
  public void givenAMergeDoneTwice_thenTheSameBytes_andNothingElseIsLeft() throws Exception {
    try (RunLock lock = RunLock.take(old)) {
      assertTrue(lock != null);
      write(old, "a", "b");
      List<Byte> once = Things.contents(downloaded("once")).get(FILE);
      write(old, "a", "b");
      assertEquals(once, Things.contents(downloaded("twice")).get(FILE));
    }
    assertEquals(Set.of("things/_table.json", FILE), Set.copyOf(GCS.names(bucket, "out")));
  }

  @Test
  public void givenWrittenTables_thenReadBackByDay() throws Exception {
    try (RunLock lock = RunLock.take(old)) {
      assertTrue(lock != null);
      write(old, "a", "b");
      List<String> ids = new ArrayList<>();
      new ParquetTables(output(GCS.endpoint()))
          .read(TABLE, Set.of("id"), null, null, (GenericRecord row) -> ids.add("" + row.get(0)));
      assertEquals(List.of("a", "b"), ids);
    }
  }

  private static void assertStopped(ThrowingRunnable step) {
    assertEquals("state_conflict", assertThrows(RunFailure.class, step).status());
  }

  /** Merges, and returns when the file has left and not arrived. */
  private Future<Boolean> sendSlowly(GcsProxy proxy, OutputGuard run, String... ids)
      throws Exception {
    FileMerge merge = merge(run, ids);
    FutureTask<Boolean> task =
        new FutureTask<>(
            () -> {
              try (FileMerge.Attempt attempt = merge.attempt(run)) {
                proxy.holdNextUpload();
                return attempt.replace();
              }
            });
    new Thread(task).start();
    proxy.awaitHeld();
    return task;
  }

  private GcsFolder output(String endpoint) {
    return new GcsFolder(new GcsAccess(endpoint), bucket, "out");
  }

  private OutputGuard run(String runId) {
    return new OutputGuard(output(GCS.endpoint()), runId, Instant.EPOCH);
  }

  private void write(OutputGuard run, String... ids) throws IOException {
    merge(run, ids).write(run);
  }

  private FileMerge merge(OutputGuard run, String... ids) {
    FileMerge merge =
        new FileMerge(
            FILE, TABLE, () -> TableManifest.ensure(run, TABLE, TABLE.schema()), TABLE.schema());
    for (String id : ids) {
      TableRecord row = Things.thing(CATALOG, id, 4, "by " + run.runId(), 1);
      merge.add(Things.update(row));
    }
    return merge;
  }

  private Path downloaded(String name) throws IOException {
    return GCS.download(bucket, "out", local.getRoot().toPath().resolve(name));
  }

  private List<String> rows() throws Exception {
    Path file = downloaded("rows").resolve(FILE);
    return Duck.rows("select id || ' ' || text from '" + file + "' order by id");
  }
}
