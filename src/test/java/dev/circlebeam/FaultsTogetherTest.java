package dev.circlebeam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.report.Progress;
import dev.circlebeam.sample.FaultKind;
import dev.circlebeam.sample.FaultRule;
import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleFaults;
import dev.circlebeam.sample.SampleServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** What a sync makes of faults that the matrix cannot show: two at once, and one without end. */
public class FaultsTogetherTest {
  private static final SampleConfig CONFIG =
      SampleConfig.defaults().withProjects(1).withHistory(20, 20).withPageSize(2);

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void givenAWorkflowListedTwiceWhoseJobsFail_thenTheNextSyncGetsThem() throws Exception {
    Path clean = clean();
    String pipeline =
        DuckDb.query(
                clean,
                "select pipeline_id from {workflows} join (select distinct workflow_id from"
                    + " {jobs}) j on j.workflow_id = id where status in ('success', 'failed')"
                    + " group by 1 having count(*) > 2 order by min(created_at) limit 1")
            .get(0);
    List<String> workflows =
        DuckDb.query(clean, "select id from {workflows} where pipeline_id = '" + pipeline + "'");
    Path output = folder.getRoot().toPath().resolve("out");
    SampleFaults faults =
        SampleFaults.of(
            FaultRule.always(FaultKind.DUPLICATE_ITEM, pipeline + "/workflow$"),
            FaultRule.always(
                FaultKind.FORBIDDEN, "/workflow/(" + String.join("|", workflows) + ")/job$"));
    try (SampleServer server = SampleServer.start(CONFIG.withFaults(faults))) {
      Syncs.impatientSync(server, output);

      assertEquals(
          List.of("jobs|" + workflows.size()),
          DuckDb.query(output, "select \"table\", count(*) from {_errors} group by 1"));
    }
    assertNextIsComplete(output, clean);
  }

  @Test
  public void givenA429WithoutEnd_thenTheRunWaitsUntilItIsEnded_andTheNextSyncGetsTheRest()
      throws Exception {
    Path clean = clean();
    String pipeline =
        DuckDb.query(clean, "select pipeline_id from {workflows} order by created_at limit 1")
            .get(0);
    String workflow =
        DuckDb.query(clean, "select workflow_id from {jobs} order by workflow_created_at limit 1")
            .get(0);
    for (String struck :
        List.of(
            "/me$",
            "/project/[^/]+/[^/]+/[^/]+$",
            "/project/.*/pipeline$",
            "/pipeline/" + pipeline + "/workflow$",
            "/workflow/" + workflow + "/job$")) {
      Path output = folder.newFolder().toPath().resolve("out");
      SampleFaults faults = SampleFaults.of(FaultRule.always(FaultKind.TOO_MANY_JSON, struck));
      String runId = Syncs.runId();
      try (SampleServer server = SampleServer.start(CONFIG.withFaults(faults))) {
        CompletableFuture<Syncs.Outcome> running =
            CompletableFuture.supplyAsync(() -> sync(server, output, runId));
        while (server.stats().tooMany() < 2 && !running.isDone()) {
          Thread.onSpinWait();
        }
        Progress.of(runId).stop();
        Syncs.Outcome outcome = running.get(60, TimeUnit.SECONDS);

        assertEquals(struck + outcome.err(), 1, outcome.code());
        assertEquals(struck, "interrupted", Syncs.report(output).status());
        assertTrue(struck, server.stats().tooMany() >= 2);
      }
      assertNextIsComplete(output, clean);
    }
  }

  private static Syncs.Outcome sync(SampleServer server, Path output, String runId) {
    try {
      return Syncs.sync(server, output, "--runId=" + runId, "--maxErrors=0");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path clean() throws Exception {
    Path clean = folder.getRoot().toPath().resolve("clean");
    try (SampleServer server = SampleServer.start(CONFIG)) {
      assertEquals(0, Syncs.sync(server, clean).code());
    }
    return clean;
  }

  private static void assertNextIsComplete(Path output, Path clean) throws Exception {
    try (SampleServer server = SampleServer.start(CONFIG)) {
      Syncs.Outcome next = Syncs.sync(server, Syncs.moved(output, server), "--overlap=PT0S");

      assertEquals(next.err(), 0, next.code());
      for (String table : List.of("projects", "pipelines", "workflows", "jobs")) {
        String all = "select * exclude (_synced_at, _extra) from {" + table + "} order by all";
        List<String> rows = DuckDb.query(clean, all);
        assertTrue(!rows.isEmpty());
        assertEquals(table, rows, DuckDb.query(output, all));
      }
    }
  }
}
