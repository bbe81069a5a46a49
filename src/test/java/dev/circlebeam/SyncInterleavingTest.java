package dev.circlebeam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.report.RunReport;
import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleServer;
import dev.circlebeam.state.StateStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/**
 * Two runs on one output: A stands still at some request, B comes. What each of them answers, and
 * what is in the tables when both have ended.
 */
public class SyncInterleavingTest {
  private static final SampleConfig SMALL =
      SampleConfig.defaults().withProjects(2).withHistory(6, 6);
  private static final Map<String, String> KEYS =
      Map.of("projects", "id", "pipelines", "id", "workflows", "id", "jobs", "workflow_id, id");

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void givenARunAtAnyPoint_thenAnotherIsRefused_andWithBreakLockItWinsAndNothingIsLost()
      throws Exception {
    try (SampleServer server = SampleServer.start(SMALL);
        HoldingProxy proxy = HoldingProxy.start(server.url())) {
      Path clean = output("clean");
      int all = requestsOf(server, proxy, clean);
      assertTrue("" + all, all > 20);
      // The first request, the projects, their lists, what is below, and the last one.
      for (int point : List.of(0, 2, 4, all / 2, all - 1)) {
        Path output = output("broken-" + point);
        CompletableFuture<Syncs.Outcome> a = startAndHold(server, proxy, output, point);
        int before = proxy.requests();

        assertRefused(sync(server, proxy, output, "run-b"));
        assertEquals(before, proxy.requests());

        Syncs.Outcome b = sync(server, proxy, output, "run-b", "--breakLock");
        assertEquals(b.err(), 0, b.code());
        assertTrue(b.err(), b.err().startsWith("circlebeam: warning: --breakLock took "));
        assertTrue(b.err(), b.err().contains("run run-a, process "));
        String state = Files.readString(output.resolve("_state.json"));

        proxy.release();
        assertStoppedByB(ended(a), output);
        assertSameAs(clean, output);
        assertEquals(state, Files.readString(output.resolve("_state.json")));
        assertEquals("run-b", writtenBy(output));
      }
    }
  }

  @Test
  public void givenAnotherWasRefused_thenTheRunEndsAsIfNobodyHadCome() throws Exception {
    try (SampleServer server = SampleServer.start(SMALL);
        HoldingProxy proxy = HoldingProxy.start(server.url())) {
      Path clean = output("clean");
      int all = requestsOf(server, proxy, clean);
      Path output = output("refused");
      CompletableFuture<Syncs.Outcome> a = startAndHold(server, proxy, output, all - 1);

      assertRefused(sync(server, proxy, output, "run-b"));

      proxy.release();
      Syncs.Outcome outcome = ended(a);
      assertEquals(outcome.err(), 0, outcome.code());
      assertSameAs(clean, output);
      assertEquals("run-a", writtenBy(output));
    }
  }

  @Test
  public void givenOlderAnswersThatCameLater_thenTheyDoNotReplaceNewerOnes() throws Exception {
    try (SampleServer server = SampleServer.start(SMALL);
        HoldingProxy proxy = HoldingProxy.start(server.url())) {
      Path output = output("moved");
      assertEquals(0, sync(server, proxy, output, "run-0").code());
      // A has read all but the last list when the world moves on.
      int last = requestsOf(server, proxy, output("counted")) - 1;
      CompletableFuture<Syncs.Outcome> a =
          startAndHold(server, proxy, output, last, "--fullRefresh");
      server.advance(Duration.ofDays(2));

      Syncs.Outcome b = sync(server, proxy, output, "run-b", "--breakLock", "--overlap=P60D");

      assertEquals(b.err(), 0, b.code());
      proxy.release();
      assertStoppedByB(ended(a), output);
      Path clean = output("clean-moved");
      assertEquals(0, sync(server, proxy, clean, "clean").code());
      assertSameAs(clean, output);
      long more = DuckDb.number(output, "select count(*) from {pipelines}");
      assertTrue("the world has moved: " + more, more > 12);
    }
  }

  @Test
  public void givenNobodyHoldsTheOutput_thenBreakLockChangesNothing() throws Exception {
    try (SampleServer server = SampleServer.start(SMALL)) {
      Path output = output("free");
      Syncs.Outcome outcome = Syncs.sync(server, output, "--breakLock");

      assertEquals(0, outcome.code());
      assertFalse(outcome.err(), outcome.err().contains("warning"));
    }
  }

  private static int requestsOf(SampleServer server, HoldingProxy proxy, Path output)
      throws Exception {
    proxy.holdAfter(-1);
    Syncs.Outcome outcome = sync(server, proxy, output, "counted");
    assertEquals(outcome.err(), 0, outcome.code());
    return proxy.requests();
  }

  private CompletableFuture<Syncs.Outcome> startAndHold(
      SampleServer server, HoldingProxy proxy, Path output, int point, String... more)
      throws Exception {
    proxy.holdAfter(point);
    CompletableFuture<Syncs.Outcome> run = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                run.complete(sync(server, proxy, output, "run-a", more));
              } catch (Exception | AssertionError e) {
                run.completeExceptionally(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
    proxy.awaitHeld();
    return run;
  }

  /** One request at a time, so that a run stands still when that one is held. */
  private static Syncs.Outcome sync(
      SampleServer server, HoldingProxy proxy, Path output, String runId, String... more)
      throws Exception {
    List<String> args = Syncs.args(server, output, more);
    args.replaceAll(arg -> arg.replace(server.url(), proxy.url()));
    args.add("--maxConcurrentRequests=1");
    args.add("--runId=" + runId);
    return Syncs.run(args.toArray(String[]::new));
  }

  private static Syncs.Outcome ended(CompletableFuture<Syncs.Outcome> run) throws Exception {
    return run.get(60, TimeUnit.SECONDS);
  }

  private static void assertStoppedByB(Syncs.Outcome a, Path output) throws Exception {
    assertEquals(a.err(), 1, a.code());
    assertTrue(a.err(), a.err().contains("circlebeam: state_conflict: run run-b, begun "));
    RunReport report = Syncs.report(output, "run-a");
    assertEquals("state_conflict", report.status());
  }

  private static void assertRefused(Syncs.Outcome b) {
    assertEquals(b.err(), 4, b.code());
    assertTrue(b.err(), b.err().contains("run run-a, process "));
  }

  private static void assertSameAs(Path clean, Path output) throws Exception {
    for (Map.Entry<String, String> table : KEYS.entrySet()) {
      String all = "select * exclude (_synced_at) from {" + table.getKey() + "} order by all";
      List<String> rows = DuckDb.query(clean, all);
      assertFalse(table.getKey(), rows.isEmpty());
      assertEquals(table.getKey(), rows, DuckDb.query(output, all));
      assertEquals(0, DuckDb.repeatedKeys(output, table.getKey(), table.getValue()));
    }
  }

  private static String writtenBy(Path output) {
    return StateStore.look(Syncs.state(output)).writtenBy().runId();
  }

  private Path output(String name) {
    return folder.getRoot().toPath().resolve(name);
  }
}
