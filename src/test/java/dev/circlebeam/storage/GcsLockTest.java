package dev.circlebeam.storage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import dev.circlebeam.DataflowServer;
import dev.circlebeam.GcsEmulator;
import dev.circlebeam.GcsProxy;
import dev.circlebeam.google.GoogleApi;
import dev.circlebeam.report.ExitCode;
import dev.circlebeam.report.RunFailure;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.Before;
import org.junit.ClassRule;
import org.junit.Test;

/** One run at a time on an output in a bucket. */
public class GcsLockTest {
  private static final Consumer<String> GENTLY = null;
  private static final String TAKEN = "taken";

  @ClassRule public static final GcsEmulator GCS = new GcsEmulator();

  private String bucket;
  private GcsFolder folder;

  /** Another process: takes the lock, says so, and holds it until it is ended. */
  public static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws IOException {
      GcsFolder folder = new GcsFolder(new GcsAccess(args[0]), args[1], "out");
      try (RunLock lock = RunLock.take(new OutputGuard(folder, "other-run", Instant.EPOCH))) {
        System.out.println(TAKEN);
        System.out.println(lock == null ? "" : "end " + System.in.read());
      }
    }
  }

  @Before
  public void make() {
    bucket = GCS.bucket();
    folder = new GcsFolder(new GcsAccess(GCS.endpoint()), bucket, "out");
  }

  @Test
  public void givenLockHeld_thenRefusedUntilClosed() {
    try (RunLock lock = RunLock.take(run("run-1"))) {
      assertTrue(lock != null);
      for (int i = 0; i < 2; i++) {
        RunFailure failure = assertThrows(RunFailure.class, () -> RunLock.take(run("run-2")));
        assertEquals(ExitCode.LOCKED, failure.exitCode());
        assertThat(failure.getMessage(), containsString("--output=gs://" + bucket + "/out"));
        assertThat(failure.getMessage(), containsString("run run-1"));
        assertThat(
            failure.getMessage(), containsString("process " + ProcessHandle.current().pid()));
      }
    }
    assertEquals(List.of(), GCS.names(bucket, ""));
    RunLock.take(run("run-3")).close();
  }

  @Test
  public void givenAProcessThatWasKilled_thenItsLockIsStaleAtOnce() throws Exception {
    Process process = startHolder();
    try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
      assertEquals(TAKEN, said.readLine());
      RunFailure failure = assertThrows(RunFailure.class, () -> RunLock.take(run("run-1")));
      assertThat(failure.getMessage(), containsString("run other-run, process " + process.pid()));
    } finally {
      process.destroyForcibly();
    }
    assertTrue(process.waitFor(20, TimeUnit.SECONDS));
    assertEquals("nobody removed it", List.of("_lock"), GCS.names(bucket, "out"));
    RunLock.take(run("run-1")).close();
  }

  @Test
  public void givenAHolderElsewhere_thenStaleWhenItHasNotRefreshedForFiveMinutes() {
    RunLock held = RunLock.take(run("run-1"));
    onAnotherMachine();
    assertRefused(Duration.ofMinutes(4));
    GcsLock taken = take("run-2", GENTLY, GcsLock.STALE_AFTER.plusSeconds(1));
    held.close();
    assertRefused(Duration.ZERO);
    taken.close();
    assertEquals(List.of(), GCS.names(bucket, ""));
  }

  @Test
  public void givenAProcessWhoseNumberIsUsedAgain_thenStale() {
    RunLock.take(run("run-1"));
    change(Map.of("process_started", "2020-01-01T00:00:00Z"));
    take("run-2", GENTLY, Duration.ZERO).close();
  }

  @Test
  public void givenARefresh_thenTheTimeBeginsAnew_andItCanStillBeGivenBack() {
    GcsLock lock = take("run-1", GENTLY, Duration.ZERO);
    onAnotherMachine();
    long before = generation();
    lock.refresh();
    assertNotEquals(before, generation());
    assertRefused(Duration.ofMinutes(4));
    lock.close();
    assertEquals(List.of(), GCS.names(bucket, ""));
  }

  @Test
  public void givenADataflowJob_thenItsLockIsStaleAtOnceWhenItHasEnded() throws IOException {
    for (String state : List.of("JOB_STATE_DONE", "JOB_STATE_FAILED", "JOB_STATE_CANCELLED")) {
      try (DataflowServer dataflow = DataflowServer.start(state)) {
        takeOnDataflow("run-1", dataflow);
        takeOnDataflow("run-" + state, dataflow);
        assertEquals(
            List.of("GET /v1b3/projects/test-project/locations/europe-west1/jobs/job-1"),
            dataflow.requests());
      }
      GcsLock.giveBack(folder, run("run-" + state));
    }
  }

  @Test
  public void givenADataflowJobThatRuns_thenItHoldsTheLock_alsoWhenItIsRefreshed()
      throws IOException {
    try (DataflowServer dataflow = DataflowServer.start("JOB_STATE_RUNNING")) {
      takeOnDataflow("run-1", dataflow);
      GcsLock.refresh(folder, run("run-1"));
      RunFailure failure = assertThrows(RunFailure.class, () -> takeOnDataflow("run-2", dataflow));
      assertEquals(ExitCode.LOCKED, failure.exitCode());
      assertThat(
          failure.getMessage(),
          containsString(
              "run run-1, Dataflow job job-1 of project test-project in europe-west1, since"));
    }
  }

  @Test
  public void givenALockThatNamesAnAddressInsteadOfAJob_thenItIsNotAskedFor() throws IOException {
    try (DataflowServer dataflow = DataflowServer.start("JOB_STATE_DONE")) {
      takeOnDataflow("run-1", dataflow);
      change(Map.of("dataflow_job", "../../../../elsewhere?x="));
      assertThrows(RunFailure.class, () -> takeOnDataflow("run-2", dataflow));
      assertEquals(List.of(), dataflow.requests());
    }
  }

  @Test
  public void givenALockOfAJob_thenItsRunMayTakeItAgain_andTheOneWhoKeepsItDoesNotGiveItBack() {
    JobLock lock = new JobLock(run("run-1"));
    lock.take();
    lock.take();
    lock.keep().close();
    assertRefused(Duration.ZERO);
    lock.giveBack();
    assertEquals(List.of(), GCS.names(bucket, ""));
  }

  private void takeOnDataflow(String runId, DataflowServer dataflow) {
    GcsLock.take(
        folder,
        run(runId),
        HoldingJob.onDataflow("test-project", "europe-west1", "job-1"),
        new DataflowJobs(() -> GoogleApi.at(dataflow.url(), request -> {})),
        null,
        Instant::now);
  }

  @Test
  public void givenForce_thenItIsTaken_andTheOldHoldersRefreshAndEndChangeNothing() {
    List<String> broken = new ArrayList<>();
    GcsLock first = take("run-1", GENTLY, Duration.ZERO);
    RunLock second = RunLock.takeByForce(run("run-2"), broken::add);
    assertEquals(broken.toString(), 1, broken.size());
    assertThat(broken.get(0), startsWith("run run-1, process "));
    long before = generation();
    first.refresh();
    first.close();
    assertEquals(before, generation());
    RunFailure failure = assertThrows(RunFailure.class, () -> RunLock.take(run("run-3")));
    assertThat(failure.getMessage(), containsString("run run-2"));
    second.close();
    assertEquals(List.of(), GCS.names(bucket, ""));
  }

  @Test
  public void givenForceWhenNobodyHoldsIt_thenNobodyIsNamed() {
    List<String> broken = new ArrayList<>();
    RunLock.takeByForce(run("run-1"), broken::add).close();
    RunLock.take(run("run-2"));
    change(Map.of("process_started", "2020-01-01T00:00:00Z"));
    RunLock.takeByForce(run("run-3"), broken::add).close();
    assertEquals(List.of(), broken);
  }

  /** The emulator removes whatever is there: what it is asked has to be right. */
  @Test
  public void givenALockGivenBack_thenOnlyItsOwnGenerationIsRemoved() throws IOException {
    try (GcsProxy proxy = GcsProxy.start(GCS)) {
      GcsFolder through = new GcsFolder(new GcsAccess(proxy.endpoint()), bucket, "out");
      RunLock lock = RunLock.take(new OutputGuard(through, "run-1", Instant.EPOCH));
      long generation = generation();
      lock.close();
      assertEquals(
          List.of(
              "DELETE /storage/v1/b/" + bucket + "/o/out%2F_lock?ifGenerationMatch=" + generation),
          proxy.requests().stream()
              .filter(request -> request.startsWith("DELETE "))
              .map(request -> request.replaceFirst("&.*", ""))
              .toList());
    }
  }

  @Test
  public void givenALockThatNamesNobody_thenAnotherRunHoldsItUntilItIsOld() {
    GCS.write(bucket, "out/_lock", "");
    assertRefused(Duration.ZERO);
    take("run-1", GENTLY, GcsLock.STALE_AFTER.plusSeconds(1)).close();
  }

  @Test
  public void givenTheLockIsGone_thenTheRunThatHadItReplacesNothingMore() throws IOException {
    OutputGuard run = run("run-1");
    try (RunLock lock = RunLock.take(run)) {
      assertTrue(lock != null);
      assertEquals("done", run.whileHeld(() -> "done"));
      RunLock.takeByForce(run("run-2"), broken -> {}).close();
      RunFailure failure = assertThrows(RunFailure.class, () -> run.whileHeld(() -> "not done"));
      assertEquals("state_conflict", failure.status());
    }
  }

  private void assertRefused(Duration later) {
    RunFailure failure = assertThrows(RunFailure.class, () -> take("run-x", GENTLY, later));
    assertEquals(ExitCode.LOCKED, failure.exitCode());
  }

  private GcsLock take(String runId, Consumer<String> broken, Duration later) {
    return GcsLock.take(folder, run(runId), broken, () -> Instant.now().plus(later));
  }

  private OutputGuard run(String runId) {
    return new OutputGuard(folder, runId, Instant.EPOCH);
  }

  private void onAnotherMachine() {
    change(Map.of("machine", "another"));
  }

  /** Changes what the lock says of its holder, as if somebody else had taken it. */
  private void change(Map<String, String> what) {
    BlobInfo lock = GCS.client().get(BlobId.of(bucket, "out/_lock"));
    Map<String, String> metadata = new HashMap<>(lock.getMetadata());
    metadata.putAll(what);
    GCS.client()
        .create(
            BlobInfo.newBuilder(BlobId.of(bucket, "out/_lock")).setMetadata(metadata).build(),
            new byte[0]);
  }

  private long generation() {
    return GCS.client().get(BlobId.of(bucket, "out/_lock")).getGeneration();
  }

  private Process startHolder() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Holder.class.getName(),
            GCS.endpoint(),
            bucket)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
