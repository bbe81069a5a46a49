package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Finds the versions that a project's jobs have put into production. */
final class Deployments {
  /** How many of a project's newest pipelines count; older versions are forgotten. */
  private static final int PIPELINES = 400;

  private static final String NOTHING = "00000000-0000-0000-0000-000000000000";
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("yyyy.MM.dd").withZone(ZoneOffset.UTC);

  private final SampleOrganization organization;

  /** The deployments of an organization. */
  Deployments(SampleOrganization organization) {
    this.organization = organization;
  }

  /** A job that has deployed. */
  record Deployment(Workflow workflow, Job job) {
    /** A number that no other deployment of the project has. */
    long position() {
      return (long) workflow.pipeline().number() << 6 | workflow.index();
    }
  }

  /** The deployments of a project at a time in seconds since 1970, newest first. */
  List<Deployment> of(Project project, long seconds) {
    int newest = project.timeline().newest(seconds * 1_000);
    int oldest = Math.max(project.timeline().oldest(seconds * 1_000), newest - PIPELINES);
    List<Deployment> all = new ArrayList<>();
    for (int number = newest; number >= oldest; number--) {
      for (Workflow workflow : organization.pipeline(project, number).workflows()) {
        int gate = workflow.spec().approval();
        if (gate >= 0 && gate + 1 < workflow.jobs().size()) {
          Job job = workflow.jobs().get(gate + 1);
          boolean isOwn = job.owner() == workflow.index();
          if (isOwn && job.outcome().equals(Job.SUCCESS) && job.endAt() <= seconds) {
            all.add(new Deployment(workflow, job));
          }
        }
      }
    }
    all.sort(
        Comparator.comparingLong((Deployment deployment) -> deployment.job().endAt())
            .thenComparingLong(Deployment::position)
            .reversed());
    return all;
  }

  /** The item of the list of versions. */
  ObjectNode json(Deployment deployment, boolean live) {
    Workflow workflow = deployment.workflow();
    Pipeline pipeline = workflow.pipeline();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("name", name(deployment))
        .put("namespace", "default")
        .put("environment_id", DeployRoutes.productionId(organization))
        .put("is_live", live)
        .put("pipeline_id", organization.pipelineJson().id(pipeline))
        .put("workflow_id", organization.workflowJson().id(workflow));
    if (pipeline.number() % 3 == 0) {
      // Told by a program that knew its workflow and nothing more.
      node.put("job_id", NOTHING);
    } else {
      node.put("job_id", organization.workflowJson().id(workflow, deployment.job()))
          .put("job_number", WorkflowJson.number(workflow, deployment.job()));
    }
    return node.put("last_deployed_at", Times.seconds(deployment.job().endAt()));
  }

  private static String name(Deployment deployment) {
    Workflow workflow = deployment.workflow();
    String day = DAY.format(Instant.ofEpochSecond(deployment.job().endAt()));
    return day + "-" + workflow.pipeline().number() + "." + workflow.index();
  }
}
