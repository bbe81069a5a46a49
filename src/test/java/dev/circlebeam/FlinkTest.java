package dev.circlebeam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Sets;
import dev.circlebeam.report.RunReport;
import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleConfig.LimitForm;
import dev.circlebeam.sample.SampleServer;
import dev.circlebeam.sample.SampleStats;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
  private static final SampleConfig CONFIG =
      SampleConfig.defaults().withProjects(4).withHistory(25, 6);
  private static final SampleConfig LIMITED = CONFIG.withLimit(LIMIT, LimitForm.FIXED_WINDOW);

  /** A busy machine delays requests by more than the 2 % that are left free of a limit. */
  private static final int BELOW = LIMIT - 2;

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
  public void givenTheSameSync_thenEqualTablesAndRequestsOnEveryRunnerUnderTheLimit()
      throws Exception {
    Set<String> direct;
    try (SampleServer server = SampleServer.start(CONFIG);
        RecordingProxy proxy = RecordingProxy.start(server.url())) {
      List<String> args = through(proxy, Syncs.args(server, output("direct")), server);
      assertEquals(0, Syncs.run(args.toArray(String[]::new)).code());
      direct = asked(proxy);
      assertFalse(direct.isEmpty());
    }
    try (SampleServer server = SampleServer.start(CONFIG);
        RecordingProxy proxy = RecordingProxy.start(server.url())) {
      run(through(proxy, Syncs.args(server, output("local"), onFlink("[local]")), server));
      assertSameRequests(direct, asked(proxy));
    }
    try (SampleServer server = SampleServer.start(LIMITED);
        RecordingProxy proxy = RecordingProxy.start(server.url())) {
      String[] flags = onFlink(cluster.address(), "--requestsPerSecond=" + BELOW);
      run(through(proxy, Syncs.args(server, output("cluster"), flags), server));
      SampleStats stats = assertUnderTheLimit(server);
      assertSameRequests(direct, asked(proxy));
      assertEquals(Map.of(), stats.answeredTwice());
      assertTrue(stats.perSecond().toString(), median(stats.perSecond()) >= 0.85 * LIMIT);
    }
    assertEqualTables("local");
    assertEqualTables("cluster");
    assertEquals(state("direct"), state("local"));
    assertEquals(state("direct"), state("cluster"));
  }

  @Test
  public void givenMoreShards_thenTheJobStaysUnderTheLimit_andReadsTablesOfOnesOwn()
      throws Exception {
    Path catalog =
        OwnTables.write(folder.newFolder("tables").toPath(), List.of(OwnTables.LEAN_JOBS));
    try (SampleServer server = SampleServer.start(LIMITED)) {
      String[] flags =
          onFlink(
              cluster.address(),
              "--requestsPerSecond=" + BELOW,
              "--fetchShards=4",
              "--catalog=" + catalog,
              "--tables=jobs,lean_jobs");
      Path said = folder.newFile().toPath();
      Process run = flink(Syncs.args(server, output("four"), flags), said);
      while (server.stats().requests() == 0 && run.isAlive()) {
        Thread.onSpinWait();
      }
      // The job is on its way, and its workers need no file.
      Files.delete(catalog.resolve("lean_jobs.avsc"));

      assertTrue(run.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));

      assertEquals(Files.readString(said), 0, run.exitValue());
      assertUnderTheLimit(server);
    }
    String keys = "select workflow_id, id, status from {%s} order by all";
    List<String> jobs = DuckDb.query(output("four"), String.format(keys, "jobs"));
    assertFalse(jobs.isEmpty());
    assertEquals(jobs, DuckDb.query(output("four"), String.format(keys, "lean_jobs")));
  }

  @Test
  public void givenATaskManagerKilledInTheMiddle_thenTheJobEndsWithEqualTables() throws Exception {
    try (SampleServer server = SampleServer.start(LIMITED);
        FlinkCluster other = FlinkCluster.start(folder.newFolder().toPath())) {
      Path said = folder.newFile().toPath();
      Process run =
          flink(
              Syncs.args(
                  server,
                  output("killed"),
                  onFlink(other.address(), "--requestsPerSecond=" + BELOW)),
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
    try (SampleServer server = SampleServer.start(CONFIG)) {
      assertEquals(0, Syncs.sync(server, output("direct")).code());
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

  /** The same arguments, for a server behind a proxy. */
  private static List<String> through(
      RecordingProxy proxy, List<String> args, SampleServer server) {
    return args.stream().map(arg -> arg.replace(server.url(), proxy.url())).toList();
  }

  private static Set<String> asked(RecordingProxy proxy) {
    return proxy.requests().stream()
        .map(RecordingProxy.Request::path)
        .collect(ImmutableSortedSet.toImmutableSortedSet(Comparator.naturalOrder()));
  }

  /** Says only what differs. A request that is lost and sent again is one. */
  private static void assertSameRequests(Set<String> expected, Set<String> asked) {
    assertEquals("not asked for", Set.of(), Sets.difference(expected, asked));
    assertEquals("asked for besides", Set.of(), Sets.difference(asked, expected));
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

  /** Of the seconds in which anything was asked: two steps ask, with a job's ends around them. */
  private static int median(List<Integer> perSecond) {
    List<Integer> sorted = perSecond.stream().filter(n -> n > 0).sorted().toList();
    return sorted.get(sorted.size() / 2);
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
