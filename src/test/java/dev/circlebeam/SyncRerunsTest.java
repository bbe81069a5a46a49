package dev.circlebeam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.state.ProjectState;
import dev.circlebeam.state.StateStore;
import dev.circlebeam.state.UnfinishedPipeline;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Reruns that Insights shows, under pipelines that cannot be read when it does. */
public class SyncRerunsTest {
  private static final String ROWS_FAIL = "status_500@/pipeline/[^/]*$";
  private static final SampleConfig CONFIG =
      SampleConfig.defaults()
          .withProjects(2)
          .withHistory(40, 20)
          .withJobsPerWorkflow(2)
          .withLateReruns(400)
          .withInsightsDelay(Duration.ZERO)
          .withGzip(false);

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void givenAPipelineBeforeTheStartDateThatFails_thenItIsForgottenWhenItsAgeIsKnown()
      throws Exception {
    Path output = folder.getRoot().toPath().resolve("out");
    try (SequenceRuns runs = new SequenceRuns(CONFIG, output)) {
      Instant start = CONFIG.now().minus(Duration.ofDays(3));
      List<String> flags = List.of("--startDate=" + start, "--detectReruns=true");
      runs.sync(flags(runs, flags));
      runs.server().advance(Duration.ofDays(2));
      Syncs.Outcome outcome =
          runs.syncWithFaults(ROWS_FAIL, flags(runs, flags), UnaryOperator.identity());
      assertEquals(outcome.err(), 0, outcome.code());
      Map<String, UnfinishedPipeline> failed = failedPipelines(output);
      assertTrue(failed.keySet().stream().anyMatch(id -> createdAt(runs).get(id).isBefore(start)));

      runs.sync(flags(runs, List.of("--startDate=" + start, "--detectReruns=false")));

      assertEquals(Map.of(), failedPipelines(output));
      String older = "select count(*) from {pipelines} where created_at < '" + start + "'";
      assertEquals(0, DuckDb.number(output, older));
      for (String table : List.of("workflows", "jobs")) {
        String below = " where pipeline_id not in (select id from {pipelines})";
        assertEquals(0, DuckDb.number(output, "select count(*) from {" + table + "}" + below));
      }
    }
  }

  @Test
  public void givenAPipelineThatWasReadAndFailsOnceItIsTooOld_thenItIsStillFollowed()
      throws Exception {
    Path output = folder.getRoot().toPath().resolve("out");
    try (SequenceRuns runs = new SequenceRuns(CONFIG, output)) {
      Instant pending = createdAt(runs).values().stream().max(Instant::compareTo).orElseThrow();
      runs.server().setClock(pending.plusSeconds(1));
      runs.sync(flags(runs, List.of()));
      String states = "select id, state from {pipelines} where created_at = '" + pending + "'";
      String before = DuckDb.query(output, states).get(0);
      assertTrue(before, before.endsWith("|pending"));
      runs.server().advance(Duration.ofDays(3));
      List<String> later =
          List.of("--startDate=" + pending.plus(Duration.ofDays(1)), "--unfinishedBackoff=0");
      runs.syncWithFaults(ROWS_FAIL, flags(runs, later), UnaryOperator.identity());
      assertTrue(failedPipelines(output).containsKey(before.split("\\|", 2)[0]));

      runs.sync(flags(runs, later));

      assertEquals(Map.of(), failedPipelines(output));
      assertEquals(before.replace("pending", "created"), DuckDb.query(output, states).get(0));
    }
  }

  private static List<String> flags(SequenceRuns runs, List<String> more) {
    List<String> flags = new ArrayList<>(more);
    flags.add("--projects=" + String.join(",", runs.server().organization().projectSlugs()));
    return flags;
  }

  /** What the state says could not be read itself. */
  private static Map<String, UnfinishedPipeline> failedPipelines(Path output) {
    Map<String, UnfinishedPipeline> failed = new HashMap<>();
    for (ProjectState project : StateStore.look(Syncs.state(output)).projects().values()) {
      failed.putAll(project.unfinished());
    }
    failed.values().removeIf(pipeline -> !pipeline.failedTables().contains("pipelines"));
    return failed;
  }

  private static Map<String, Instant> createdAt(SequenceRuns runs) {
    Map<String, Instant> createdAt = new HashMap<>();
    runs.server()
        .organization()
        .pipelines(runs.server().clock())
        .forEach(
            row ->
                createdAt.put(
                    row.pipelineId(), Instant.parse(row.body().get("created_at").asText())));
    return createdAt;
  }
}
