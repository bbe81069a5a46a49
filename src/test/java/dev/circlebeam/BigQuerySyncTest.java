package dev.circlebeam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Whole syncs into BigQuery's emulator, compared with Parquet output of the same moments. */
public class BigQuerySyncTest {
  private static final SampleConfig SMALL =
      SampleConfig.defaults().withProjects(2).withHistory(20, 20);
  private static final List<String> TABLES = List.of("projects", "pipelines", "workflows", "jobs");
  private static final Pattern README_SQL = Pattern.compile("```SQL\n(.*?);\n```", Pattern.DOTALL);
  private static final ObjectMapper JSON = new ObjectMapper();

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private Path root;

  @Before
  public void root() {
    root = folder.getRoot().toPath();
  }

  @Test
  public void givenTheClockMoves_thenEveryTableEqualsParquetOfTheSameMoments() throws Exception {
    try (Emulators emulators = Emulators.start(root);
        SampleServer server = SampleServer.start(SMALL)) {
      emulators.createDataset("circleci");
      Path parquet = root.resolve("parquet");

      assertDone(Syncs.sync(server, parquet));
      assertDone(bigQuerySync(server, emulators));
      assertTablesEqual(parquet, emulators);
      long jobs = DuckDb.number(parquet, "select count(*) from {jobs}");

      server.advance(Duration.ofDays(3));
      assertDone(Syncs.sync(server, parquet));
      assertDone(bigQuerySync(server, emulators));
      assertTablesEqual(parquet, emulators);
      assertTrue(DuckDb.number(parquet, "select count(*) from {jobs}") > jobs);

      assertEquals(List.of(), staging(emulators));
      assertEquals(
          List.of(List.of("2", "2")),
          emulators.query("SELECT COUNT(*), COUNTIF(status = 'succeeded') FROM circleci._runs"));
      assertReadmesQueriesFindSomething(emulators);
    }
  }

  private static void assertReadmesQueriesFindSomething(Emulators emulators) throws Exception {
    Matcher matcher = README_SQL.matcher(Files.readString(Path.of("README.md")));
    int queries = 0;
    while (matcher.find()) {
      assertFalse(matcher.group(1), emulators.query(matcher.group(1)).isEmpty());
      queries++;
    }
    assertEquals(3, queries);
  }

  @Test
  public void givenATableThatComesLater_thenItsParentsAreTakenFromTheDataset() throws Exception {
    try (Emulators emulators = Emulators.start(root);
        SampleServer server = SampleServer.start(SMALL)) {
      emulators.createDataset("circleci");
      assertDone(bigQuerySync(server, emulators, "--tables=projects,pipelines,workflows"));
      server.resetStats();

      assertDone(bigQuerySync(server, emulators));

      Path parquet = root.resolve("parquet");
      long jobLists = server.stats().byRoute().get("workflow-jobs");
      long workflowLists = server.stats().byRoute().get("pipeline-workflows");
      assertTrue(workflowLists + " of " + jobLists, workflowLists < jobLists / 2);
      assertDone(Syncs.sync(server, parquet));
      assertTablesEqual(parquet, emulators);
    }
  }

  @Test
  public void givenRequestsThatFail_thenErrorsEqualParquets() throws Exception {
    try (Emulators emulators = Emulators.start(root)) {
      emulators.createDataset("circleci");
      Path parquet = root.resolve("parquet");
      String[] flags = {
        "--sample",
        "--maxErrors=1000",
        "--sampleProjects=1",
        "--samplePipelines=10",
        "--sampleFaults=item_without_id@workflow/.*/job:times=2"
      };
      Syncs.run(with(flags, "sync", "--output=" + parquet));
      List<String> args = new ArrayList<>(List.of("sync"));
      args.addAll(warehouse(emulators.flags()));
      Syncs.Outcome outcome = Syncs.run(with(flags, args.toArray(String[]::new)));
      assertDone(outcome);

      List<String> expected =
          DuckDb.query(
              parquet,
              "select \"table\", parent_ids, url, status, kind, message, attempts, body"
                  + " from {_errors} order by all");
      assertFalse(expected.isEmpty());
      List<String> found = new ArrayList<>();
      for (List<String> row :
          emulators.query(
              "SELECT `table`, TO_JSON_STRING(parent_ids), url, status, kind, message, attempts,"
                  + " body FROM circleci._errors ORDER BY 1, 2, 3, 4, 5, 6, 7, 8")) {
        found.add(String.join("|", row.stream().map(String::valueOf).toList()));
      }
      assertEquals(expected, found);
    }
  }

  @Test
  public void givenKilledBetweenLoadAndMerge_thenTheNextRunEndsInTheSameTables() throws Exception {
    killedThenComplete("MERGE", 0);
  }

  @Test
  public void givenKilledBetweenTwoMerges_thenTheNextRunEndsInTheSameTables() throws Exception {
    killedThenComplete("MERGE", 2);
  }

  /** Lets some statements pass, kills the run when the next one comes, and runs it again. */
  private void killedThenComplete(String statement, int pass) throws Exception {
    try (Emulators emulators = Emulators.start(root);
        SampleServer server = SampleServer.start(SMALL)) {
      emulators.createDataset("circleci");
      List<RecordingProxy.Request> passed = new ArrayList<>();
      try (RecordingProxy proxy =
          RecordingProxy.holding(
              emulators.bigQueryUrl(),
              request -> {
                synchronized (passed) {
                  if (!request.body().contains("\"" + statement + " ")) {
                    return false;
                  }
                  passed.add(request);
                  return passed.size() > pass;
                }
              })) {
        Process process =
            Syncs.process(
                args(server, Emulators.flags(proxy.url(), emulators.storageUrl())),
                folder.newFile().toPath());
        try {
          proxy.awaitHeld(process);
        } finally {
          process.destroyForcibly();
        }
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        assertStagingExpires(proxy, 1);
      }
      assertFalse(staging(emulators).isEmpty());

      assertDone(bigQuerySync(server, emulators));
      Path parquet = root.resolve("parquet");
      assertDone(Syncs.sync(server, parquet));
      assertTablesEqual(parquet, emulators);
    }
  }

  /** The emulator forgets when a table expires: what was asked of it must do. */
  private static void assertStagingExpires(RecordingProxy proxy, int least) throws Exception {
    int made = 0;
    for (RecordingProxy.Request request : proxy.requests()) {
      if (request.method().equals("POST") && request.path().contains("/tables")) {
        JsonNode table = JSON.readTree(request.body());
        if (table.path("tableReference").path("tableId").asText().startsWith("_staging_")) {
          long life = table.path("expirationTime").asLong() - System.currentTimeMillis();
          assertTrue(request.body(), life > 0 && life <= Duration.ofDays(1).toMillis());
          made++;
        }
      }
    }
    assertTrue("made " + made, made >= least);
  }

  private static List<String> staging(Emulators emulators) throws Exception {
    return emulators.tables("circleci").stream().filter(t -> t.startsWith("_staging")).toList();
  }

  /** Row for row; a null list is an empty one in BigQuery, and the moment of writing differs. */
  private static void assertTablesEqual(Path parquet, Emulators emulators) throws Exception {
    for (String table : TABLES) {
      List<JsonNode> expected = new ArrayList<>();
      for (String row :
          DuckDb.query(
              parquet,
              "select to_json(t) from (select * exclude (_synced_at"
                  + (table.equals("projects") ? "" : ", dt")
                  + ") from {"
                  + table
                  + "}) t")) {
        expected.add(TableRows.canonical(table, JSON.readTree(row)));
      }
      List<JsonNode> found = new ArrayList<>();
      for (List<String> row :
          emulators.query("SELECT TO_JSON_STRING(t) FROM circleci." + table + " AS t")) {
        JsonNode json = JSON.readTree(row.get(0));
        ((com.fasterxml.jackson.databind.node.ObjectNode) json).remove("_synced_at");
        found.add(TableRows.canonical(table, json));
      }
      assertFalse(table, expected.isEmpty());
      assertEquals(table, sorted(expected), sorted(found));
    }
  }

  private static String sorted(List<JsonNode> rows) {
    return String.join("\n", rows.stream().map(JsonNode::toString).sorted().toList());
  }

  private Syncs.Outcome bigQuerySync(SampleServer server, Emulators emulators, String... more)
      throws Exception {
    List<String> args = args(server, emulators.flags());
    args.addAll(Arrays.asList(more));
    return Syncs.run(args.toArray(String[]::new));
  }

  private List<String> args(SampleServer server, List<String> flags) throws Exception {
    List<String> args = Syncs.args(server, Path.of("unused"), flags.toArray(String[]::new));
    args.removeIf(arg -> arg.startsWith("--output="));
    args.addAll(warehouse(List.of()));
    return args;
  }

  private List<String> warehouse(List<String> flags) {
    List<String> args = new ArrayList<>(flags);
    args.add("--output=bigquery://" + Emulators.PROJECT + "/circleci");
    args.add("--state=" + root.resolve("state.json"));
    return args;
  }

  private static String[] with(String[] flags, String... args) {
    return Stream.concat(Arrays.stream(args), Arrays.stream(flags)).toArray(String[]::new);
  }

  private static void assertDone(Syncs.Outcome outcome) {
    assertEquals(outcome.err(), 0, outcome.code());
  }
}
