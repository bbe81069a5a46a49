package dev.circlebeam;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleFaults;
import dev.circlebeam.sample.SampleServer;
import dev.circlebeam.sample.SampleTrait;
import dev.circlebeam.sample.SecretMarks;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Syncs of the whole catalogue, as DuckDB reads them. */
public class EveryTableTest {
  private static final SampleConfig SMALL =
      SampleConfig.defaults().withProjects(3).withHistory(8, 10);

  /** Else usage would be asked for month by month, back to the oldest that is exported. */
  private static final String START = "--startDate=2026-06-01";

  private static final Catalog CATALOG = Catalog.builtIn();

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private Path output() {
    return folder.getRoot().toPath().resolve("out");
  }

  @Test
  public void givenAll_thenEveryTableHasRowsAndNoKeyTwice() throws Exception {
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.Outcome outcome =
          Syncs.syncByItsClock(server, output(), "--tables=all", START, "--maxErrors=0");

      assertEquals(outcome.err() + outcome.out(), 0, outcome.code());
      List<String> without = new ArrayList<>();
      for (Table table : CATALOG.tables()) {
        if (!Files.isDirectory(output().resolve(table.name()))) {
          without.add(table.name());
          continue;
        }
        assertThat(
            table.name(),
            DuckDb.number(output(), "select count(*) from {" + table.name() + "}"),
            greaterThan(0L));
        String key = String.join(", ", table.primaryKey());
        assertEquals(table.name(), 0, DuckDb.repeatedKeys(output(), table.name(), key));
      }
      assertThat(
          "steps of the projects that API v1.1 does not know",
          DuckDb.number(
              output(),
              "select count(*) from {job_steps} where project_slug like 'circleci/%'"
                  + " and status in ('success', 'failed') and index is not null"),
          greaterThan(0L));
      assertEquals(
          "every job that ran has steps",
          0,
          DuckDb.number(
              output(),
              "select count(*) from {job_details} where (project_id, number) not in"
                  + " (select (project_id, job_number) from {job_steps})"));
      assertThat(without, is(empty()));
    }
  }

  @Test
  public void givenAllAgain_thenRowsAreTheSame() throws Exception {
    // All is over long before the clock's time, so that nothing changes meanwhile.
    SampleConfig quiet = SMALL.withNow(Instant.parse("2026-06-30T12:00:00Z"));
    try (SampleServer server = SampleServer.start(quiet)) {
      Syncs.syncByItsClock(server, output(), "--tables=all", START);
      List<String> before = counts();

      Syncs.Outcome outcome = Syncs.syncByItsClock(server, output(), "--tables=all", START);

      assertEquals(outcome.err(), 0, outcome.code());
      List<String> changed = counts();
      changed.removeAll(before);
      assertThat(changed, is(empty()));
    }
  }

  private List<String> counts() throws Exception {
    List<String> counts = new ArrayList<>();
    for (Table table : CATALOG.tables()) {
      String sql =
          "select count(*), sum(hash(t)) from (select * exclude (_synced_at) from {"
              + table.name()
              + "}) t";
      counts.add(table.name() + "|" + DuckDb.query(output(), sql));
    }
    return counts;
  }

  @Test
  public void givenSecretsEverywhere_thenNoneIsWritten() throws Exception {
    SampleConfig leaking = SMALL.with(SampleTrait.LEAKING);
    try (SampleServer server = SampleServer.start(leaking)) {
      Syncs.Outcome outcome =
          Syncs.syncByItsClock(server, output(), "--tables=all", START, "--maxErrors=100%");

      assertEquals(outcome.err(), 0, outcome.code());
      assertThat(
          "items without a key are errors",
          DuckDb.number(output(), "select count(*) from {_errors} where kind = 'unusable_item'"),
          greaterThan(0L));
      StringBuilder all = new StringBuilder(outcome.out() + outcome.err());
      for (String table : tables()) {
        all.append(DuckDb.query(output(), "select to_json(t) from {" + table + "} t"));
      }
      assertThat(all.toString(), containsString("webhook"));
      for (String mark :
          List.of(SecretMarks.TAIL, SecretMarks.WEBHOOK, SecretMarks.KEY, SecretMarks.STEP)) {
        assertThat(all.toString(), not(containsString(mark)));
        assertThat(plainFiles(), not(containsString(mark)));
      }
    }
  }

  private List<String> tables() throws Exception {
    try (Stream<Path> folders = Files.list(output())) {
      return folders
          .filter(Files::isDirectory)
          .map(path -> path.getFileName().toString())
          .filter(name -> !name.equals("_runs"))
          .toList();
    }
  }

  private String plainFiles() throws Exception {
    try (Stream<Path> files = Files.walk(output())) {
      List<Path> json = files.filter(path -> path.toString().endsWith(".json")).toList();
      assertTrue(json.toString(), json.size() > 2);
      StringBuilder text = new StringBuilder();
      for (Path file : json) {
        text.append(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
      }
      return text.toString();
    }
  }

  @Test
  public void givenAPlanWithoutPolicies_thenOneErrorThatDoesNotCountAndOneLine() throws Exception {
    try (SampleServer server = SampleServer.start(SMALL.with(SampleTrait.WITHOUT_POLICIES))) {
      Syncs.Outcome outcome = Syncs.sync(server, output(), "--tables=org", "--maxErrors=0");

      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(
          List.of("policies: not found for", "policy_decisions: not found for"),
          outcome
              .out()
              .lines()
              .filter(line -> line.contains("not found for"))
              .map(line -> line.substring(0, line.lastIndexOf(' ')))
              .sorted()
              .collect(Collectors.toList()));
      assertEquals(
          2, DuckDb.number(output(), "select count(*) from {_errors} where kind = 'not_found'"));
      assertEquals(
          "a context has more variables than can be asked for",
          1,
          DuckDb.number(output(), "select count(*) from {_errors} where kind = 'list_truncated'"));
    }
  }

  @Test
  public void givenRefusedLater_thenRowsStay() throws Exception {
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.sync(server, output(), "--tables=contexts,context_restrictions");
    }
    long contexts = DuckDb.number(output(), "select count(*) from {contexts}");
    long restrictions = DuckDb.number(output(), "select count(*) from {context_restrictions}");
    assertTrue(contexts > 0);
    assertTrue(restrictions > 0);
    SampleConfig refusing = SMALL.withFaults(SampleFaults.parse("forbidden@/context"));
    try (SampleServer server = SampleServer.start(refusing)) {
      Syncs.Outcome outcome =
          Syncs.sync(
              server,
              Syncs.moved(output(), server),
              "--tables=contexts,context_restrictions",
              "--maxErrors=0");

      assertEquals(outcome.err(), 0, outcome.code());
      assertThat(outcome.out(), containsString("contexts: not permitted for "));
      assertEquals(contexts, DuckDb.number(output(), "select count(*) from {contexts}"));
      assertEquals(
          restrictions, DuckDb.number(output(), "select count(*) from {context_restrictions}"));
    }
  }

  @Test
  public void givenJobsReadAgain_thenUsersAreNotAskedForAgain() throws Exception {
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.sync(server, output(), "--tables=users");
      long users = DuckDb.number(output(), "select count(*) from {users}");
      long asked = server.stats().byRoute().get("user");
      long gone = asked - users;
      assertTrue(asked + " asked, " + users + " there", gone >= 0 && gone < users);
      server.resetStats();

      Syncs.Outcome outcome = Syncs.sync(server, output(), "--tables=users", "--overlap=P60D");

      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(users, DuckDb.number(output(), "select count(*) from {users}"));
      assertEquals(gone, (long) server.stats().byRoute().getOrDefault("user", 0L));
    }
  }

  @Test
  public void givenCore_thenNothingElseIsAskedFor() throws Exception {
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.Outcome outcome = Syncs.sync(server, output(), "--detectReruns=false");

      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(
          List.of("me", "pipeline-workflows", "project", "project-pipelines", "workflow-jobs"),
          server.stats().byRoute().keySet().stream().sorted().toList());
    }
  }
}
