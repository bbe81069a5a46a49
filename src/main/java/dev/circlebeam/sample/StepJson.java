package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.util.List;

/** Writes the steps of a job as the versions of the API do that know steps. */
final class StepJson {
  private static final ImmutableList<String> NAMES =
      ImmutableList.of(
          "Spin up environment",
          "Preparing environment variables",
          "Checkout code",
          "npm ci && größe prüfen",
          "Run tests",
          "Uploading test results");
  private static final ImmutableList<String> TYPES =
      ImmutableList.of("dispatch", "setup", "checkout", "run", "run", "store_test_results");
  private static final int COUNT = 30;

  private final SampleOrganization organization;

  /** Writes steps of the organization's jobs. */
  StepJson(SampleOrganization organization) {
    this.organization = organization;
  }

  /** A step on one of the job's machines; it has not ended if its end is to come. */
  private record Step(JobRun run, int index, long startedAt, long stoppedAt, boolean failed) {
    private boolean isOver(long seconds) {
      return stoppedAt <= seconds * 1_000;
    }
  }

  /** The build of version 1.1 at a time in seconds since 1970. */
  ObjectNode first(JobRun run, long seconds) {
    Project project = run.pipeline().project();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("build_num", run.number())
        .put("reponame", project.name())
        .put("username", organization.config().organization())
        .put("vcs_type", project.vcs().longForm())
        .put("status", run.job().statusAt(seconds))
        .put("lifecycle", seconds >= run.job().endAt() ? "finished" : "running")
        .put("parallel", run.parallelism())
        .put("start_time", Times.millis(run.startedAt()));
    ArrayNode all = node.putArray("steps");
    for (Step step : steps(run, seconds)) {
      ArrayNode actions = all.addObject().put("name", NAMES.get(step.index())).putArray("actions");
      for (int machine = 0; machine < run.parallelism(); machine++) {
        actions.add(action(step, machine, seconds));
      }
    }
    return node;
  }

  /** The job of the third version at a time in seconds since 1970. */
  ObjectNode third(JobRun run, long seconds) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ObjectNode data = body.putObject("data");
    data.put("id", organization.workflowJson().id(run.workflow(), run.job()));
    boolean isOver = seconds >= run.job().endAt();
    ObjectNode attributes = data.putObject("attributes");
    attributes.put("name", run.job().name()).put("type", run.job().type());
    writePhase(attributes, isOver, outcome(run.job().outcome()));
    ArrayNode executions = attributes.putArray("parallel_executions");
    for (int machine = 0; machine < run.parallelism(); machine++) {
      ObjectNode execution = executions.addObject().put("index", machine);
      writePhase(execution, isOver, outcome(run.job().outcome()));
      ArrayNode steps = execution.putArray("steps");
      for (Step step : steps(run, seconds)) {
        ObjectNode item = steps.addObject();
        item.put("num", step.index()).put("name", NAMES.get(step.index()));
        item.put("type", TYPES.get(step.index()));
        writePhase(item, step.isOver(seconds), step.failed() ? "failed" : "succeeded");
        item.put("started_at", Times.millis(step.startedAt()));
        if (step.isOver(seconds)) {
          item.put("ended_at", Times.millis(step.stoppedAt()));
          item.put("exit_code", step.failed() ? 1 : 0);
        }
        item.put("command", command(step));
      }
    }
    ObjectNode references = data.putObject("references");
    references.putObject("workflow").put("id", organization.workflowJson().id(run.workflow()));
    references.putObject("project").put("id", run.pipeline().project().id().toString());
    return body;
  }

  private static ObjectNode action(Step step, int machine, long seconds) {
    boolean isOver = step.isOver(seconds);
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("index", machine)
        .put("step", step.index())
        .put("name", NAMES.get(step.index()))
        .put("type", TYPES.get(step.index()))
        .put("parallel", machine > 0 || step.run().parallelism() > 1)
        .put("status", isOver ? (step.failed() ? "failed" : "success") : "running")
        .put("start_time", Times.millis(step.startedAt()));
    if (!isOver) {
      node.putNull("end_time").putNull("exit_code").putNull("run_time_millis");
    } else {
      node.put("end_time", Times.millis(step.stoppedAt()))
          .put("run_time_millis", step.stoppedAt() - step.startedAt());
      if (TYPES.get(step.index()).equals("run")) {
        node.put("exit_code", step.failed() ? 1 : 0);
      } else {
        node.putNull("exit_code");
      }
    }
    node.put("bash_command", command(step))
        .put("has_output", true)
        .put(
            "output_url",
            "https://output.example.com/" + step.index() + "?sig=" + SecretMarks.STEP);
    return node.put("failed", step.failed()).put("background", false).put("truncated", false);
  }

  private static String command(Step step) {
    return "#!/bin/bash -eo pipefail\nexport KEY="
        + SecretMarks.STEP
        + "\n"
        + NAMES.get(step.index());
  }

  private static void writePhase(ObjectNode node, boolean isOver, String outcome) {
    node.put("phase", isOver ? "ended" : "started");
    if (isOver) {
      node.put("outcome", outcome);
    }
  }

  /** The outcome of a job in the words of the third version. */
  private static String outcome(String status) {
    return switch (status) {
      case Job.SUCCESS -> "succeeded";
      case "terminated-unknown" -> "errored";
      default -> status;
    };
  }

  /** The steps that have begun at a time; what failed is the last one. */
  private static List<Step> steps(JobRun run, long seconds) {
    int count = 2 + run.noise().below(COUNT, NAMES.size() - 1);
    long start = run.startedAt();
    long length = (run.stoppedAt() - start) / count;
    ImmutableList.Builder<Step> steps = ImmutableList.builder();
    for (int index = 0; index < count; index++) {
      boolean isLast = index == count - 1;
      long stop = isLast ? run.stoppedAt() : start + length;
      if (start <= seconds * 1_000) {
        steps.add(new Step(run, index, start, stop, isLast && run.job().fails()));
      }
      start = stop;
    }
    return steps.build();
  }
}
