package dev.circlebeam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.report.RunReport;
import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleFaults;
import dev.circlebeam.sample.SampleServer;
import dev.circlebeam.state.ProjectState;
import dev.circlebeam.state.StateStore;
import dev.circlebeam.state.SyncState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Long backfills, cut into slices. */
public class SyncSlicesTest {
  private static final List<String> TABLES = List.of("projects", "pipelines", "workflows", "jobs");
  private static final Instant NOW = Instant.parse("2026-06-30T12:00:00Z");
  private static final SampleConfig SMALL =
      SampleConfig.defaults().withProjects(3).withHistory(40, 20).withNow(NOW);

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void givenSlices_thenTheSameTablesAndTheSameState() throws Exception {
    Path whole = output("whole");
    Path sliced = output("sliced");
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.syncByItsClock(server, whole);
      long requests = server.stats().requests();
      server.resetStats();

      Syncs.Outcome outcome = Syncs.syncByItsClock(server, sliced, "--slicePipelines=20");

      assertEquals(outcome.err(), 0, outcome.code());
      assertSameTables(whole, sliced);
      assertEquals(projects(whole), projects(sliced));
      RunReport report = Syncs.report(sliced);
      assertEquals("succeeded", report.status());
      assertTrue(report.slices().size() + " slices", report.slices().size() >= 6);
      for (RunReport.Slice slice : report.slices()) {
        assertTrue(slice + " is too large", slice.pipelines() <= 20);
      }
      assertEquals(120, report.slices().stream().mapToLong(RunReport.Slice::pipelines).sum());
      assertEquals(server.stats().requests(), report.requests().sent());
      // A page of what is new, and the page that the last slice ended in, for each project.
      long most = requests + 6L * (report.slices().size() - 1);
      assertTrue(server.stats().requests() + " requests", server.stats().requests() <= most);
      assertEquals(1L, (long) server.stats().byRoute().get("me"));
      assertEquals(3L, (long) server.stats().byRoute().get("project"));
    }
  }

  @Test
  public void givenNoTableBelowPipelines_thenOneSliceThatLeavesNothing() throws Exception {
    Path output = output("out");
    try (SampleServer server = SampleServer.start(SMALL)) {
      // Would there be more slices, this ends the run before them.
      Syncs.Outcome outcome =
          Syncs.syncByItsClock(server, output, "--tables=projects", "--maxDuration=PT0S");

      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(List.of(), Syncs.report(output).backfillLeft());
      assertEquals(Set.of("me", "project"), server.stats().byRoute().keySet());

      Syncs.syncByItsClock(server, output);
      assertEquals(1L, Syncs.report(output).slices().size());
      assertEquals(120L, Syncs.report(output).tables().get("pipelines").rows());
    }
  }

  @Test
  public void givenSlices_thenEachHoldsWholeDaysAndIsNewerThanTheNext() throws Exception {
    Path output = output("out");
    try (SampleServer server = SampleServer.start(SMALL)) {
      Instant last = null;
      for (int slices = 1; last == null || !last.equals(Instant.EPOCH); slices++) {
        assertTrue("it ends", slices < 30);
        Syncs.Outcome outcome =
            Syncs.syncByItsClock(server, output, "--slicePipelines=20", "--maxDuration=PT0S");
        assertEquals(outcome.err(), 0, outcome.code());

        Instant from = null;
        for (ProjectState project : projects(output).values()) {
          assertEquals(1, project.complete().get("jobs").list().size());
          Instant its = project.complete().get("jobs").newest().from();
          from = from == null || its.isBefore(from) ? its : from;
        }
        assertEquals("whole days", 0, from.getEpochSecond() % 86_400);
        assertTrue("older and older", last == null || from.isBefore(last));
        last = from;
        RunReport report = Syncs.report(output);
        assertEquals(1, report.slices().size());
        assertEquals(from.equals(Instant.EPOCH), report.backfillLeft().isEmpty());
        assertEquals(!from.equals(Instant.EPOCH), outcome.out().contains("the next run goes on"));
      }
      Path whole = output("whole");
      Syncs.syncByItsClock(server, whole);
      assertSameTables(whole, output);
    }
  }

  @Test
  public void givenNewPipelinesWhileTheBackfillRests_thenTheyComeFirst() throws Exception {
    Path output = output("out");
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.syncByItsClock(server, output, "--slicePipelines=20", "--maxDuration=PT0S");
      String newest = "select max(created_at) from {pipelines}";
      List<String> before = DuckDb.query(output, newest);
      server.advance(java.time.Duration.ofDays(1));

      Syncs.syncByItsClock(server, output, "--slicePipelines=20", "--maxDuration=PT0S");

      assertTrue(!before.equals(DuckDb.query(output, newest)));
      Syncs.syncByItsClock(server, output, "--slicePipelines=20", "--rerunLookback=P90D");
      Path whole = output("whole");
      Syncs.syncByItsClock(server, whole);
      assertSameTables(whole, output);
    }
  }

  @Test
  public void givenAPageTokenThatIsNoLongerTaken_thenTheListIsReadFromTheTopSkippingWhatIsKnown()
      throws Exception {
    Path output = output("out");
    SampleConfig expiring =
        SMALL.withFaults(SampleFaults.parse("expired_page_token@/project/.*/pipeline:every=4"));
    try (SampleServer server = SampleServer.start(expiring)) {
      Syncs.Outcome outcome = Syncs.syncByItsClock(server, output, "--slicePipelines=20");

      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(Syncs.report(output).slices().toString(), 0, Syncs.report(output).errors());
      assertEquals(120L, (long) server.stats().byRoute().get("pipeline-workflows"));
    }
    try (SampleServer server = SampleServer.start(SMALL)) {
      Path whole = output("whole");
      Syncs.syncByItsClock(server, whole);
      assertSameTables(whole, output);
    }
  }

  @Test
  public void givenAPageThatFailsForGood_thenTheGapIsKnownAndTheNextRunGoesOnThere()
      throws Exception {
    Path output = output("out");
    SampleConfig failing =
        SMALL.withFaults(
            SampleFaults.parse("truncated_body@/web-shop/pipeline.*page-token:times=6"));
    try (SampleServer server = SampleServer.start(failing)) {
      Syncs.Outcome outcome =
          Syncs.impatientSync(server, output, "--slicePipelines=20", "--maxErrors=5");

      assertEquals(outcome.err(), 0, outcome.code());
      RunReport report = Syncs.report(output);
      assertEquals(List.of("gh/acme/web-shop"), report.incomplete());
      assertEquals(List.of("gh/acme/web-shop"), report.backfillLeft());
      assertEquals(1, report.errors());
      assertTrue(DuckDb.number(output, "select count(*) from {pipelines}") > 80);
      server.resetStats();

      outcome = Syncs.syncByItsClock(server, output);

      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(List.of(), Syncs.report(output).backfillLeft());
      Path whole = output("whole");
      Syncs.syncByItsClock(server, whole);
      assertSameTables(whole, output);
    }
  }

  @Test
  public void givenErrorsInSeveralSlices_thenAllOfThemAreThere() throws Exception {
    Path output = output("out");
    SampleConfig failing =
        SMALL.withFaults(SampleFaults.parse("redirect@/pipeline/.*/workflow:every=10"));
    try (SampleServer server = SampleServer.start(failing)) {
      Syncs.Outcome outcome =
          Syncs.impatientSync(server, output, "--slicePipelines=20", "--runId=failing");

      assertEquals(outcome.err(), 3, outcome.code());
      RunReport report = Syncs.report(output);
      assertEquals("too_many_errors", report.status());
      assertTrue(report.errors() > 3);
      assertEquals(report.errors(), DuckDb.number(output, "select count(*) from {_errors}"));
      assertEquals(report.errors(), report.countedErrors());
    }
  }

  @Test
  public void givenAFullRefreshInSlices_thenEverythingIsReadOnceAndNothingVanishes()
      throws Exception {
    Path output = output("out");
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.syncByItsClock(server, output);
      server.resetStats();

      Syncs.Outcome outcome =
          Syncs.syncByItsClock(server, output, "--fullRefresh", "--slicePipelines=20");

      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(120L, (long) server.stats().byRoute().get("pipeline-workflows"));
      assertEquals(1, DuckDb.number(output, "select count(distinct _synced_at) from {jobs}"));
      projects(output).values().forEach(project -> assertNull(project.thisRun()));
    }
  }

  @Test
  public void givenABranchInSlices_thenAllOfTheBranchIsThere() throws Exception {
    Path output = output("out");
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.Outcome outcome =
          Syncs.syncByItsClock(server, output, "--branch=main", "--slicePipelines=10");

      assertEquals(outcome.err(), 0, outcome.code());
      assertTrue(Syncs.report(output).slices().size() > 2);
      Path whole = output("whole");
      Syncs.syncByItsClock(server, whole, "--branch=main");
      assertSameTables(whole, output);
      projects(output).values().forEach(project -> assertEquals(Map.of(), project.complete()));
    }
  }

  @Test
  public void givenNonsense_thenTheFlagAndTheFixAreNamed() throws Exception {
    Path output = output("out");
    try (SampleServer server = SampleServer.start(SMALL)) {
      for (String flag :
          List.of(
              "--slicePipelines=0",
              "--maxDuration=tomorrow",
              "--rerunLookback=P91D",
              "--unfinishedBackoff=2",
              "--detectReruns=perhaps")) {
        Syncs.Outcome outcome = Syncs.sync(server, output, flag);
        assertEquals(flag, 2, outcome.code());
        assertTrue(outcome.err(), outcome.err().contains(flag));
      }
      assertTrue(!Files.exists(output));
    }
  }

  private static void assertSameTables(Path expected, Path actual) throws Exception {
    for (String table : TABLES) {
      String all = "select * exclude (_synced_at) from {" + table + "} order by all";
      assertEquals(table, DuckDb.query(expected, all), DuckDb.query(actual, all));
    }
    try (Stream<Path> files = Files.walk(actual)) {
      assertEquals(0, files.filter(file -> file.toString().endsWith(".tmp")).count());
    }
  }

  private static Map<String, ProjectState> projects(Path output) {
    SyncState state = StateStore.look(Syncs.state(output));
    return state.projects();
  }

  private Path output(String name) {
    return folder.getRoot().toPath().resolve(name);
  }
}
