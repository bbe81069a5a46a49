package dev.circlebeam.sample;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The routes of Insights' workflows, which it knows only after their end. */
final class InsightsRoutes {
  private final SampleOrganization organization;
  private final InsightsParams params;
  private final Pages pages;
  private final InsightsHistory history;

  /** Routes that answer from the history of the organization, in such pages. */
  InsightsRoutes(
      SampleOrganization organization,
      InsightsParams params,
      Pages pages,
      InsightsHistory history) {
    this.organization = organization;
    this.params = params;
    this.pages = pages;
    this.history = history;
  }

  /**
   * Adds all routes of this class. They are strict, because a slash in a workflow's name must not
   * be taken for one between parts; the slug with escaped slashes is a pattern of its own.
   */
  void addTo(RouteTable routes) {
    for (String project : ImmutableList.of(InsightsParams.THREE_PARTS, InsightsParams.ONE_PART)) {
      String pattern = "/api/v2/insights" + project + "/workflows";
      routes.addStrict("insights-workflows", pattern, this::workflows);
      routes.addStrict("insights-runs", pattern + "/{workflow}", this::runs);
    }
  }

  private Reply workflows(ApiRequest request) throws ApiException {
    Project project = params.project(request);
    String branch = InsightsParams.branch(request);
    InsightsParams.Window window = InsightsParams.window(request);
    long now = request.now().toEpochMilli();
    List<InsightsSummary> summaries =
        history.runs(project, window.before(now), Job.NEVER, now).stream()
            .filter(run -> run.isOn(branch))
            .collect(Collectors.groupingBy(InsightsRun::name, TreeMap::new, Collectors.toList()))
            .entrySet()
            .stream()
            .map(runs -> new InsightsSummary(runs.getKey(), runs.getValue(), window.days()))
            .toList();
    return pages.page(
        request,
        InsightsParams.list("summaries", project, branch, window.name()),
        summaries,
        summary -> Integer.toUnsignedLong(summary.name().hashCode()),
        summary -> summary.json(project));
  }

  private Reply runs(ApiRequest request) throws ApiException {
    Project project = params.project(request);
    String name = request.param("workflow");
    String branch = InsightsParams.branch(request);
    InsightsParams.Dates dates = InsightsParams.dates(request);
    List<InsightsRun> runs =
        history.runs(project, dates.from(), dates.to(), request.now().toEpochMilli()).stream()
            .filter(run -> run.name().equals(name) && run.isOn(branch))
            .toList();
    return pages.page(
        request,
        InsightsParams.list("runs " + name, project, branch, dates.toString()),
        runs,
        InsightsRun::position,
        run -> run.json(organization.ids()));
  }
}
