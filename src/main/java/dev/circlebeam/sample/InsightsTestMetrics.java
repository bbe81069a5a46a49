package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Sums up the tests of a workflow's latest runs. */
final class InsightsTestMetrics {
  private static final int SHOWN = 10;

  private final SampleOrganization organization;
  private final ArrayNode runs = JsonNodeFactory.instance.arrayNode();
  private final Map<String, Figures> tests = new TreeMap<>();
  private final Set<String> flaky = new HashSet<>();
  private int results;

  /** Sums up tests of the organization; there are none yet. */
  InsightsTestMetrics(SampleOrganization organization) {
    this.organization = organization;
  }

  /** A test's results in all the runs. */
  private record Figures(InsightsFlakes.Test test, List<TestResults.Result> results) {
    private long failed() {
      return results.stream().filter(r -> r.result().equals(TestResults.FAILURE)).count();
    }

    private int millis() {
      return InsightsDurations.of(results.stream().mapToInt(r -> (int) r.millis()).toArray())
          .rank(0.95);
    }
  }

  /** Adds a run with its jobs, the newest one first. A run without tests does not count. */
  void add(InsightsRun run, List<JobRun> jobs) {
    Map<String, Integer> counts = new TreeMap<>();
    int total = 0;
    for (JobRun job : jobs) {
      for (TestResults.Result result : TestResults.of(job)) {
        InsightsFlakes.Test test = new InsightsFlakes.Test(job.job().name(), result);
        tests
            .computeIfAbsent(test.name(), name -> new Figures(test, new ArrayList<>()))
            .results()
            .add(result);
        counts.merge(result.result(), 1, Integer::sum);
        total++;
      }
    }
    if (total > 0) {
      results += total;
      addRun(run, counts, total);
    }
  }

  /** Notes that a test of that name is flaky. */
  void addFlake(String test) {
    flaky.add(test);
  }

  /** The answer. */
  ObjectNode json() {
    List<Figures> failed =
        tests.values().stream()
            .filter(test -> test.failed() > 0)
            .sorted(Comparator.comparingLong(Figures::failed).reversed())
            .toList();
    List<Figures> slowest =
        tests.values().stream()
            .sorted(Comparator.comparingInt(Figures::millis).reversed())
            .toList();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("average_test_count", runs.isEmpty() ? 0 : results / runs.size());
    write(node, "most_failed_tests", failed);
    write(node, "slowest_tests", slowest);
    node.put("total_test_runs", runs.size());
    node.set("test_runs", runs);
    return node;
  }

  private void addRun(InsightsRun run, Map<String, Integer> counts, int total) {
    int success = counts.getOrDefault(Job.SUCCESS, 0);
    ObjectNode node = runs.addObject();
    node.put("pipeline_number", run.pipeline())
        .put(
            "workflow_id",
            organization
                .ids()
                .text(
                    new IdName(
                        IdName.Kind.WORKFLOW, run.project(), run.pipeline(), run.workflow(), 0)))
        .put("success_rate", (double) success / total);
    node.putObject("test_counts")
        .put("error", 0)
        .put("failure", counts.getOrDefault(TestResults.FAILURE, 0))
        .put("skipped", counts.getOrDefault("skipped", 0))
        .put("success", success)
        .put("total", total);
  }

  private void write(ObjectNode node, String field, List<Figures> all) {
    ArrayNode shown = node.putArray(field);
    for (Figures figures : all.subList(0, Math.min(SHOWN, all.size()))) {
      InsightsFlakes.Test test = figures.test();
      shown
          .addObject()
          .put("p95_duration", figures.millis() / 1_000.0)
          .put("total_runs", figures.results().size())
          .put("classname", test.result().classname())
          .put("failed_runs", figures.failed())
          .put("flaky", flaky.contains(test.name()))
          .put("source", "pytest")
          .put("file", test.result().file())
          .put("job_name", test.job())
          .put("test_name", test.result().name());
    }
    node.put(field + "_extra", Math.max(0, all.size() - SHOWN));
  }
}
