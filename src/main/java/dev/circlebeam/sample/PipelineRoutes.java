package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The routes of pipelines. */
final class PipelineRoutes {
  private final SampleOrganization organization;
  private final Directory directory;
  private final Pages pages;

  /** Routes that answer from the organization, in such pages. */
  PipelineRoutes(SampleOrganization organization, Directory directory, Pages pages) {
    this.organization = organization;
    this.directory = directory;
    this.pages = pages;
  }

  /** Adds all routes of this class. */
  void addTo(RouteTable routes) {
    routes.add(
        "project-pipelines", "/api/v2/project/{provider}/{owner}/{name}/pipeline", this::ofProject);
    routes.add(
        "project-pipeline",
        "/api/v2/project/{provider}/{owner}/{name}/pipeline/{number}",
        this::byNumber);
    routes.add("organization-pipelines", "/api/v2/pipeline", this::ofOrganization);
    routes.add("pipeline", "/api/v2/pipeline/{id}", this::byId);
    routes.add("pipeline-config", "/api/v2/pipeline/{id}/config", this::config);
  }

  /**
   * The visible pipeline whose id is in the request's path.
   *
   * @throws ApiException if there is none
   */
  static Pipeline pipeline(SampleOrganization organization, ApiRequest request)
      throws ApiException {
    String id = request.param("id");
    if (Ids.parse(id) == null) {
      throw new ApiException(400, "pipeline-id is invalid.");
    }
    IdName name = organization.ids().decode(id, IdName.Kind.PIPELINE);
    return found(name == null ? null : organization.pipeline(name, request.now().toEpochMilli()));
  }

  private Reply ofProject(ApiRequest request) throws ApiException {
    Project project = OrganizationRoutes.project(directory, request);
    String branch = request.queryValue("branch");
    String list = "project " + project.index() + (branch == null ? "" : " branch " + branch);
    long now = request.now().toEpochMilli();
    Timeline timeline = project.timeline();
    int number = (int) Math.min(timeline.newest(now), pages.position(request, list, Job.NEVER) - 1);
    int oldest = timeline.oldest(now);
    ArrayNode items = JsonNodeFactory.instance.arrayNode();
    int last = 0;
    for (; number >= oldest; number--) {
      Pipeline pipeline = organization.pipeline(project, number);
      if (branch != null && !branch.equals(pipeline.branch())) {
        continue;
      }
      if (items.size() == pages.size()) {
        break;
      }
      items.add(organization.pipelineJson().write(pipeline, now));
      last = number;
    }
    return pages.page(list, items, number >= oldest, last);
  }

  private Reply ofOrganization(ApiRequest request) throws ApiException {
    String slug = request.queryValue("org-slug");
    if (slug == null) {
      throw new ApiException(400, "org-slug is missing.");
    }
    if (!directory.isOrganization(slug)) {
      throw new ApiException(404, "Org not found.");
    }
    long now = request.now().toEpochMilli();
    String list = "organization";
    Feed feed = new Feed(organization, now, pages.position(request, list, Job.NEVER));
    ArrayNode items = JsonNodeFactory.instance.arrayNode();
    long last = 0;
    while (items.size() < pages.size() && feed.hasNext()) {
      Pipeline pipeline = feed.next();
      items.add(organization.pipelineJson().write(pipeline, now));
      last = Feed.position(pipeline);
    }
    return pages.page(list, items, feed.hasNext(), last);
  }

  private Reply byId(ApiRequest request) throws ApiException {
    return reply(pipeline(organization, request), request);
  }

  private Reply config(ApiRequest request) throws ApiException {
    return Reply.json(200, PipelineConfig.json(pipeline(organization, request)));
  }

  private Reply byNumber(ApiRequest request) throws ApiException {
    Project project = OrganizationRoutes.project(directory, request);
    int number;
    try {
      number = Integer.parseInt(request.param("number"));
    } catch (NumberFormatException e) {
      throw new ApiException(404, "Pipeline not found");
    }
    if (number < 1 || number > IdName.MAX_PIPELINE) {
      throw new ApiException(404, "Pipeline not found");
    }
    IdName name = new IdName(IdName.Kind.PIPELINE, project.index(), number, 0, 0);
    return reply(found(organization.pipeline(name, request.now().toEpochMilli())), request);
  }

  private Reply reply(Pipeline pipeline, ApiRequest request) {
    return Reply.json(
        200, organization.pipelineJson().write(pipeline, request.now().toEpochMilli()));
  }

  private static Pipeline found(@Nullable Pipeline pipeline) throws ApiException {
    if (pipeline == null) {
      throw new ApiException(404, "Pipeline not found");
    }
    return pipeline;
  }
}
