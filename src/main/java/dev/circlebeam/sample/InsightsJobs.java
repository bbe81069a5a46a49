package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * The figures of the runs of one job, of which there is at least one.
 *
 * @param name the job's name
 * @param runs its runs, newest first
 */
record InsightsJobs(String name, List<JobRun> runs) {
  /** The item of the list of jobs, in a window of so many days. */
  ObjectNode summary(int days) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("name", name);
    ObjectNode metrics = node.putObject("metrics");
    writeCounts(metrics, days);
    metrics.put("success_rate", (double) successful() / runs.size());
    metrics.put("total_credits_used", runs.stream().mapToLong(JobRun::credits).sum());
    durations().write(metrics.putObject("duration_metrics"));
    return node.put("window_start", Times.millis(firstStart()))
        .put("window_end", Times.millis(lastEnd()));
  }

  /** The item of the time series at a time in milliseconds since 1970, for so many days. */
  ObjectNode point(long timestamp, double days) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("name", name).put("timestamp", Times.millis(timestamp));
    node.put("min_started_at", Times.millis(firstStart()))
        .put("max_ended_at", Times.millis(lastEnd()));
    ObjectNode metrics = node.putObject("metrics");
    writeCounts(metrics, days);
    int[] credits = runs.stream().mapToInt(run -> (int) run.credits()).toArray();
    InsightsDurations all = InsightsDurations.of(credits);
    metrics.put("median_credits_used", all.rank(0.5)).put("total_credits_used", all.total());
    durations().writePoint(metrics.putObject("duration_metrics"));
    return node;
  }

  private void writeCounts(ObjectNode metrics, double days) {
    metrics
        .put("total_runs", runs.size())
        .put("failed_runs", (int) runs.stream().filter(run -> run.job().fails()).count())
        .put("successful_runs", (int) successful())
        .put("throughput", Math.round(100.0 * runs.size() / days) / 100.0);
  }

  private long successful() {
    return runs.stream().filter(run -> run.job().outcome().equals(Job.SUCCESS)).count();
  }

  private long firstStart() {
    return runs.stream().mapToLong(JobRun::startedAt).min().orElseThrow();
  }

  private long lastEnd() {
    return runs.stream().mapToLong(JobRun::stoppedAt).max().orElseThrow();
  }

  private InsightsDurations durations() {
    return InsightsDurations.of(runs.stream().mapToInt(run -> (int) run.seconds()).toArray());
  }
}
