package dev.circlebeam.sample;

/** The routes of workflows and their jobs. */
final class WorkflowRoutes {
  private final SampleOrganization organization;
  private final Pages pages;

  /** Routes that answer from the organization, in such pages. */
  WorkflowRoutes(SampleOrganization organization, Pages pages) {
    this.organization = organization;
    this.pages = pages;
  }

  /** Adds all routes of this class. */
  void addTo(RouteTable routes) {
    routes.add("pipeline-workflows", "/api/v2/pipeline/{id}/workflow", this::ofPipeline);
    routes.add("workflow", "/api/v2/workflow/{id}", this::byId);
    routes.add("workflow-jobs", "/api/v2/workflow/{id}/job", this::jobs);
  }

  private Reply ofPipeline(ApiRequest request) throws ApiException {
    Pipeline pipeline = PipelineRoutes.pipeline(organization, request);
    long now = request.now().getEpochSecond();
    return pages.page(
        request,
        "workflows " + request.param("id"),
        SampleOrganization.workflows(pipeline, now),
        Workflow::index,
        workflow -> organization.workflowJson().write(workflow, now));
  }

  private Reply byId(ApiRequest request) throws ApiException {
    return Reply.json(
        200, organization.workflowJson().write(workflow(request), request.now().getEpochSecond()));
  }

  private Reply jobs(ApiRequest request) throws ApiException {
    Workflow workflow = workflow(request);
    long now = request.now().getEpochSecond();
    return pages.page(
        request,
        "jobs " + request.param("id"),
        workflow.jobs(),
        Job::index,
        job -> organization.workflowJson().write(workflow, job, now));
  }

  private Workflow workflow(ApiRequest request) throws ApiException {
    IdName name = organization.ids().decode(request.param("id"), IdName.Kind.WORKFLOW);
    Pipeline pipeline =
        name == null ? null : organization.pipeline(name, request.now().toEpochMilli());
    if (name != null && pipeline != null && name.workflow() < pipeline.workflows().size()) {
      Workflow workflow = pipeline.workflows().get(name.workflow());
      if (workflow.createdAt() <= request.now().getEpochSecond()) {
        return workflow;
      }
    }
    throw new ApiException(404, "Workflow not found");
  }
}
