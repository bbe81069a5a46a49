package dev.circlebeam;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.beam.sdk.Pipeline;
import org.junit.Before;
import org.junit.ClassRule;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Beam's own Dataflow runner translates, stages and submits; only Google is played by others. */
public class DataflowTest {
  /** See docs/decisions.md. */
  private static final int MOST_STEPS = 40;

  private static final int MOST_STEPS_TO_BIGQUERY = 160;
  private static final String TOKEN = "secret:projects/p/secrets/circleci-token/versions/latest";
  private static final String MARK = "CCIPAT_this-is-a-token-of-the-launchers-environment";
  private static final ObjectMapper JSON = new ObjectMapper();

  @ClassRule public static final GcsEmulator GCS = new GcsEmulator();
  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private String bucket;

  @Before
  public void make() {
    bucket = GCS.bucket();
  }

  @Test
  public void givenASync_thenItsJobIsSubmitted_withANameForEveryStep() throws Exception {
    try (DataflowServer dataflow = DataflowServer.start("JOB_STATE_RUNNING")) {
      Syncs.Outcome outcome = run(args("--apiRootUrl=" + dataflow.url() + "/", "--runId=run-1"));
      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(
          List.of("POST /v1b3/projects/test-project/locations/europe-west1/jobs"),
          dataflow.requests());
      SubmittedJob job = new SubmittedJob(dataflow.jobs().get(0));
      assertThat(
          outcome.out(),
          startsWith("Submitted as job " + job.json().path("name").asText() + ".\n"));
      assertThat(outcome.out(), containsString("gs://" + bucket + "/out/_runs/run-1.json"));
      assertEquals("", outcome.err());
      assertSteps(job);
      JsonNode options = job.json().at("/environment/sdkPipelineOptions/options");
      assertEquals("50000", options.path("slicePipelines").asText());
      assertEquals(TOKEN, options.path("token").asText());
      assertEquals("ERROR", options.path("stableUniqueNames").asText());
      assertEquals("no lock is left, and nothing is written", List.of(), GCS.names(bucket, "out"));
    }
  }

  @Test
  public void givenTheTemplatesLauncher_thenTheSameJobIsWritten_andItsSecretsAreNotInIt()
      throws Exception {
    List<String> args = args("--templateLocation=gs://" + bucket + "/template/job");
    Path said = folder.newFile("said.txt").toPath();
    ProcessBuilder launcher =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            CircleBeam.class.getName());
    launcher.command().addAll(args.subList(1, args.size()));
    launcher.environment().put("CIRCLECI_TOKEN", MARK);
    launcher.environment().put("HTTPS_PROXY", "http://user:" + MARK + "@127.0.0.1:9");
    Process process = launcher.redirectErrorStream(true).redirectOutput(said.toFile()).start();
    try {
      assertTrue("it ends", process.waitFor(60, TimeUnit.SECONDS));
    } finally {
      process.destroyForcibly();
    }
    assertEquals(Files.readString(said), 0, process.exitValue());
    SubmittedJob job =
        new SubmittedJob(JSON.readTree(GCS.client().readAllBytes(bucket, "template/job")));
    assertSteps(job);
    String all = job.text();
    // It would be found.
    assertThat(all.substring(job.json().toString().length()), containsString(TOKEN));
    assertThat(all, not(containsString(MARK)));
    List<String> graphs =
        GCS.names(bucket, "temp/staging").stream().filter(name -> name.endsWith(".pb")).toList();
    assertEquals(1, graphs.size());
    String graph =
        SubmittedJob.text(GCS.client().readAllBytes(bucket, "temp/staging/" + graphs.get(0)));
    assertThat(graph, containsString(TOKEN));
    assertThat(graph, not(containsString(MARK)));
    assertThat(Files.readString(said), not(containsString(MARK)));
  }

  @Test
  public void givenTablesOfOnesOwn_thenTheyTravelInTheJob_whereverTheFilesAre() throws Exception {
    Path local = OwnTables.write(folder.newFolder("tables").toPath(), List.of(OwnTables.LEAN_JOBS));
    GCS.write(bucket, "tables/lean_jobs.avsc", OwnTables.LEAN_JOBS);
    GCS.write(bucket, "tables/old/jobs.avsc", "not looked at");
    for (String catalog : List.of(local.toString(), "gs://" + bucket + "/tables")) {
      Path template = folder.newFile().toPath();
      List<String> args =
          args("--templateLocation=" + template, "--catalog=" + catalog, "--tables=lean_jobs");
      Syncs.Outcome outcome = run(args);
      assertEquals(outcome.err(), 0, outcome.code());
      SubmittedJob job = new SubmittedJob(JSON.readTree(Files.readAllBytes(template)));
      assertSteps(job);
      assertThat(job.text(), containsString("Jobs, without most of it."));
    }
    Syncs.Outcome none = run(args("--catalog=gs://" + bucket + "/nothing"));
    assertEquals(2, none.code());
    assertThat(none.err(), containsString("/nothing holds no file that ends in .avsc"));
    Syncs.Outcome noBucket = run(args("--catalog=gs://no-such-bucket-" + bucket + "/tables"));
    assertEquals(2, noBucket.code());
    assertThat(noBucket.err(), containsString("cannot be read: "));
    assertEquals(noBucket.err(), 1, noBucket.err().lines().count());
  }

  @Test
  public void givenBigQuery_thenTheGraphTranslates_withANameForEveryStep() throws Exception {
    Path template = folder.getRoot().toPath().resolve("job.json");
    List<String> args = args("--templateLocation=" + template);
    args.removeIf(arg -> arg.startsWith("--output="));
    args.add("--output=bigquery://test-project/circleci");
    args.add("--state=gs://" + bucket + "/state.json");
    SyncOptions options = CommandLine.parse(args.subList(1, args.size()));
    new DataflowEngine().prepare(options);
    SyncConfig config = SyncConfig.of(options, Instant.now(), null);
    Pipeline pipeline = Pipeline.create(options);
    SyncPipeline.buildUnattended(pipeline, config, UnaryOperator.identity());
    new DataflowEngine().run(pipeline, config);
    SubmittedJob job = new SubmittedJob(JSON.readTree(Files.readAllBytes(template)));
    assertUnique(job.steps());
    assertThat(job.steps().size(), lessThanOrEqualTo(MOST_STEPS_TO_BIGQUERY));
    assertTrue(job.steps().containsAll(List.of("HoldOutput", "EndRun/GiveBackAndJudge")));
  }

  @Test
  public void givenWhatIsOnThisMachine_thenExitCode2_andTheFlag() {
    assertRefused("--output", "--output=out");
    assertRefused("--output", "--output=/data/out");
    assertRefused("--state", "--state=state.json");
    assertRefused("--token", "--token=env:CIRCLECI_TOKEN");
    assertRefused("--token", "--token=file:/token");
    assertRefused("--token says where", "--token=" + MARK);
    assertRefused("--sample", "--sample");
  }

  @Test
  public void givenNoToken_thenTheDefaultIsRefused() {
    List<String> args = args();
    args.removeIf(arg -> arg.startsWith("--token="));
    Syncs.Outcome outcome = run(args);
    assertEquals(2, outcome.code());
    assertThat(outcome.err(), startsWith("circlebeam: --token names what is on this machine"));
  }

  @Test
  public void givenAFlagOfTheRunnersThatIsWrong_thenExitCode2InALine() {
    List<String> args = args();
    args.removeIf(arg -> arg.startsWith("--tempLocation="));
    args.add("--tempLocation=/tmp");
    Syncs.Outcome outcome = run(args);
    assertEquals(outcome.err(), 2, outcome.code());
    assertEquals(outcome.err(), 1, outcome.err().lines().count());
    assertThat(outcome.err(), containsString("gcpTempLocation"));
  }

  @Test
  public void givenDataflowThatRefuses_thenTheRunSaysSo_andReportsIt() throws Exception {
    try (DataflowServer dataflow = DataflowServer.refusing()) {
      Syncs.Outcome outcome = run(args("--apiRootUrl=" + dataflow.url() + "/", "--runId=run-1"));
      assertEquals(outcome.err(), 1, outcome.code());
      assertThat(outcome.err(), startsWith("circlebeam: not_submitted: the runner did not take"));
      assertEquals(List.of("_runs/run-1.json"), GCS.names(bucket, "out"));
    }
  }

  private static void assertSteps(SubmittedJob job) throws Exception {
    assertEquals(Files.readAllLines(Path.of("src/test/resources/dataflow-steps.txt")), job.steps());
    assertUnique(job.steps());
    assertThat(job.steps().size(), lessThanOrEqualTo(MOST_STEPS));
  }

  private static void assertUnique(List<String> steps) {
    assertTrue("steps: " + steps, steps.size() > 20);
    assertEquals(steps.size(), new HashSet<>(steps).size());
    assertTrue(steps.stream().noneMatch(String::isEmpty));
  }

  private void assertRefused(String beginning, String flag) {
    List<String> args = args();
    args.removeIf(arg -> arg.startsWith(flag.replaceFirst("=.*", "=")));
    args.add(flag);
    Syncs.Outcome outcome = run(args);
    assertEquals(flag, 2, outcome.code());
    assertThat(outcome.err(), startsWith("circlebeam: " + beginning));
    assertEquals(outcome.err(), 1, outcome.err().lines().count());
    assertThat(outcome.err(), not(containsString(MARK)));
  }

  private static Syncs.Outcome run(List<String> args) {
    return Syncs.run(args.toArray(String[]::new));
  }

  private List<String> args(String... more) {
    Path jar = folder.getRoot().toPath().resolve("tiny.jar");
    try {
      Files.writeString(jar, "a jar");
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    List<String> args =
        new ArrayList<>(
            List.of(
                "sync",
                "--runner=DataflowRunner",
                "--project=test-project",
                "--region=europe-west1",
                "--tempLocation=gs://" + bucket + "/temp",
                "--gcsEndpoint=" + GCS.endpoint(),
                "--credentialFactoryClass="
                    + "org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory",
                "--filesToStage=" + jar,
                "--projects=gh/acme/web",
                "--output=gs://" + bucket + "/out",
                "--token=" + TOKEN));
    args.addAll(Arrays.asList(more));
    return args;
  }
}
