package dev.circlebeam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.report.RunReport;
import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Kills a sync, as an operating system does, and looks at what the next one makes of it. */
public class SyncCrashTest {
  private static final SampleConfig SMALL =
      SampleConfig.defaults().withProjects(3).withHistory(40, 30);

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void givenKilledWhileFetching_thenTheNextRunEndsInTheSameTables() throws Exception {
    try (SampleServer server = SampleServer.start(SMALL)) {
      killedThenComplete(server, () -> server.stats().requests() > 150);
    }
  }

  @Test
  public void givenKilledWhileMerging_thenTheNextRunEndsInTheSameTables() throws Exception {
    Path jobs = output().resolve("jobs");
    try (SampleServer server = SampleServer.start(SMALL)) {
      killedThenComplete(server, () -> Files.exists(jobs.resolve("_table.json")));
    }
  }

  @Test
  public void givenEndedBySomebody_thenItSaysHowToGoOnAndLeavesAReport() throws Exception {
    Path output = output();
    try (SampleServer server = SampleServer.start(SMALL)) {
      Path said = folder.newFile("said").toPath();
      Process process = Syncs.process(Syncs.args(server, output, "--runId=ended"), said);
      while (server.stats().requests() < 150 && process.isAlive()) {
        Thread.onSpinWait();
      }
      process.destroy();
      assertTrue(process.waitFor(30, TimeUnit.SECONDS));

      assertTrue(Files.readString(said), Files.readString(said).contains("run it again"));
      RunReport report = Syncs.report(output, "ended");
      assertEquals("interrupted", report.status());
    }
  }

  private void killedThenComplete(SampleServer server, BooleanSupplier moment) throws Exception {
    Path output = output();
    Process process = Syncs.process(Syncs.args(server, output), folder.newFile().toPath());
    while (!moment.getAsBoolean() && process.isAlive()) {
      Thread.onSpinWait();
    }
    process.destroyForcibly();
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));

    Syncs.Outcome outcome = Syncs.sync(server, output);

    assertEquals(outcome.err(), 0, outcome.code());
    try (Stream<Path> files = Files.walk(output)) {
      assertEquals(0, files.filter(file -> file.toString().endsWith(".tmp")).count());
    }
    Path clean = folder.getRoot().toPath().resolve("clean");
    Syncs.sync(server, clean);
    for (String table : List.of("projects", "pipelines", "workflows", "jobs")) {
      String all = "select * exclude (_synced_at) from {" + table + "} order by all";
      List<String> rows = DuckDb.query(clean, all);
      assertTrue(!rows.isEmpty());
      assertEquals(table, rows, DuckDb.query(output, all));
    }
  }

  private Path output() {
    return folder.getRoot().toPath().resolve("out");
  }
}
