package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.IntStream;

/** The routes of a job's details, tests, artifacts and steps, which are asked for by its number. */
final class JobRoutes {
  private static final String PROJECT = "/api/v2/project/{provider}/{owner}/{name}";
  private static final ImmutableList<String> ARTIFACTS =
      ImmutableList.of("reports/coverage.html", "reports/junit.xml", "größe/bericht.pdf");

  private final SampleOrganization organization;
  private final Directory directory;
  private final Pages pages;
  private final JobJson details;
  private final StepJson steps;

  /** Routes that answer from the organization, in such pages. */
  JobRoutes(SampleOrganization organization, Directory directory, Pages pages) {
    this.organization = organization;
    this.directory = directory;
    this.pages = pages;
    this.details = new JobJson(organization);
    this.steps = new StepJson(organization);
  }

  /** Adds all routes of this class. */
  void addTo(RouteTable routes) {
    routes.add("job-details", PROJECT + "/job/{number}", this::details);
    routes.add("tests", PROJECT + "/{number}/tests", this::tests);
    routes.add("artifacts", PROJECT + "/{number}/artifacts", this::artifacts);
    routes.add("job-steps", "/api/v1.1/project/{provider}/{owner}/{name}/{number}", this::steps);
  }

  private Reply details(ApiRequest request) throws ApiException {
    return Reply.json(200, details.write(run(request), request.now().getEpochSecond()));
  }

  private Reply tests(ApiRequest request) throws ApiException {
    JobRun run = run(request);
    boolean isOver = request.now().getEpochSecond() >= run.job().endAt();
    List<TestResults.Result> results = isOver ? TestResults.of(run) : List.of();
    return pages.page(
        request,
        "tests " + run.pipeline().project().index() + " " + run.number(),
        IntStream.range(0, results.size()).boxed().toList(),
        Integer::longValue,
        index -> results.get(index).json());
  }

  private Reply artifacts(ApiRequest request) throws ApiException {
    JobRun run = run(request);
    boolean isOver = request.now().getEpochSecond() >= run.job().endAt();
    int count = isOver && TestResults.areIn(run.job()) ? ARTIFACTS.size() * run.parallelism() : 0;
    return pages.page(
        request,
        "artifacts " + run.pipeline().project().index() + " " + run.number(),
        IntStream.range(0, count).boxed().toList(),
        Integer::longValue,
        index -> artifact(run, index));
  }

  private ObjectNode artifact(JobRun run, int index) {
    String path = ARTIFACTS.get(index % ARTIFACTS.size());
    int machine = index / ARTIFACTS.size();
    String id = organization.workflowJson().id(run.workflow(), run.job());
    return JsonNodeFactory.instance
        .objectNode()
        .put("path", path)
        .put("node_index", machine)
        .put(
            "url",
            "https://output.example.com/output/job/" + id + "/artifacts/" + machine + "/" + path);
  }

  /** The oldest version knows only projects of a provider's repository. */
  private Reply steps(ApiRequest request) throws ApiException {
    JobRun run = run(request);
    if (run.pipeline().project().standalone()) {
      throw new ApiException(404, "Project not found");
    }
    return Reply.json(200, steps.first(run, request.now().getEpochSecond()));
  }

  private JobRun run(ApiRequest request) throws ApiException {
    Project project = OrganizationRoutes.project(directory, request);
    JobRun run = null;
    try {
      long number = Long.parseLong(request.param("number"));
      run = JobRun.find(organization, project, number, request.now());
    } catch (NumberFormatException e) {
      throw new ApiException(400, "job-number is invalid.");
    }
    if (run == null) {
      throw new ApiException(404, "Job not found");
    }
    return run;
  }
}
