package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Writes a job's details. */
final class JobJson {
  private static final int MESSAGE = 20;

  private final SampleOrganization organization;

  /** Writes details of the organization's jobs. */
  JobJson(SampleOrganization organization) {
    this.organization = organization;
  }

  /** The job as it is at a time in seconds since 1970. */
  ObjectNode write(JobRun run, long seconds) {
    Project project = run.pipeline().project();
    boolean isOver = seconds >= run.job().endAt();
    String status = run.job().statusAt(seconds);
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("web_url", "https://app.circleci.com/jobs/" + project.slug() + "/" + run.number());
    node.putObject("project")
        .put("id", project.id().toString())
        .put("slug", project.slug())
        .put("name", project.name())
        .put("external_url", project.repositoryUrl());
    ArrayNode runs = node.putArray("parallel_runs");
    for (int machine = 0; machine < run.parallelism(); machine++) {
      runs.addObject().put("index", machine).put("status", status);
    }
    node.put("started_at", Times.millis(run.startedAt()));
    Workflow latest = latest(run, seconds);
    node.putObject("latest_workflow")
        .put("name", latest.spec().name())
        .put("id", organization.workflowJson().id(latest));
    node.put("name", run.job().name());
    node.putObject("executor")
        .put("resource_class", run.resourceClass())
        .put("type", run.executor());
    node.put("parallelism", run.parallelism()).put("status", status).put("number", run.number());
    node.putObject("pipeline").put("id", organization.pipelineJson().id(run.pipeline()));
    if (isOver) {
      node.put("duration", run.stoppedAt() - run.startedAt());
    } else {
      node.putNull("duration");
    }
    node.put("created_at", Times.millis(run.createdAt()));
    writeMessages(node.putArray("messages"), run);
    ArrayNode contexts = node.putArray("contexts");
    if (run.job().name().equals("deploy-production")) {
      contexts.addObject().put("name", ContextRoutes.NAMES.get(ContextRoutes.DEPLOY));
    }
    node.putObject("organization").put("name", organization.config().organization());
    node.put("queued_at", Times.millis(run.queuedAt()));
    if (isOver) {
      node.put("stopped_at", Times.millis(run.stoppedAt()));
    }
    return node;
  }

  private static void writeMessages(ArrayNode messages, JobRun run) {
    if (run.noise().chance(MESSAGE, 60)) {
      ObjectNode message = messages.addObject();
      message.put("type", "warning").put("message", "The image name is deprecated");
      if (run.noise().chance(MESSAGE + 1, 500)) {
        message.put("reason", "image-deprecated");
      }
    }
  }

  /** The newest workflow that lists the job: one that kept it, if there is any yet. */
  private static Workflow latest(JobRun run, long seconds) {
    for (Workflow workflow : SampleOrganization.workflows(run.pipeline(), seconds)) {
      if (workflow.spec().ordinal() == run.workflow().spec().ordinal()
          && run.job().index() < workflow.jobs().size()
          && workflow.jobs().get(run.job().index()).owner() == run.workflow().index()) {
        return workflow;
      }
    }
    return run.workflow();
  }
}
