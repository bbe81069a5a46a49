package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** The figures of the runs of one workflow, of which there is at least one. */
final class InsightsSummary {
  private final String name;
  private final List<InsightsRun> runs;
  private final int days;

  /** The figures of runs of that name, newest first, in a window of so many days. */
  InsightsSummary(String name, List<InsightsRun> runs, int days) {
    this.name = name;
    this.runs = runs;
    this.days = days;
  }

  /** The workflow's name. */
  String name() {
    return name;
  }

  /** The item of the list of workflows. */
  ObjectNode json(Project project) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("name", name).put("project_id", project.id().toString());
    // The window is that of the runs there are, not the one that was asked for.
    node.put("window_start", Times.seconds(runs.get(runs.size() - 1).createdAt() / 1_000));
    node.put("window_end", Times.seconds(runs.get(0).createdAt() / 1_000));
    writeMetrics(node.putObject("metrics"));
    return node;
  }

  /** The object of the workflow by itself, which counts nearly the same. */
  ObjectNode metrics() {
    ObjectNode metrics = JsonNodeFactory.instance.objectNode();
    writeMetrics(metrics);
    metrics.remove("total_recoveries");
    return metrics
        .put("completed_runs", runs.size())
        .put("window_start", Times.seconds(runs.get(runs.size() - 1).createdAt() / 1_000))
        .put("window_end", Times.seconds(runs.get(0).createdAt() / 1_000));
  }

  private void writeMetrics(ObjectNode node) {
    long successful = count(InsightsRun.SUCCESS);
    node.put("total_runs", runs.size());
    node.put("successful_runs", (int) successful);
    node.put("failed_runs", (int) count(InsightsRun.FAILED));
    node.put("success_rate", (double) successful / runs.size());
    node.put("throughput", Math.round(100.0 * runs.size() / days) / 100.0);
    OptionalLong recovery = secondsToRecover(runs);
    if (recovery.isPresent()) {
      node.put("mttr", (int) recovery.getAsLong());
    } else {
      node.putNull("mttr");
    }
    node.put("total_credits_used", runs.stream().mapToLong(InsightsRun::credits).sum());
    // Deprecated by the service, which has written 0 ever since.
    node.put("total_recoveries", 0);
    int[] seconds = runs.stream().mapToInt(InsightsRun::seconds).toArray();
    InsightsDurations.of(seconds).write(node.putObject("duration_metrics"));
  }

  private long count(String status) {
    return runs.stream().filter(run -> run.status().equals(status)).count();
  }

  /**
   * The mean time from the first failure on a branch to the next success there, if there is one.
   */
  static OptionalLong secondsToRecover(List<InsightsRun> runs) {
    Map<String, Long> broken = new HashMap<>();
    long recoveries = 0;
    long millis = 0;
    for (int i = runs.size() - 1; i >= 0; i--) {
      InsightsRun run = runs.get(i);
      String branch = run.branch() == null ? "" : run.branch();
      if (run.status().equals(InsightsRun.FAILED)) {
        broken.putIfAbsent(branch, run.stoppedAt());
      } else if (run.status().equals(InsightsRun.SUCCESS)) {
        Long since = broken.remove(branch);
        if (since != null) {
          recoveries++;
          // Runs overlap: one that began later may succeed before the failure is over.
          millis += Math.max(0, run.stoppedAt() - since);
        }
      }
    }
    return recoveries == 0 ? OptionalLong.empty() : OptionalLong.of(millis / recoveries / 1_000);
  }
}
