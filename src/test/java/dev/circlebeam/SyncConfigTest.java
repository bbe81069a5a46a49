package dev.circlebeam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.circleci.Pace;
import dev.circlebeam.report.MaxErrors;
import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleServer;
import dev.circlebeam.storage.GcsAccess;
import dev.circlebeam.storage.GcsFolder;
import dev.circlebeam.storage.LocalFolder;
import dev.circlebeam.storage.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.Test;

public class SyncConfigTest {
  private static final Instant START = Instant.parse("2026-06-30T12:00:00Z");

  @Test
  public void givenTheLeast_thenTheDefaults() {
    SyncConfig config = config();
    assertEquals(List.of("gh/acme/web"), config.projects());
    assertEquals(new LocalFolder("/data/out"), config.folder());
    assertEquals(new Place(new LocalFolder("/data/out"), "_state.json"), config.state().place());
    assertEquals("https://circleci.com", config.state().circleciUrl());
    assertEquals("/data/out", config.state().output());
    assertEquals(new MaxErrors(1, true), config.maxErrors());
    assertEquals(Duration.ofHours(6), config.planner().rereadFrom().overlap());
    assertEquals(Duration.ofDays(91), config.planner().unfinished().maxAge());
    assertNull(config.planner().startDate());
    assertFalse(config.planner().fullRefresh());
    assertEquals(Set.of("pipelines", "workflows", "jobs"), Set.copyOf(config.planner().tables()));
    assertEquals(
        Set.of("projects", "pipelines", "workflows", "jobs"), Set.copyOf(config.fetch().written()));
    assertEquals(Pace.adaptive(50), config.fetch().api().pace());
    assertEquals(1, config.fetch().api().shards());
    assertEquals(32, config.fetch().api().maxConcurrentRequests());
    assertEquals(32, config.fetch().api().connection().maxConnections());
    assertEquals("env:CIRCLECI_TOKEN", config.fetch().api().connection().token().toString());
    assertNull(config.fetch().branch());
    assertEquals(START, config.run().startedAt());
    assertEquals(config.runId(), config.fetch().runId());
  }

  @Test
  public void givenEveryFlag_thenItCounts() {
    SyncConfig config =
        config(
            "--tables=jobs",
            "--branch=main",
            "--excludeColumns=jobs.name",
            "--startDate=2026-01-01",
            "--overlap=P1D",
            "--unfinishedMaxAge=P7D",
            "--fullRefresh",
            "--state=/data/state.json",
            "--circleciUrl=https://ci.acme.example/api/v2",
            "--token=file:/run/token",
            "--caFile=/etc/ca.pem",
            "--requestsPerSecond=7.5",
            "--maxConcurrentRequests=5",
            "--fetchShards=3",
            "--maxErrors=10",
            "--runId=mine");
    assertEquals(new TreeSet<>(Set.of("jobs")), config.fetch().written());
    assertEquals(
        Set.of("projects", "pipelines", "workflows", "jobs"), Set.copyOf(config.fetch().read()));
    assertEquals("main", config.fetch().branch());
    assertEquals(Set.of("jobs"), config.fetch().excluded().keySet());
    assertEquals(Instant.parse("2026-01-01T00:00:00Z"), config.planner().startDate());
    assertEquals(Duration.ofDays(1), config.planner().rereadFrom().overlap());
    assertEquals(Duration.ofDays(7), config.planner().unfinished().maxAge());
    assertTrue(config.planner().fullRefresh());
    assertEquals("/data/state.json", config.state().place().address());
    assertEquals("https://ci.acme.example", config.state().circleciUrl());
    assertEquals("file:/run/token", config.fetch().api().connection().token().toString());
    assertEquals("/etc/ca.pem", config.fetch().api().connection().caFile());
    assertEquals(7.5, config.fetch().api().pace().perSecond(), 0);
    assertEquals(5, config.fetch().api().maxConcurrentRequests());
    assertEquals(5, config.fetch().api().connection().maxConnections());
    assertEquals(3, config.fetch().api().shards());
    assertEquals(new MaxErrors(10, false), config.maxErrors());
    assertEquals("mine", config.runId());
  }

  @Test
  public void givenBlankValues_thenAsIfNotGiven() {
    SyncConfig config =
        config("--branch=", "--caFile=", "--runId=", "--startDate=", "--requestsPerSecond=");
    assertNull(config.fetch().branch());
    assertNull(config.fetch().api().connection().caFile());
    assertNull(config.planner().startDate());
    assertEquals(Pace.adaptive(50), config.fetch().api().pace());
  }

  @Test
  public void givenBlankState_thenItIsNotTheFolderWeAreIn() {
    try {
      assertEquals("/data/out/_state.json", config("--state=").state().place().address());
    } catch (UsageException e) {
      assertTrue(e.getMessage(), e.getMessage().startsWith("--state"));
    }
  }

  @Test
  public void givenStateBelowTheOutput_thenThatFile() {
    assertEquals(
        "/data/out/_other.json", config("--state=<output>/_other.json").state().place().address());
  }

  @Test
  public void givenSampleServer_thenNoTokenIsNeededAndTheStateOutlivesItsPort() {
    try (SampleServer sample = SampleServer.start(SampleConfig.defaults())) {
      SyncConfig config =
          SyncConfig.of(
              CommandLine.parse(
                  List.of("--projects=gh/acme/web", "--output=/data/out", "--sample")),
              START,
              sample);
      assertEquals(sample.url(), config.fetch().api().connection().url().origin());
      assertFalse(config.state().circleciUrl().contains("127.0.0.1"));
      assertNotEquals("env:CIRCLECI_TOKEN", config.fetch().api().connection().token().toString());
      assertEquals(Pace.fixed(1000, 1), config.fetch().api().pace());
    }
  }

  @Test
  public void givenShardsWithoutALimit_thenRefused() {
    String message = refused("--fetchShards=2");
    assertTrue(message, message.startsWith("--fetchShards=2"));
    assertTrue(message, message.contains("--requestsPerSecond"));
    assertEquals(1, config("--fetchShards=1").fetch().api().shards());
  }

  @Test
  public void givenWrongValues_thenTheFlagIsNamed() {
    String[] args = {
      "--maxErrors=few",
      "--maxErrors=-1",
      "--maxErrors=1%%",
      "--maxErrors=",
      "--overlap=6h",
      "--unfinishedMaxAge=x",
      "--startDate=x",
      "--requestsPerSecond=0",
      "--requestsPerSecond=x",
      "--maxRequestsPerSecond=0",
      "--maxRequestsPerSecond=x",
      "--maxConcurrentRequests=0",
      "--fetchShards=0",
      "--runId=a/b",
      "--tables=job",
      "--tables=",
      "--excludeColumns=jobs",
      "--state=gs://b/x",
      "--circleciUrl=circleci.com",
      "--circleciUrl=http://circleci.com",
      "--token=abc",
      "--token=",
      "--token=secret:x",
    };
    for (String arg : args) {
      String flag = arg.substring(0, arg.indexOf('='));
      String message = refused(arg);
      assertTrue(arg + ": " + message, message.startsWith(flag));
      assertEquals(1, message.lines().count());
    }
  }

  @Test
  public void givenNoOutput_thenRefused() {
    for (List<String> args :
        List.of(List.of("--projects=gh/a/b"), List.of("--projects=gh/a/b", "--output= "))) {
      UsageException refused =
          assertThrows(
              UsageException.class, () -> SyncConfig.of(CommandLine.parse(args), START, null));
      assertTrue(refused.getMessage(), refused.getMessage().startsWith("--output is missing"));
    }
  }

  @Test
  public void givenOutputInABucket_thenTheStateIsThereToo() {
    GcsFolder folder =
        new GcsFolder(new GcsAccess("http://127.0.0.1:1/storage/v1/"), "bucket", "x");
    SyncConfig config = bucket("--output=gs://bucket/x/");
    assertEquals(folder, config.folder());
    assertEquals(new Place(folder, "_state.json"), config.state().place());
    assertEquals("gs://bucket/x", config.state().output());
    assertEquals(
        "gs://bucket/x/other.json",
        bucket("--output=gs://bucket/x", "--state=<output>/other.json").state().place().address());
    assertEquals(
        "gs://states/web.json",
        bucket("--output=/data/out", "--state=gs://states/web.json").state().place().address());
  }

  @Test
  public void givenOutputInABucketThatCannotBe_thenRefusedWithTheFlag() {
    for (String wrong :
        new String[] {
          "--output=gs://",
          "--output=gs://B/x",
          "--output=gs://bucket//x",
          "--state=gs://bucket",
          "--state=gs://bucket/",
          "--state=/data/state.json"
        }) {
      String output = wrong.startsWith("--state") ? "--output=gs://bucket/x" : "--runId=x";
      UsageException refused =
          assertThrows(wrong, UsageException.class, () -> bucket(output, wrong));
      assertTrue(refused.getMessage(), refused.getMessage().startsWith(wrong));
    }
  }

  private static SyncConfig bucket(String... flags) {
    List<String> args = new ArrayList<>(List.of(flags));
    args.add("--projects=gh/a/b");
    args.add("--gcsEndpoint=http://127.0.0.1:1/storage/v1/");
    return SyncConfig.of(CommandLine.parse(args), START, null);
  }

  @Test
  public void givenInsecureHttpThatIsMeant_thenAllowed() {
    assertEquals(
        "http://ci.lan",
        config("--circleciUrl=http://ci.lan", "--allowInsecureHttp").state().circleciUrl());
  }

  private static String refused(String... args) {
    return assertThrows(Arrays.toString(args), UsageException.class, () -> config(args))
        .getMessage();
  }

  private static SyncConfig config(String... more) {
    List<String> args = new ArrayList<>(List.of("--projects=gh/acme/web", "--output=/data/out"));
    args.addAll(Arrays.asList(more));
    return SyncConfig.of(CommandLine.parse(args), START, null);
  }
}
