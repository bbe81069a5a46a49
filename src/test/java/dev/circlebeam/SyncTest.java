package dev.circlebeam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.circlebeam.report.RunReport;
import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleOrganization;
import dev.circlebeam.sample.SampleServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** What a sync leaves behind, as DuckDB reads it. */
public class SyncTest {
  private static final SampleConfig SMALL =
      SampleConfig.defaults().withProjects(3).withHistory(30, 20);

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void givenAnOrganization_thenTheTablesHoldAllOfItOnce() throws Exception {
    Path output = output();
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.Outcome outcome = Syncs.sync(server, output);

      assertEquals(outcome.err(), 0, outcome.code());
      assertTablesEqual(server, output);
      assertEquals(0, server.stats().answeredTwice().size());
    }
  }

  @Test
  public void givenSampleFlag_thenNeitherTokenNorProjectsAreNeeded() throws Exception {
    Path output = output();
    Syncs.Outcome outcome = Syncs.run("sync", "--sample", "--output=" + output);

    assertEquals(outcome.err(), 0, outcome.code());
    assertEquals(160, DuckDb.number(output, "select count(*) from {pipelines}"));
    assertTrue(outcome.out(), outcome.out().contains("pipelines                             160"));
  }

  @Test
  public void givenNothingNew_thenOnlyTheOverlapIsReadAndOnlySyncedAtChanges() throws Exception {
    Path output = output();
    // All is over long before the clock's time, so that nothing is unfinished.
    SampleConfig quiet = SMALL.withNow(Instant.parse("2026-06-30T12:00:00Z"));
    try (SampleServer server = SampleServer.start(quiet)) {
      Syncs.sync(server, output);
      String all = "select * exclude (_synced_at) from {%s} order by all";
      List<String> before = DuckDb.query(output, String.format(all, "jobs"));
      server.resetStats();

      Syncs.Outcome outcome = Syncs.sync(server, output, "--unfinishedMaxAge=PT0S");

      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(before, DuckDb.query(output, String.format(all, "jobs")));
      assertTablesEqual(server, output);
      long inOverlap =
          DuckDb.number(
              output,
              "select count(*) from {pipelines} p join (select project_id, max(created_at) m"
                  + " from {pipelines} group by all) using (project_id)"
                  + " where created_at >= m - interval 6 hours");
      assertTrue(inOverlap > 0);
      assertEquals(3L, (long) server.stats().byRoute().get("project"));
      assertEquals(3L, (long) server.stats().byRoute().get("project-pipelines"));
      assertEquals(inOverlap, (long) server.stats().byRoute().get("pipeline-workflows"));
    }
  }

  @Test
  public void givenTheClockMoves_thenNewAndUnfinishedPipelinesAreReadAgain() throws Exception {
    Path output = output();
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.sync(server, output);
      long before = DuckDb.number(output, "select count(*) from {pipelines}");
      String running =
          "select count(*) from {workflows} where status in ('running', 'failing', 'on_hold')";
      long runningBefore = DuckDb.number(output, running);
      assertTrue(runningBefore > 0);

      // An overlap over everything, for reruns of old pipelines, which the state cannot know of.
      server.advance(Duration.ofDays(3));
      Syncs.Outcome outcome = Syncs.sync(server, output, "--overlap=P60D");

      assertEquals(outcome.err(), 0, outcome.code());
      assertTrue(DuckDb.number(output, "select count(*) from {pipelines}") > before);
      assertTablesEqual(server, output);
    }
  }

  @Test
  public void givenUnfinishedWorkOutsideTheOverlap_thenItIsFollowedToItsEnd() throws Exception {
    Path output = output();
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.sync(server, output);
      List<String> unfinished =
          DuckDb.query(
              output,
              "select id from {workflows} where status in ('running', 'failing', 'on_hold')");
      assertTrue(!unfinished.isEmpty());

      server.advance(Duration.ofDays(95));
      Syncs.Outcome outcome = Syncs.sync(server, output, "--overlap=PT0S");

      assertEquals(outcome.err(), 0, outcome.code());
      // What retention has taken since is 404 now and keeps its last known status.
      long stillRunning =
          DuckDb.number(
              output,
              "select count(*) from {workflows} where id in ('"
                  + String.join("','", unfinished)
                  + "') and status in ('running', 'failing')");
      long gone = Syncs.report(output).tables().get("workflows").notFound();
      assertTrue(stillRunning + " still running, " + gone + " gone", stillRunning <= gone);
    }
  }

  @Test
  public void givenABranch_thenTheStateOfTheWholeProjectDoesNotMove() throws Exception {
    Path output = output();
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.Outcome outcome = Syncs.sync(server, output, "--branch=main");

      assertEquals(outcome.err(), 0, outcome.code());
      long some = DuckDb.number(output, "select count(*) from {pipelines}");
      assertTrue(some > 0 && some < 90);

      Syncs.sync(server, output);
      assertTablesEqual(server, output);
    }
  }

  @Test
  public void givenAStartDate_thenNothingOlderIsThere_andMovedEarlierItComes() throws Exception {
    Path output = output();
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.sync(server, output, "--startDate=2026-06-20");
      assertEquals(
          "true",
          DuckDb.query(output, "select min(created_at) >= '2026-06-20' from {pipelines}").get(0));
      long few = DuckDb.number(output, "select count(*) from {pipelines}");
      server.resetStats();

      Syncs.sync(server, output);

      assertTablesEqual(server, output);
      long all = DuckDb.number(output, "select count(*) from {pipelines}");
      long asked = server.stats().byRoute().get("pipeline-workflows");
      assertTrue("what was there is not read again", asked < all && asked >= all - few);
    }
  }

  @Test
  public void givenOnlyJobs_thenParentsAreReadButNotWritten() throws Exception {
    Path output = output();
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.Outcome outcome = Syncs.sync(server, output, "--tables=jobs");

      assertEquals(outcome.err(), 0, outcome.code());
      assertTrue(DuckDb.number(output, "select count(*) from {jobs}") > 100);
      assertTrue(!output.resolve("pipelines").toFile().exists());

      Syncs.sync(server, output);
      assertTablesEqual(server, output);
    }
  }

  @Test
  public void givenExcludedColumns_thenTheyAreNowhere() throws Exception {
    Path output = output();
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.sync(server, output, "--excludeColumns=pipelines.trigger,pipelines.vcs");

      List<String> columns =
          DuckDb.query(output, "select column_name from (describe select * from {pipelines})");
      assertTrue(columns.toString(), columns.contains("id"));
      assertTrue(columns.toString(), !columns.contains("trigger") && !columns.contains("vcs"));
      assertEquals(
          0,
          DuckDb.number(
              output,
              "select count(*) from {pipelines} where _extra like '%avatar_url%'"
                  + " or _extra like '%revision%'"));
    }
  }

  @Test
  public void givenAFullRefresh_thenEverythingIsReadAgain() throws Exception {
    Path output = output();
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.sync(server, output);
      server.resetStats();

      Syncs.sync(server, output, "--fullRefresh");

      assertEquals(90L, (long) server.stats().byRoute().get("pipeline-workflows"));
      assertTablesEqual(server, output);
    }
  }

  @Test
  public void givenTwoShards_thenTheTablesAreTheSame() throws Exception {
    Path output = output();
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.Outcome outcome =
          Syncs.sync(server, output, "--fetchShards=2", "--requestsPerSecond=1000");

      assertEquals(outcome.err(), 0, outcome.code());
      assertTablesEqual(server, output);
      assertEquals(0, server.stats().answeredTwice().size());
    }
  }

  @Test
  public void givenALimit_thenTheServerHardlyEverHasToRefuse() throws Exception {
    Path output = output();
    SampleConfig limited =
        SMALL.withHistory(10, 5).withLimit(50, SampleConfig.LimitForm.FIXED_WINDOW);
    try (SampleServer server = SampleServer.start(limited)) {
      Syncs.Outcome outcome = Syncs.sync(server, output, "--requestsPerSecond=50");

      assertEquals(outcome.err(), 0, outcome.code());
      long sent = server.stats().requests();
      assertTrue(sent > 60);
      assertTrue(server.stats().tooMany() + " of " + sent, server.stats().tooMany() <= sent / 50);
    }
  }

  @Test
  public void givenARun_thenItsReportTellsWhatTheServerSaw() throws Exception {
    Path output = output();
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.sync(server, output, "--runId=nightly-1");

      RunReport report = Syncs.report(output, "nightly-1");
      assertEquals("succeeded", report.status());
      assertEquals(0, report.exitCode());
      assertEquals(server.stats().requests(), report.requests().sent());
      assertEquals(90, report.tables().get("pipelines").rows());
      assertEquals(3, report.projects());
      assertTrue(report.tables().get("jobs").extraFields().contains("labels"));
    }
  }

  /** Compares every table with what the server would answer now, key by key and field by field. */
  private static void assertTablesEqual(SampleServer server, Path output) throws Exception {
    SampleOrganization organization = server.organization();
    Instant now = server.clock();
    assertEquals(
        keys(organization.projects(), "slug"),
        DuckDb.query(output, "select id, slug from {projects} order by all"));
    assertEquals(
        keys(organization.pipelines(now), "state"),
        DuckDb.query(output, "select id, state from {pipelines} order by all"));
    assertEquals(
        keys(organization.workflows(now), "status"),
        DuckDb.query(output, "select id, status from {workflows} order by all"));
    List<String> jobs;
    try (Stream<SampleOrganization.Row> rows = organization.jobs(now)) {
      jobs =
          rows.map(
                  row ->
                      String.join(
                          "|",
                          row.workflowId(),
                          text(row.body(), "id"),
                          text(row.body(), "status"),
                          row.pipelineId()))
              .sorted()
              .toList();
    }
    assertTrue(!jobs.isEmpty());
    assertEquals(
        jobs,
        DuckDb.query(
            output, "select workflow_id, id, status, pipeline_id from {jobs} order by all"));
    assertEquals(0, DuckDb.repeatedKeys(output, "jobs", "workflow_id, id"));
  }

  private static List<String> keys(Stream<SampleOrganization.Row> rows, String field) {
    try (rows) {
      return rows.map(row -> text(row.body(), "id") + "|" + text(row.body(), field))
          .sorted()
          .toList();
    }
  }

  private static String text(ObjectNode body, String field) {
    return body.path(field).asText();
  }

  private Path output() {
    return folder.getRoot().toPath().resolve("out");
  }
}
