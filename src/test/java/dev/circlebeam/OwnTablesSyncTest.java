package dev.circlebeam;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.not;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;

import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleFaults;
import dev.circlebeam.sample.SampleServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Tables that a user declares are synced as the built-in ones are. */
public class OwnTablesSyncTest {
  private static final SampleConfig SMALL =
      SampleConfig.defaults().withProjects(2).withHistory(5, 10);

  /** All of it is over long before the time that the clock shows. */
  private static final SampleConfig QUIET = SMALL.withNow(Instant.parse("2026-06-30T12:00:00Z"));

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private Path output() {
    return folder.getRoot().toPath().resolve("out");
  }

  private Path catalog(List<String> declarations) throws Exception {
    return OwnTables.write(folder.getRoot().toPath().resolve("tables"), declarations);
  }

  private long number(String sql) throws Exception {
    return DuckDb.number(output(), sql);
  }

  @Test
  public void givenTheDocumentedExamples_thenTheyAreSynced_andAgainTheSame() throws Exception {
    String flag = "--catalog=" + catalog(OwnTables.documented());
    String tables = "--tables=core,workflow_trends,job_machines,job_details,insights_workflows";
    try (SampleServer server = SampleServer.start(QUIET)) {
      Syncs.Outcome outcome = Syncs.sync(server, output(), flag, tables, "--maxErrors=0");

      assertEquals(outcome.err(), 0, outcome.code());
      assertThat(outcome.out(), containsString("workflow_trends: one request for each project"));
      assertThat(outcome.out(), containsString("job_machines: one request for each row of jobs"));
      String machines =
          "select count(*) from {job_machines} m join {job_details} d on m.project_id = d.project_id"
              + " and m.job_number = d.number where m.executor.resource_class is not distinct from d.executor.resource_class"
              + " and m.dt = d.dt";
      long details = number("select count(*) from {job_details}");
      assertThat(details, greaterThan(20L));
      assertEquals(details, number("select count(*) from {job_machines}"));
      assertEquals("both read the same addresses", details, number(machines));
      assertThat(
          number("select count(*) from {job_machines} where executor.type is not null"),
          greaterThan(20L));
      assertEquals(0, DuckDb.repeatedKeys(output(), "job_machines", "project_id, job_number"));

      assertThat(number("select count(*) from {workflow_trends}"), greaterThan(2L));
      assertEquals(2, number("select count(distinct project_id) from {workflow_trends}"));
      assertEquals(
          "each workflow of a project has a trend",
          0,
          number(
              "select count(*) from {insights_workflows} w anti join {workflow_trends} t"
                  + " on w.project_id = t.project_id and w.name = t.workflow_name"
                  + " and t.metrics.total_runs > 0 and t.trends.total_runs is not null"));
      assertEquals(
          0, DuckDb.repeatedKeys(output(), "workflow_trends", "project_id, workflow_name"));
      assertThat(
          "what no column takes",
          number("select count(*) from {workflow_trends} where _extra like '%total_credits_used%'"),
          greaterThan(2L));
      List<String> before = DuckDb.query(output(), ROWS);
      server.resetStats();

      assertEquals(0, Syncs.sync(server, output(), flag, tables, "--maxErrors=0").code());

      assertEquals(before, DuckDb.query(output(), ROWS));
    }
  }

  private static final String ROWS =
      "select to_json(t) from (select * exclude (_synced_at)"
          + " from {workflow_trends}) t union all select to_json(m) from (select * exclude"
          + " (_synced_at) from {job_machines}) m order by all";

  @Test
  public void givenFullRefresh_thenWhatTheServerDoesNotListAnyMoreGoes() throws Exception {
    String flag = "--catalog=" + catalog(OwnTables.documented());
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.sync(server, output(), flag, "--tables=workflow_trends");
    }
    long before = number("select count(*) from {workflow_trends}");
    // Another history: names of workflows that were there are not.
    try (SampleServer server = SampleServer.start(SMALL.withHistory(1, 1))) {
      Syncs.Outcome outcome =
          Syncs.sync(server, Syncs.moved(output(), server), flag, "--tables=workflow_trends");

      assertEquals(outcome.err(), 0, outcome.code());
    }
    assertThat(before, greaterThan(number("select count(*) from {workflow_trends}")));
  }

  @Test
  public void givenAll_thenTheyAreInIt_andNotInCore() throws Exception {
    String flag = "--catalog=" + catalog(List.of(OwnTables.LEAN_JOBS));
    try (SampleServer server = SampleServer.start(SMALL.withHistory(2, 3))) {
      Syncs.Outcome outcome = Syncs.sync(server, output(), flag);
      assertEquals(outcome.err(), 0, outcome.code());
      assertFalse(Files.exists(output().resolve("lean_jobs")));

      outcome = Syncs.sync(server, output(), flag, "--tables=all", "--maxErrors=100%");

      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(
          number("select count(*) from {jobs}"), number("select count(*) from {lean_jobs}"));
      assertThat(number("select count(*) from {lean_jobs}"), greaterThan(5L));
    }
  }

  @Test
  public void givenRunsWithoutTheCatalogue_thenTheyGoOn_andLaterTheTableDoes() throws Exception {
    Path catalog = catalog(OwnTables.documented());
    OwnTables.write(catalog, List.of(OwnTables.LEAN_JOBS));
    String flag = "--catalog=" + catalog;
    String[] own = {flag, "--tables=core,lean,workflow_trends,job_machines", "--maxErrors=100%"};
    String faults = "forbidden@/insights/pages,forbidden@/job/[0-9]+$:times=3";
    try (SampleServer server = SampleServer.start(QUIET.withFaults(SampleFaults.parse(faults)))) {
      Syncs.Outcome outcome = Syncs.sync(server, output(), with(own, "--startDate=2026-06-26"));
      assertEquals(outcome.err(), 0, outcome.code());
    }
    String state = Files.readString(output().resolve("_state.json"));
    assertThat("what failed", state, containsString("\"workflow_trends\""));
    assertThat("what is to be tried again", state, containsString("\"failed:job_machines\""));
    assertThat("what is complete", state, containsString("\"lean_jobs\""));
    long jobs = number("select count(*) from {lean_jobs}");
    try (SampleServer server = SampleServer.start(QUIET)) {
      Path output = Syncs.moved(output(), server);

      Syncs.Outcome without = Syncs.sync(server, output, "--maxErrors=0");

      assertEquals(without.err(), 0, without.code());
      assertEquals("rows stay", jobs, number("select count(*) from {lean_jobs}"));
      assertThat(number("select count(*) from {jobs}"), greaterThan(jobs));
      Syncs.Outcome shown = Syncs.run("state", "--output=" + output);
      assertEquals(0, shown.code());
      assertThat(shown.out(), containsString("lean_jobs"));
      assertThat(shown.out(), containsString("unread:job_machines"));
      Syncs.Outcome unknown = Syncs.sync(server, output, "--tables=lean_jobs");
      assertEquals(2, unknown.code());
      assertThat(unknown.err(), containsString("there is no table 'lean_jobs'"));

      Syncs.Outcome again = Syncs.sync(server, output, own);

      assertEquals(again.err(), 0, again.code());
      assertEquals(
          number("select count(*) from {jobs}"), number("select count(*) from {lean_jobs}"));
      assertEquals(0, DuckDb.repeatedKeys(output, "lean_jobs", "workflow_id, id"));
      assertEquals(
          number(
              "select count(distinct (project_id, job_number)) from {jobs} where job_number is not"
                  + " null and status not in ('not_run', 'unauthorized')"),
          number("select count(*) from {job_machines}"));
      assertThat(number("select count(*) from {workflow_trends}"), greaterThan(2L));
      assertThat(
          Files.readString(output.resolve("_state.json")),
          not(containsString("\"workflow_trends\"")));
    }
  }

  private static String[] with(String[] flags, String one) {
    return Stream.concat(Arrays.stream(flags), Stream.of(one)).toArray(String[]::new);
  }
}
