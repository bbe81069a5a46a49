package dev.circlebeam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleServer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** What {@code state} tells of a sync. */
public class StateCommandTest {
  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void givenASync_thenEachProjectsIntervalsAndUnfinishedPipelinesAreShown()
      throws Exception {
    Path output = folder.getRoot().toPath().resolve("out");
    SampleConfig config = SampleConfig.defaults().withProjects(2).withHistory(40, 10);
    try (SampleServer server = SampleServer.start(config)) {
      Syncs.sync(server, output, "--runId=first");

      Syncs.Outcome outcome = Syncs.run("state", "--output=" + output);

      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(2, server.organization().projectSlugs().size());
      for (String slug : server.organization().projectSlugs()) {
        assertTrue(outcome.out(), outcome.out().contains(slug));
      }
      assertTrue(outcome.out(), outcome.out().contains("last run first"));
      assertTrue(outcome.out(), outcome.out().contains("the beginning to 2026-06-"));
      long unfinished = outcome.out().lines().filter(l -> l.contains("  unfinished  ")).count();
      assertEquals(Syncs.report(output).unfinished(), unfinished);
      assertTrue(unfinished > 0);
      assertEquals(
          outcome.out(), Syncs.run("state", "--state=" + output.resolve("_state.json")).out());
    }
  }

  @Test
  public void givenNoState_thenUsage() {
    Syncs.Outcome outcome = Syncs.run("state", "--output=" + folder.getRoot());

    assertEquals(2, outcome.code());
    assertTrue(outcome.err(), outcome.err().contains("there is no state at"));
    assertEquals(2, Syncs.run("state").code());
  }

  @Test
  public void givenADamagedState_thenUsageWithWhatToDo() throws Exception {
    Files.writeString(folder.getRoot().toPath().resolve("_state.json"), "[1");

    Syncs.Outcome outcome = Syncs.run("state", "--output=" + folder.getRoot());

    assertEquals(2, outcome.code());
    assertEquals(1, outcome.err().lines().count());
    assertTrue(outcome.err(), outcome.err().contains("damaged"));
  }
}
