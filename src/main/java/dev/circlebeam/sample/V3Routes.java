package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The routes of the third version of the API: the list of all projects, and a job's steps. */
final class V3Routes {
  private static final String PROJECTS = "v3 projects";
  private static final int PAGE = 20;
  private static final int MOST_A_PAGE = 50;

  private final SampleOrganization organization;
  private final Directory directory;
  private final PageTokens tokens;
  private final StepJson steps;

  /** Routes that answer from the organization. */
  V3Routes(SampleOrganization organization, Directory directory, PageTokens tokens) {
    this.organization = organization;
    this.directory = directory;
    this.tokens = tokens;
    this.steps = new StepJson(organization);
  }

  /** Adds all routes of this class. */
  void addTo(RouteTable routes) {
    routes.addStrict("v3-projects", "/api/v3/projects", this::projects);
    routes.addStrict("v3-job", "/api/v3/jobs/{id}", this::job);
  }

  private Reply projects(ApiRequest request) throws ApiException {
    String id = request.queryValue("filter[org_id]");
    if (id == null) {
      throw new ApiException(400, "filter[org_id] is required");
    }
    if (!directory.isOrganizationId(id)) {
      throw new ApiException(404, "no such organization");
    }
    String cursor = request.queryValue("page[cursor]");
    int limit = limit(request.queryValue("page[limit]"));
    int start = cursor == null ? 0 : (int) tokens.decode(PROJECTS, cursor);
    int end = Math.min(start + limit, organization.projectList().size());
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ArrayNode data = body.putArray("data");
    for (Project project : organization.projectList().subList(start, end)) {
      ObjectNode item = data.addObject().put("id", project.id().toString());
      item.putObject("attributes").put("name", project.name());
      item.putObject("references").putObject("org").put("id", id);
    }
    ObjectNode page = body.putObject("page");
    page.put("next", end < organization.projectList().size() ? tokens.encode(PROJECTS, end) : null);
    page.put("prev", start > 0 ? tokens.encode(PROJECTS, Math.max(0, start - limit)) : null);
    return Reply.json(200, body);
  }

  private Reply job(ApiRequest request) throws ApiException {
    IdName name = organization.ids().decode(request.param("id"), IdName.Kind.JOB);
    JobRun run = name == null ? null : JobRun.find(organization, name, request.now());
    if (run == null) {
      throw new ApiException(404, "no such job");
    }
    return Reply.json(200, steps.third(run, request.now().getEpochSecond()));
  }

  private static int limit(@Nullable String text) throws ApiException {
    if (text == null) {
      return PAGE;
    }
    try {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= MOST_A_PAGE) {
        return limit;
      }
    } catch (NumberFormatException e) {
      throw new ApiException(400, "page[limit] must be a number");
    }
    throw new ApiException(400, "page[limit] must be 1 to " + MOST_A_PAGE);
  }
}
