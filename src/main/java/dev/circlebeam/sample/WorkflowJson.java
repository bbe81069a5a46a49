package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Writes workflows and their jobs as the API does. */
final class WorkflowJson {
  private static final long JOBS_A_WORKFLOW = 128;
  private static final long JOBS_A_PIPELINE = 16 * JOBS_A_WORKFLOW;

  private final Ids ids;
  private final People people;
  private final PipelineJson pipelines;

  /** Writes workflows with these ids, started by these people. */
  WorkflowJson(Ids ids, People people, PipelineJson pipelines) {
    this.ids = ids;
    this.people = people;
    this.pipelines = pipelines;
  }

  /** The workflow as it is at a time in seconds since 1970. */
  ObjectNode write(Workflow workflow, long time) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("pipeline_id", pipelines.id(workflow.pipeline()));
    node.put("id", id(workflow));
    node.put("name", workflow.spec().name());
    node.put("project_slug", workflow.pipeline().project().slug());
    if (workflow.spec().setup()) {
      node.put("tag", "setup");
    }
    node.put("status", workflow.statusAt(time));
    node.put("started_by", people.id(workflow.starter()));
    if (workflow.autoRerun() > 0) {
      node.put("auto_rerun_number", workflow.autoRerun());
    }
    if (workflow.spec().maxAutoReruns() > 0) {
      node.put("max_auto_reruns", workflow.spec().maxAutoReruns());
    }
    node.put("pipeline_number", workflow.pipeline().number());
    node.put("created_at", Times.seconds(workflow.createdAt()));
    writeEnd(node, workflow, time);
    node.putObject("x_sampled").put("run", workflow.index());
    return node;
  }

  /** The job as it is at a time in seconds since 1970, in the list of that workflow. */
  ObjectNode write(Workflow workflow, Job job, long time) {
    String status = job.statusAt(time);
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    ArrayNode dependencies = node.putArray("dependencies");
    ObjectNode requires = JsonNodeFactory.instance.objectNode();
    for (Job.Edge edge : job.edges()) {
      String other = id(workflow, workflow.jobs().get(edge.index()));
      dependencies.add(other);
      ArrayNode statuses = requires.putArray(other);
      edge.statuses().forEach(statuses::add);
    }
    if (time >= job.startedAt()) {
      long number = number(workflow, job);
      // As an int where it fits, so that the node equals the one that a parser makes of it.
      node.set(
          "job_number", number == (int) number ? new IntNode((int) number) : new LongNode(number));
    }
    node.put("id", id(workflow, job));
    if (time >= job.startedAt()) {
      node.put("started_at", Times.seconds(job.startedAt()));
    } else {
      node.putNull("started_at");
    }
    node.put("name", job.name());
    if (job.isApproval()) {
      node.put("approval_request_id", approvalId(workflow, job));
    }
    node.put("project_slug", workflow.pipeline().project().slug());
    node.put("status", status);
    node.put("type", job.type());
    node.set("requires", requires);
    if (time >= job.endAt()) {
      writeEnd(node, job);
    }
    node.putArray("labels").add("linux").add(job.index() % 2 == 0 ? "medium" : "large");
    return node;
  }

  /** The workflow's id. */
  String id(Workflow workflow) {
    Pipeline pipeline = workflow.pipeline();
    return ids.text(
        new IdName(
            IdName.Kind.WORKFLOW,
            pipeline.project().index(),
            pipeline.number(),
            workflow.index(),
            0));
  }

  private void writeEnd(ObjectNode node, Workflow workflow, long time) {
    if (time < workflow.endAt()) {
      // Absent or null while it is not over: both are seen.
      if (workflow.pipeline().number() % 2 == 0) {
        node.putNull("stopped_at");
      }
      return;
    }
    node.put("stopped_at", Times.seconds(workflow.endAt()));
    if (workflow.ender() >= 0) {
      boolean canceled = workflow.outcome().equals(Job.CANCELED);
      node.put(canceled ? "canceled_by" : "errored_by", people.id(workflow.ender()));
    }
  }

  private void writeEnd(ObjectNode node, Job job) {
    if (job.isApproval() || job.startedAt() != Job.NEVER) {
      node.put("stopped_at", Times.seconds(job.endAt()));
    }
    if (job.person() >= 0) {
      boolean canceled = job.outcome().equals(Job.CANCELED);
      node.put(canceled ? "canceled_by" : "approved_by", people.id(job.person()));
    }
  }

  /** The job's id. */
  String id(Workflow workflow, Job job) {
    return ids.text(name(IdName.Kind.JOB, workflow, job));
  }

  private String approvalId(Workflow workflow, Job job) {
    return ids.text(name(IdName.Kind.APPROVAL, workflow, job));
  }

  /** A kept job names the workflow under which it ran, so it has the same id in both lists. */
  private static IdName name(IdName.Kind kind, Workflow workflow, Job job) {
    Pipeline pipeline = workflow.pipeline();
    return new IdName(
        kind, pipeline.project().index(), pipeline.number(), job.owner(), job.index());
  }

  /** Unique in the project and ascending with the pipelines, but not without gaps. */
  static long number(Workflow workflow, Job job) {
    return workflow.pipeline().number() * JOBS_A_PIPELINE
        + job.owner() * JOBS_A_WORKFLOW
        + job.index();
  }

  /** The job that has a number in a project, if any has; null for what is no such number. */
  static @Nullable IdName name(Project project, long number) {
    long pipeline = number / JOBS_A_PIPELINE;
    if (pipeline < 1 || pipeline > IdName.MAX_PIPELINE) {
      return null;
    }
    return new IdName(
        IdName.Kind.JOB,
        project.index(),
        (int) pipeline,
        (int) (number % JOBS_A_PIPELINE / JOBS_A_WORKFLOW),
        (int) (number % JOBS_A_WORKFLOW));
  }
}
