package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** The routes of what Insights sums up: an organization, a project, a workflow. */
final class InsightsTotalsRoutes {
  private final SampleOrganization organization;
  private final InsightsParams params;
  private final InsightsHistory history;

  /** Routes that answer from the history of the organization. */
  InsightsTotalsRoutes(
      SampleOrganization organization, InsightsParams params, InsightsHistory history) {
    this.organization = organization;
    this.params = params;
    this.history = history;
  }

  /**
   * Adds all routes of this class, which are as strict as those of {@link InsightsRoutes}. The
   * pages come first: their path looks like an organization's.
   */
  void addTo(RouteTable routes) {
    for (String slug : ImmutableList.of(InsightsParams.THREE_PARTS, InsightsParams.ONE_PART)) {
      String project = "/api/v2/insights" + slug;
      routes.addStrict(
          "insights-project-summary", "/api/v2/insights/pages" + slug + "/summary", this::project);
      routes.addStrict("insights-branches", project + "/branches", this::branches);
      routes.addStrict(
          "insights-workflow-summary", project + "/workflows/{workflow}/summary", this::workflow);
    }
    routes.addStrict(
        "insights-organization-summary",
        "/api/v2/insights/{provider}/{owner}/summary",
        this::organization);
    routes.addStrict(
        "insights-organization-summary", "/api/v2/insights/{slug}/summary", this::organization);
  }

  /** Runs of a window and of the one before it, as a trend compares them. */
  private record Windows(List<InsightsRun> now, List<InsightsRun> before, int days) {
    private Windows only(Predicate<InsightsRun> wanted) {
      return new Windows(
          now.stream().filter(wanted).toList(), before.stream().filter(wanted).toList(), days);
    }

    private ObjectNode trends() {
      return InsightsTotals.of(now, days)
          .trends(InsightsTotals.of(before, days), InsightsTotals.TRENDS);
    }

    private void write(ObjectNode node, List<String> fields) {
      InsightsTotals.of(now, days).write(node, InsightsTotals.of(before, days), fields);
    }
  }

  private Reply organization(ApiRequest request) throws ApiException {
    params.checkOrganization(request);
    InsightsParams.Window window = InsightsParams.window(request);
    Collection<String> asked = request.query().get("project-names");
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    ObjectNode whole = node.putObject("org_data");
    ArrayNode projects = node.putArray("org_project_data");
    ArrayNode names = node.putArray("all_projects");
    ImmutableList.Builder<InsightsRun> now = ImmutableList.builder();
    ImmutableList.Builder<InsightsRun> before = ImmutableList.builder();
    for (Project project : organization.projectList()) {
      names.add(project.name());
      boolean isAsked = asked.contains(project.name());
      if (!asked.isEmpty() && !isAsked) {
        continue;
      }
      Windows windows = windows(project, window, request);
      now.addAll(windows.now());
      before.addAll(windows.before());
      // Only those that were asked for by name are told of one by one.
      if (isAsked) {
        windows.write(
            projects.addObject().put("project_name", project.name()), InsightsTotals.PROJECT);
      }
    }
    new Windows(now.build(), before.build(), window.days()).write(whole, InsightsTotals.ALL);
    return Reply.json(200, node);
  }

  private Reply project(ApiRequest request) throws ApiException {
    Project project = params.project(request);
    Collection<String> branches = request.query().get("branches");
    Collection<String> names = request.query().get("workflow-names");
    Windows all = windows(project, InsightsParams.window(request), request);
    Windows windows =
        all.only(
            run ->
                (branches.isEmpty() || branches.contains(branch(run)))
                    && (names.isEmpty() || names.contains(run.name())));
    ObjectNode node = ids(project);
    windows.write(node.putObject("project_data"), InsightsTotals.ALL);
    ArrayNode byName = node.putArray("project_workflow_data");
    ArrayNode byBranch = node.putArray("project_workflow_branch_data");
    for (String name : names(windows.now())) {
      Windows ofName = windows.only(run -> run.name().equals(name));
      ofName.write(byName.addObject().put("workflow_name", name), InsightsTotals.WORKFLOW);
      for (String branch : branches(ofName.now())) {
        ofName
            .only(run -> branch(run).equals(branch))
            .write(
                byBranch.addObject().put("workflow_name", name).put("branch", branch),
                InsightsTotals.WORKFLOW);
      }
    }
    branches(all.now()).forEach(node.putArray("all_branches")::add);
    names(all.now()).forEach(node.putArray("all_workflows")::add);
    return Reply.json(200, node);
  }

  private Reply branches(ApiRequest request) throws ApiException {
    Project project = params.project(request);
    String name = request.queryValue("workflow-name");
    List<InsightsRun> runs =
        history.runs(project, Long.MIN_VALUE, Job.NEVER, request.now().toEpochMilli()).stream()
            .filter(run -> name == null || run.name().equals(name))
            .toList();
    ObjectNode node = ids(project);
    branches(runs).forEach(node.putArray("branches")::add);
    return Reply.json(200, node);
  }

  private Reply workflow(ApiRequest request) throws ApiException {
    Project project = params.project(request);
    String name = request.param("workflow");
    String branch = InsightsParams.branch(request);
    InsightsParams.Window window = InsightsParams.window(request);
    Windows all = windows(project, window, request);
    Windows windows = all.only(run -> run.name().equals(name) && run.isOn(branch));
    if (windows.now().isEmpty()) {
      throw new ApiException(404, "Workflow not found");
    }
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    InsightsSummary summary = new InsightsSummary(name, windows.now(), window.days());
    node.set("metrics", summary.metrics());
    node.set("trends", windows.trends());
    names(all.now()).forEach(node.putArray("workflow_names")::add);
    return Reply.json(200, node);
  }

  private Windows windows(Project project, InsightsParams.Window window, ApiRequest request) {
    long now = request.now().toEpochMilli();
    long start = window.before(now);
    return new Windows(
        history.runs(project, start, Job.NEVER, now),
        history.runs(project, window.before(start), start, now),
        window.days());
  }

  private ObjectNode ids(Project project) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("org_id", organization.id().toString())
        .put("project_id", project.id().toString());
  }

  private static Set<String> names(List<InsightsRun> runs) {
    TreeSet<String> names = new TreeSet<>();
    runs.forEach(run -> names.add(run.name()));
    return names;
  }

  private static Set<String> branches(List<InsightsRun> runs) {
    TreeSet<String> branches = new TreeSet<>();
    runs.forEach(run -> branches.add(branch(run)));
    branches.remove("");
    return branches;
  }

  private static String branch(InsightsRun run) {
    return run.branch() == null ? "" : run.branch();
  }
}
