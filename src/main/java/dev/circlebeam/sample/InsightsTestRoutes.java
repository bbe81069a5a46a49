package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The routes of what Insights knows of tests. */
final class InsightsTestRoutes {
  private static final int LATEST_RUNS = 10;

  private final SampleOrganization organization;
  private final InsightsParams params;
  private final InsightsHistory history;
  private final InsightsFlakes flakes;

  /** Routes that answer from the history of the organization. */
  InsightsTestRoutes(
      SampleOrganization organization, InsightsParams params, InsightsHistory history) {
    this.organization = organization;
    this.params = params;
    this.history = history;
    this.flakes = new InsightsFlakes(history);
  }

  /** Adds all routes of this class, which are as strict as those of {@link InsightsRoutes}. */
  void addTo(RouteTable routes) {
    for (String slug : ImmutableList.of(InsightsParams.THREE_PARTS, InsightsParams.ONE_PART)) {
      String project = "/api/v2/insights" + slug;
      routes.addStrict("flaky-tests", project + "/flaky-tests", this::flakyTests);
      routes.addStrict(
          "insights-test-metrics",
          project + "/workflows/{workflow}/test-metrics",
          this::testMetrics);
    }
  }

  private Reply flakyTests(ApiRequest request) throws ApiException {
    Project project = params.project(request);
    List<InsightsFlakes.Flake> all = flakes.of(project, request.now().toEpochMilli());
    Map<String, Long> times =
        all.stream()
            .collect(Collectors.groupingBy(flake -> flake.test().name(), Collectors.counting()));
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    ArrayNode rows = node.putArray("flaky_tests");
    for (InsightsFlakes.Flake flake : all) {
      rows.add(json(flake, times.get(flake.test().name())));
    }
    return Reply.json(200, node.put("total_flaky_tests", times.size()));
  }

  private ObjectNode json(InsightsFlakes.Flake flake, long times) {
    TestResults.Result result = flake.test().result();
    JobRun job = flake.job();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    if (times > 1) {
      node.put("time_wasted", flake.run().seconds());
    }
    return node.put("workflow_created_at", Times.millis(flake.run().createdAt()))
        .put("workflow_id", organization.workflowJson().id(job.workflow()))
        .put("classname", result.classname())
        .put("pipeline_number", job.pipeline().number())
        .put("workflow_name", job.workflow().spec().name())
        .put("test_name", result.name())
        .put("job_name", job.job().name())
        .put("job_number", job.number())
        .put("times_flaked", times)
        .put("source", "pytest")
        .put("file", result.file());
  }

  private Reply testMetrics(ApiRequest request) throws ApiException {
    Project project = params.project(request);
    String name = request.param("workflow");
    String branch = InsightsParams.branch(request);
    long now = request.now().toEpochMilli();
    InsightsTestMetrics metrics = new InsightsTestMetrics(organization);
    if (!project.standalone()) {
      history.runs(project, Long.MIN_VALUE, Job.NEVER, now).stream()
          .filter(run -> run.name().equals(name) && run.isOn(branch))
          .limit(LATEST_RUNS)
          .forEach(run -> metrics.add(run, history.jobs(project, run).toList()));
      flakes.of(project, now).forEach(flake -> metrics.addFlake(flake.test().name()));
    }
    return Reply.json(200, metrics.json());
  }
}
