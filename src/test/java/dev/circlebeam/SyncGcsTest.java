package dev.circlebeam;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.report.RunReport;
import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleServer;
import dev.circlebeam.storage.GcsAccess;
import dev.circlebeam.storage.GcsFolder;
import dev.circlebeam.storage.OutputGuard;
import dev.circlebeam.storage.RunLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.Before;
import org.junit.ClassRule;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Syncs into a bucket: the same tables as on a disk, and the same promises. */
public class SyncGcsTest {
  private static final SampleConfig SMALL =
      SampleConfig.defaults().withProjects(2).withHistory(6, 6);
  private static final Map<String, String> KEYS =
      Map.of("projects", "id", "pipelines", "id", "workflows", "id", "jobs", "workflow_id, id");

  @ClassRule public static final GcsEmulator GCS = new GcsEmulator();
  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private String bucket;
  private int downloads;

  @Before
  public void make() {
    bucket = GCS.bucket();
  }

  @Test
  public void givenSyncs_thenTheSameTablesAsOnADisk_andTheSecondAsksOnlyForWhatIsNew()
      throws Exception {
    try (SampleServer server = SampleServer.start(SMALL)) {
      Path local = folder.getRoot().toPath().resolve("local");
      assertEquals(0, Syncs.sync(server, local).code());
      Syncs.Outcome first = sync(server, "--runId=first");
      assertEquals(first.err(), 0, first.code());
      assertThat(first.out(), containsString("Report: gs://" + bucket + "/out/_runs/first.json"));
      Path there = downloaded();
      assertSameTables(local, there);
      assertEquals(tables(local), tables(there));
      RunReport report = Syncs.report(there, "first");
      assertEquals("succeeded", report.status());
      assertEquals("gs://" + bucket + "/out", report.output());

      server.advance(Duration.ofDays(2));
      server.resetStats();
      assertEquals(0, Syncs.sync(server, local).code());
      long onDisk = server.stats().requests();
      server.resetStats();
      assertEquals(0, sync(server, "--runId=second").code());
      assertEquals(onDisk, server.stats().requests());
      Path later = downloaded();
      assertSameTables(local, later);
      assertTrue(
          DuckDb.number(later, "select count(*) from {pipelines}")
              > DuckDb.number(there, "select count(*) from {pipelines}"));
      assertFalse(tables(later).contains("_lock"));
    }
  }

  @Test
  public void givenAnotherRunHoldsTheOutput_thenExitCode4_andWithBreakLockItIsTaken()
      throws Exception {
    try (SampleServer server = SampleServer.start(SMALL)) {
      OutputGuard other = new OutputGuard(output(), "the-other-run", Instant.now());
      try (RunLock lock = RunLock.take(other)) {
        assertTrue(lock != null);
        Syncs.Outcome refused = sync(server);
        assertEquals(refused.err(), 4, refused.code());
        assertThat(refused.err(), containsString("the-other-run"));
        assertThat(refused.err(), containsString("--output=gs://" + bucket + "/out"));
        assertEquals(0, server.stats().requests());

        Syncs.Outcome forced = sync(server, "--breakLock");
        assertEquals(forced.err(), 0, forced.code());
        assertThat(
            forced.err(), startsWith("circlebeam: warning: --breakLock took --output=gs://"));
      }
      assertEquals(0, sync(server).code());
    }
  }

  @Test
  public void givenARunWhoseLockIsBroken_thenItStopsAndNothingOfTheNewerRunIsLost()
      throws Exception {
    try (SampleServer server = SampleServer.start(SMALL);
        HoldingProxy proxy = HoldingProxy.start(server.url())) {
      proxy.holdAfter(-1);
      assertEquals(0, throughProxy(server, proxy, "run-0").code());
      int last = proxy.requests() - 1;
      proxy.holdAfter(last);
      // It has read all but the last list when the world moves on.
      CompletableFuture<Syncs.Outcome> late = new CompletableFuture<>();
      Thread thread =
          new Thread(
              () -> {
                try {
                  late.complete(throughProxy(server, proxy, "run-a", "--fullRefresh"));
                } catch (Exception | AssertionError e) {
                  late.completeExceptionally(e);
                }
              });
      thread.setDaemon(true);
      thread.start();
      proxy.awaitHeld();
      server.advance(Duration.ofDays(2));
      Syncs.Outcome newer = throughProxy(server, proxy, "run-b", "--breakLock", "--overlap=P60D");
      assertEquals(newer.err(), 0, newer.code());
      byte[] state = Files.readAllBytes(downloaded().resolve("_state.json"));

      proxy.release();
      Syncs.Outcome stopped = late.get(60, TimeUnit.SECONDS);

      assertEquals(stopped.err(), 1, stopped.code());
      assertThat(stopped.err(), containsString("circlebeam: state_conflict: "));
      Path there = downloaded();
      assertEquals("state_conflict", Syncs.report(there, "run-a").status());
      assertTrue(Arrays.equals(state, Files.readAllBytes(there.resolve("_state.json"))));
      Path local = folder.getRoot().toPath().resolve("local");
      assertEquals(0, Syncs.sync(server, local).code());
      assertSameTables(local, there);
    }
  }

  @Test
  public void givenKilledBetweenMerges_thenTablesAreReadable_andTheNextRunGoesOnAtOnce()
      throws Exception {
    SampleConfig larger = SampleConfig.defaults().withProjects(2).withHistory(30, 30);
    try (SampleServer server = SampleServer.start(larger)) {
      Path said = folder.newFile("said").toPath();
      Process process = Syncs.process(args(server, GCS.endpoint()), said);
      while (files() < 5 && process.isAlive()) {
        Thread.onSpinWait();
      }
      process.destroyForcibly();
      assertTrue(process.waitFor(30, TimeUnit.SECONDS));
      assertTrue(Files.readString(said), files() >= 5);
      List<String> names = GCS.names(bucket, "out");
      assertFalse(names.contains("_state.json"));
      assertTrue("killed, so its lock is there", names.contains("_lock"));
      Path there = downloaded();
      for (String table : KEYS.keySet()) {
        // Killed that soon, of some tables only the manifest may be there.
        if (names.stream().anyMatch(name -> name.matches(table + "/.*\\.parquet"))) {
          assertEquals(0, DuckDb.repeatedKeys(there, table, KEYS.get(table)));
        }
      }

      Syncs.Outcome next = sync(server);

      assertEquals(next.err(), 0, next.code());
      Path local = folder.getRoot().toPath().resolve("local");
      assertEquals(0, Syncs.sync(server, local).code());
      assertSameTables(local, downloaded());
      assertEquals(tables(local), tables(downloaded()));
    }
  }

  @Test
  public void givenStateInABucketAndTablesOnADisk_thenTheSecondSyncIsIncremental()
      throws Exception {
    try (SampleServer server = SampleServer.start(SMALL)) {
      Path local = folder.getRoot().toPath().resolve("local");
      String[] flags = {
        "--gcsEndpoint=" + GCS.endpoint(), "--state=gs://" + bucket + "/states/web.json"
      };
      assertEquals(0, Syncs.sync(server, local, flags).code());
      long first = server.stats().requests();
      assertEquals(List.of("web.json"), GCS.names(bucket, "states"));
      assertFalse(Files.exists(local.resolve("_state.json")));
      server.resetStats();
      assertEquals(0, Syncs.sync(server, local, flags).code());
      assertTrue(server.stats().requests() < first / 2);
    }
  }

  @Test
  public void givenTablesInABucketAndStateOnADisk_thenRefused() throws Exception {
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.Outcome outcome = sync(server, "--state=" + folder.getRoot() + "/state.json");
      assertEquals(2, outcome.code());
      assertThat(outcome.err(), containsString("--state=" + folder.getRoot() + "/state.json"));
      assertEquals(0, server.stats().requests());
    }
  }

  @Test
  public void givenNoBucket_thenNothingIsFetched() throws Exception {
    try (SampleServer server = SampleServer.start(SMALL)) {
      for (String flag :
          List.of("--output=gs://no-such-bucket/x", "--state=gs://no-such-bucket/x")) {
        List<String> args = args(server, GCS.endpoint());
        args.removeIf(arg -> arg.startsWith(flag.substring(0, flag.indexOf('='))));
        args.add(flag);
        Syncs.Outcome outcome = Syncs.run(args.toArray(String[]::new));
        assertEquals(outcome.err(), 1, outcome.code());
        assertThat(outcome.err(), containsString("no_resources: gs://no-such-bucket"));
        assertEquals(outcome.err(), 1, outcome.complaints().size());
        assertEquals(0, server.stats().requests());
      }
    }
  }

  @Test
  public void givenAState_thenTheStateCommandShowsIt() throws Exception {
    try (SampleServer server = SampleServer.start(SMALL)) {
      assertEquals(0, sync(server, "--runId=first").code());
      for (String flag : List.of("--output=gs://%s/out", "--state=gs://%s/out/_state.json")) {
        Syncs.Outcome shown =
            Syncs.run("state", String.format(flag, bucket), "--gcsEndpoint=" + GCS.endpoint());
        assertEquals(shown.err(), 0, shown.code());
        assertThat(shown.out(), containsString("last run first"));
        assertThat(shown.out(), containsString("gs://" + bucket + "/out"));
      }
      Syncs.Outcome none =
          Syncs.run(
              "state", "--output=gs://" + bucket + "/none", "--gcsEndpoint=" + GCS.endpoint());
      assertEquals(2, none.code());
      assertThat(none.err(), containsString("gs://" + bucket + "/none/_state.json"));
    }
  }

  @Test
  public void givenCheck_thenTheOutputIsProved_orTheMissingPermissionNamed() throws Exception {
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.Outcome fine = check(server, GCS.endpoint());
      assertEquals(fine.out(), 0, fine.code());
      assertThat(fine.out(), containsString("gs://" + bucket + "/out, can be written to"));
      assertEquals(List.of(), GCS.names(bucket, ""));
      // What the first leaves behind must not keep the others from checking.
      List<Map.Entry<String, String>> permissions =
          List.of(
              Map.entry("DELETE ", "storage.objects.delete"),
              Map.entry("GET /storage/v1/b/" + bucket + "/o?", "storage.objects.list"),
              Map.entry("GET /storage/v1/b/" + bucket + "/o/", "storage.objects.get"),
              Map.entry("POST /upload/", "storage.objects.create"));
      for (Map.Entry<String, String> permission : permissions) {
        try (GcsProxy proxy = GcsProxy.start(GCS)) {
          proxy.refuse(permission.getKey());
          Syncs.Outcome refused = check(server, proxy.endpoint());
          assertEquals(refused.out(), 1, refused.code());
          assertThat(refused.out(), containsString("invalid_permissions: gs://" + bucket));
          assertThat(refused.out(), containsString("somebody does not have access"));
          assertThat(refused.out(), containsString("grant " + permission.getValue()));
          assertThat(refused.out(), not(containsString("\nok")));
        }
      }
    }
  }

  private Syncs.Outcome check(SampleServer server, String endpoint) throws Exception {
    return Syncs.run(
        "check",
        "--circleciUrl=" + server.url(),
        "--token=file:" + Syncs.tokenFile(Syncs.TOKEN),
        "--output=gs://" + bucket + "/out",
        "--gcsEndpoint=" + endpoint);
  }

  private GcsFolder output() {
    return new GcsFolder(new GcsAccess(GCS.endpoint()), bucket, "out");
  }

  private Syncs.Outcome sync(SampleServer server, String... more) throws Exception {
    return Syncs.run(args(server, GCS.endpoint(), more).toArray(String[]::new));
  }

  /** One request at a time, so that a run stands still when that one is held. */
  private Syncs.Outcome throughProxy(
      SampleServer server, HoldingProxy proxy, String runId, String... more) throws Exception {
    List<String> args = args(server, GCS.endpoint(), more);
    args.replaceAll(arg -> arg.replace(server.url(), proxy.url()));
    args.add("--maxConcurrentRequests=1");
    args.add("--runId=" + runId);
    return Syncs.run(args.toArray(String[]::new));
  }

  private List<String> args(SampleServer server, String endpoint, String... more) throws Exception {
    List<String> args = Syncs.args(server, "gs://" + bucket + "/out", more);
    args.add("--gcsEndpoint=" + endpoint);
    return args;
  }

  private long files() {
    return GCS.names(bucket, "out").stream().filter(name -> name.endsWith(".parquet")).count();
  }

  private Path downloaded() throws Exception {
    return GCS.download(
        bucket, "out", folder.getRoot().toPath().resolve("download-" + downloads++));
  }

  private static List<String> tables(Path output) throws Exception {
    try (var files = Files.walk(output)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> output.relativize(file).toString())
          .filter(name -> !name.startsWith("_runs/") && !name.matches("_lock|_writer"))
          .sorted()
          .toList();
    }
  }

  private static void assertSameTables(Path expected, Path actual) throws Exception {
    for (Map.Entry<String, String> table : KEYS.entrySet()) {
      String all = "select * exclude (_synced_at) from {" + table.getKey() + "} order by all";
      List<String> rows = DuckDb.query(expected, all);
      assertFalse(table.getKey(), rows.isEmpty());
      assertEquals(table.getKey(), rows, DuckDb.query(actual, all));
      assertEquals(0, DuckDb.repeatedKeys(actual, table.getKey(), table.getValue()));
    }
  }
}
