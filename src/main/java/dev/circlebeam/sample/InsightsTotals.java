package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;

/** The figures of any number of runs in a time, by the names that answers give them. */
final class InsightsTotals {
  /** What is told of an organization and of a project. */
  static final ImmutableList<String> ALL =
      ImmutableList.of(
          "total_runs", "total_duration_secs", "total_credits_used", "success_rate", "throughput");

  /** What is told of one of an organization's projects. */
  static final ImmutableList<String> PROJECT =
      ImmutableList.of("total_credits_used", "total_duration_secs", "total_runs", "success_rate");

  /** What is told of one of a project's workflows or branches. */
  static final ImmutableList<String> WORKFLOW =
      ImmutableList.of("total_credits_used", "p95_duration_secs", "total_runs", "success_rate");

  /** What is told of how a workflow changes. */
  static final ImmutableList<String> TRENDS =
      ImmutableList.of(
          "total_runs",
          "failed_runs",
          "success_rate",
          "p95_duration_secs",
          "median_duration_secs",
          "total_credits_used",
          "mttr",
          "throughput");

  private final ImmutableMap<String, Double> values;

  private InsightsTotals(ImmutableMap<String, Double> values) {
    this.values = values;
  }

  /** The figures of runs in so many days. */
  static InsightsTotals of(List<InsightsRun> runs, int days) {
    int[] seconds = runs.stream().mapToInt(InsightsRun::seconds).toArray();
    InsightsDurations durations = InsightsDurations.of(seconds);
    double count = runs.size();
    double successful = count(runs, InsightsRun.SUCCESS);
    double failed = count(runs, InsightsRun.FAILED);
    return new InsightsTotals(
        ImmutableMap.<String, Double>builder()
            .put("total_runs", count)
            .put("total_duration_secs", (double) durations.total())
            .put("total_credits_used", (double) runs.stream().mapToLong(InsightsRun::credits).sum())
            .put("success_rate", count == 0 ? 0 : successful / count)
            .put("failed_runs", failed)
            .put("mttr", (double) InsightsSummary.secondsToRecover(runs).orElse(0))
            .put("median_duration_secs", count == 0 ? 0.0 : durations.rank(0.5))
            .put("throughput", Math.round(100.0 * count / days) / 100.0)
            .put("p95_duration_secs", count == 0 ? 0.0 : durations.rank(0.95))
            .buildOrThrow());
  }

  /** Writes some of the figures, and how they compare with those before. */
  void write(ObjectNode node, InsightsTotals before, List<String> fields) {
    ObjectNode metrics = node.putObject("metrics");
    for (String field : fields) {
      double value = values.get(field);
      if (field.startsWith("total")) {
        metrics.put(field, (long) value);
      } else {
        metrics.put(field, value);
      }
    }
    node.set("trends", trends(before, fields));
  }

  /** How much of the figures before these are; as much where there was nothing. */
  ObjectNode trends(InsightsTotals before, List<String> fields) {
    ObjectNode trends = JsonNodeFactory.instance.objectNode();
    for (String field : fields) {
      double base = before.values.get(field);
      trends.put(field, base == 0 ? 1.0 : values.get(field) / base);
    }
    return trends;
  }

  private static long count(List<InsightsRun> runs, String status) {
    return runs.stream().filter(run -> run.status().equals(status)).count();
  }
}
