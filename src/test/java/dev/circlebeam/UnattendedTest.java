package dev.circlebeam;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItems;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.report.ExitCode;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.report.RunReport;
import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleFaults;
import dev.circlebeam.sample.SampleServer;
import dev.circlebeam.storage.GcsAccess;
import dev.circlebeam.storage.GcsFolder;
import dev.circlebeam.storage.JobLock;
import dev.circlebeam.storage.OutputGuard;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.beam.sdk.Pipeline;
import org.junit.Before;
import org.junit.ClassRule;
import org.junit.Test;

/** The Beam pipeline of a run whose launcher has gone away, on this machine. */
public class UnattendedTest {
  private static final SampleConfig SMALL =
      SampleConfig.defaults().withProjects(2).withHistory(6, 6);

  @ClassRule public static final GcsEmulator GCS = new GcsEmulator();

  private String bucket;

  @Before
  public void make() {
    bucket = GCS.bucket();
  }

  @Test
  public void givenMoreThanASlice_thenOneIsWritten_andTheReportSaysWhatIsLeft() throws Exception {
    try (SampleServer server = SampleServer.start(SMALL)) {
      run(server, "--runId=first", "--slicePipelines=4");
      RunReport first = report("first");
      assertEquals("succeeded", first.status());
      assertEquals(1, first.slices().size());
      assertFalse(first.backfillLeft().isEmpty());
      assertThat(GCS.names(bucket, "out"), hasItems("_state.json", "projects/_table.json"));
      assertFalse("the lock is given back", GCS.names(bucket, "out").contains("_lock"));

      run(server, "--runId=second");
      assertEquals(List.of(), report("second").backfillLeft());
      assertTrue(report("second").tables().get("pipelines").rows() > 0);
    }
  }

  @Test
  public void givenTooManyErrors_thenTheLastStepFails_afterCommitAndReport() throws Exception {
    SampleConfig config = SMALL.withFaults(SampleFaults.parse("FORBIDDEN@/job$:every=2"));
    try (SampleServer server = SampleServer.start(config)) {
      RunFailure failure = failure(server, "--runId=run-1", "--maxErrors=0");
      assertEquals("too_many_errors", failure.status());
      RunReport report = report("run-1");
      assertEquals(ExitCode.TOO_MANY_ERRORS.code(), report.exitCode());
      assertEquals(report.reason(), failure.getMessage());
      List<String> names = GCS.names(bucket, "out");
      assertTrue("committed", names.contains("_state.json"));
      assertFalse("the lock is given back", names.contains("_lock"));
    }
  }

  @Test
  public void givenATokenThatIsNotAccepted_thenTheStepFails_andTheReportSaysWhy() throws Exception {
    try (SampleServer server = SampleServer.start(SMALL)) {
      RunFailure failure =
          failure(server, "--runId=run-1", "--token=file:" + Syncs.tokenFile("another-token"));
      assertEquals("invalid_credentials", failure.status());
      assertEquals("invalid_credentials", report("run-1").status());
      assertEquals(1, report("run-1").exitCode());
      assertFalse(GCS.names(bucket, "out").contains("_state.json"));
    }
  }

  @Test
  public void givenAFileThatCannotBeMerged_thenTheStepFails_andTheReportSaysWhy() throws Exception {
    try (SampleServer server = SampleServer.start(SMALL)) {
      run(server, "--runId=first");
      String damaged =
          GCS.names(bucket, "out").stream()
              .filter(name -> name.startsWith("jobs/") && name.endsWith(".parquet"))
              .findFirst()
              .orElseThrow();
      GCS.write(bucket, "out/" + damaged, "no Parquet");

      RunFailure failure = failure(server, "--runId=second", "--fullRefresh");
      assertThat(failure.getMessage(), containsString(damaged));
      assertEquals(failure.status(), report("second").status());
      assertEquals(failure.getMessage(), report("second").reason());
      assertEquals(1, report("second").exitCode());
    }
  }

  @Test
  public void givenAnotherRunHoldsTheOutput_thenTheFirstStepFails_beforeAnyRequest()
      throws Exception {
    try (SampleServer server = SampleServer.start(SMALL)) {
      GcsFolder output = new GcsFolder(new GcsAccess(GCS.endpoint()), bucket, "out");
      JobLock other = new JobLock(new OutputGuard(output, "the-other-run", Instant.now()));
      other.take();
      RunFailure failure = failure(server, "--runId=run-1");
      assertEquals(ExitCode.LOCKED, failure.exitCode());
      assertThat(failure.getMessage(), containsString("run the-other-run, process "));
      assertEquals(4, report("run-1").exitCode());
      assertEquals(0, server.stats().requests());
      other.giveBack();
    }
  }

  private RunFailure failure(SampleServer server, String... more) {
    RuntimeException thrown = assertThrows(RuntimeException.class, () -> run(server, more));
    RunFailure failure = RunFailure.in(thrown);
    assertTrue(thrown.toString(), failure != null);
    return failure;
  }

  private void run(SampleServer server, String... more) throws IOException {
    List<String> args = Syncs.args(server, "gs://" + bucket + "/out", more);
    args.add("--gcsEndpoint=" + GCS.endpoint());
    SyncOptions options = CommandLine.parse(args.subList(1, args.size()));
    new DirectEngine().prepare(options);
    SyncConfig config =
        SyncConfig.of(options, Instant.now(), null).withFirstRetryWait(Duration.ofMillis(1));
    Pipeline pipeline = Pipeline.create(options);
    SyncPipeline.buildUnattended(pipeline, config, UnaryOperator.identity());
    pipeline.run().waitUntilFinish();
  }

  private RunReport report(String runId) throws IOException {
    return RunReport.parse(GCS.client().readAllBytes(bucket, "out/" + RunReport.name(runId)));
  }
}
