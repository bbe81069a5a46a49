package dev.circlebeam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.report.RunReport;
import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleConfig.LimitForm;
import dev.circlebeam.sample.SampleServer;
import dev.circlebeam.sample.SampleStats;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The same syncs on Flink, inside a process and on a cluster with two task managers. */
public class FlinkTest {
  private static final int LIMIT = 40;
  private static final long PATIENCE_SECONDS = 180;

  @ClassRule public static final TemporaryFolder SHARED = new TemporaryFolder();

  private static FlinkCluster cluster;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @BeforeClass
  public static void start() throws Exception {
    FlinkCluster.assumeThere();
    cluster = FlinkCluster.start(SHARED.getRoot().toPath());
  }

  @AfterClass
  public static void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  public void givenTheSameSync_thenEqualTablesAndRequestsOnEveryRunner() throws Exception {
    SampleConfig config = SampleConfig.defaults().withProjects(3).withHistory(15, 6);
    try (SampleServer server = SampleServer.start(config)) {
      List<String> direct = requests(server, "direct", "--runner=DirectRunner");
      assertFalse(direct.isEmpty());
      assertEquals(direct, requests(server, "local", onFlink("[local]")));
      assertEquals(direct, requests(server, "cluster", onFlink(cluster.address())));
    }
    assertEqualTables("local");
    assertEqualTables("cluster");
    assertEquals(state("direct"), state("local"));
    assertEquals(state("direct"), state("cluster"));
  }

  @Test
  public void givenALimitAndTwoTaskManagers_thenTheJobStaysUnderItAndUsesIt() throws Exception {
    SampleConfig config =
        SampleConfig.defaults()
            .withProjects(4)
            .withHistory(45, 10)
            .withLimit(LIMIT, LimitForm.FIXED_WINDOW);
    try (SampleServer server = SampleServer.start(config)) {
      sync(server, "one", onFlink(cluster.address(), "--requestsPerSecond=" + LIMIT));
      SampleStats one = assertUnderTheLimit(server);
      double used = one.requests() / (one.firstToLast().toMillis() / 1000.0) / LIMIT;
      assertTrue("used " + used, used >= 0.85);
    }
  }

  @Test
  public void givenMoreShards_thenTheJobStaysUnderTheLimit() throws Exception {
    SampleConfig config =
        SampleConfig.defaults()
            .withProjects(4)
            .withHistory(15, 10)
            .withLimit(LIMIT, LimitForm.FIXED_WINDOW);
    try (SampleServer server = SampleServer.start(config)) {
      sync(
          server,
          "four",
          onFlink(cluster.address(), "--requestsPerSecond=" + LIMIT, "--fetchShards=4"));
      assertUnderTheLimit(server);
    }
  }

  @Test
  public void givenATaskManagerKilledInTheMiddle_thenTheJobEndsWithEqualTables() throws Exception {
    SampleConfig config =
        SampleConfig.defaults()
            .withProjects(3)
            .withHistory(15, 6)
            .withLimit(LIMIT, LimitForm.FIXED_WINDOW);
    try (SampleServer server = SampleServer.start(config);
        FlinkCluster other = FlinkCluster.start(folder.newFolder().toPath())) {
      Path said = folder.newFile().toPath();
      Process run =
          flink(
              Syncs.args(
                  server,
                  output("killed"),
                  onFlink(
                      other.address(),
                      "--requestsPerSecond=" + LIMIT,
                      "--executionRetryDelay=1000")),
              said);
      while (server.stats().requests() < LIMIT && run.isAlive()) {
        Thread.onSpinWait();
      }
      Optional<String> fetching = other.runs("dev.circlebeam.fetch");
      other.kill(fetching.orElseThrow());
      long before = server.stats().requests();

      assertTrue(run.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));

      assertEquals(Files.readString(said), 0, run.exitValue());
      assertUnderTheLimit(server);
      RunReport report = Syncs.report(output("killed"));
      assertEquals("succeeded", report.status());
      assertTrue("begun anew", server.stats().requests() > before + report.requests().sent() / 2);
    }
    try (SampleServer server = SampleServer.start(config.withLimit(0, LimitForm.FIXED_WINDOW))) {
      Syncs.sync(server, output("direct"));
    }
    assertEqualTables("killed");
  }

  private static String[] onFlink(String master, String... more) {
    List<String> flags =
        new ArrayList<>(
            List.of("--runner=FlinkRunner", "--flinkMaster=" + master, "--parallelism=2"));
    flags.addAll(Arrays.asList(more));
    return flags.toArray(String[]::new);
  }

  /** Syncs to an output; returns what was asked, sorted. */
  private List<String> requests(SampleServer server, String name, String... flags)
      throws Exception {
    try (RecordingProxy proxy = RecordingProxy.start(server.url())) {
      List<String> args =
          Syncs.args(server, output(name), flags).stream()
              .map(arg -> arg.replace(server.url(), proxy.url()))
              .toList();
      run(args);
      return proxy.requests().stream().map(RecordingProxy.Request::path).sorted().toList();
    }
  }

  private void sync(SampleServer server, String name, String... flags) throws Exception {
    run(Syncs.args(server, output(name), flags));
  }

  private void run(List<String> args) throws Exception {
    Path said = folder.newFile().toPath();
    Process process = flink(args, said);
    assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
    assertEquals(Files.readString(said), 0, process.exitValue());
  }

  private static Process flink(List<String> args, Path said) throws Exception {
    return Syncs.process(List.of("-jar", FlinkCluster.JAR.toString()), args, said);
  }

  private static SampleStats assertUnderTheLimit(SampleServer server) {
    SampleStats stats = server.stats();
    assertEquals(stats.perSecond().toString(), 0, stats.tooMany());
    assertTrue(stats.perSecond().toString(), stats.perSecond().stream().allMatch(n -> n <= LIMIT));
    return stats;
  }

  private void assertEqualTables(String name) throws Exception {
    for (String table : List.of("projects", "pipelines", "workflows", "jobs")) {
      String all = "select * exclude (_synced_at) from {" + table + "} order by all";
      List<String> rows = DuckDb.query(output("direct"), all);
      assertFalse(rows.isEmpty());
      assertEquals(table, rows, DuckDb.query(output(name), all));
    }
  }

  /** What a sync remembers of projects, but when it looked. */
  private String state(String name) throws Exception {
    String state = Files.readString(output(name).resolve("_state.json"));
    return state
        .substring(state.indexOf("\"projects\""))
        .replaceAll("\"(since|last_read|searched_at)\" : \"[^\"]*\"", "");
  }

  private Path output(String name) {
    return folder.getRoot().toPath().resolve(name);
  }
}
