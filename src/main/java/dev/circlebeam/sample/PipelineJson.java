package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Writes pipelines as the API does: keys that do not apply are absent. */
final class PipelineJson {
  private static final ImmutableList<String> SUBJECTS =
      ImmutableList.of(
          "tighten rounding",
          "Beträge kaufmännisch runden",
          "修正: 配送料の計算",
          "bump dependencies 🚀",
          "répare le cache \"chaud\"",
          "rename tables\tand views");
  private static final ImmutableList<String> ERROR_TYPES =
      ImmutableList.of("config", "config-fetch", "timeout", "permission", "plan", "other");

  private static final int ERROR = 100;
  private static final int WARNING = 101;
  private static final int ACTOR = 102;
  private static final int RECEIVED = 103;
  private static final int REVISION = 104;
  private static final int SUBJECT = 105;
  private static final int BODY = 106;
  private static final int REVIEW = 107;
  private static final int FORK = 108;

  private final Ids ids;
  private final TriggerParameters parameters;

  /** Writes pipelines with these ids, started by these people. */
  PipelineJson(Ids ids, People people) {
    this.ids = ids;
    this.parameters = new TriggerParameters(people);
  }

  /** The pipeline as it is at a time in milliseconds since 1970. */
  ObjectNode write(Pipeline pipeline, long millis) {
    Noise noise = pipeline.noise();
    String state = pipeline.stateAt(millis);
    String created = Times.millis(pipeline.createdAt());
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("id", id(pipeline));
    writeErrors(node, pipeline, state);
    node.put("project_slug", pipeline.project().slug());
    node.put("updated_at", created);
    node.put("number", pipeline.number());
    if (pipeline.errored()) {
      parameters.writeShort(node, pipeline, revision(pipeline));
    } else if (pipeline.describedByParameters()) {
      parameters.writeFull(node, pipeline, revision(pipeline), subject(pipeline));
    }
    node.put("state", state);
    node.put("created_at", created);
    writeTrigger(node, pipeline);
    if (!pipeline.errored() && !pipeline.describedByParameters()) {
      writeVcs(node.putObject("vcs"), pipeline);
    }
    node.putObject("x_sampled").put("lane", noise.below(REVISION, 8)).putArray("marks").add("new");
    return node;
  }

  /** The pipeline's id. */
  String id(Pipeline pipeline) {
    return ids.text(
        new IdName(IdName.Kind.PIPELINE, pipeline.project().index(), pipeline.number(), 0, 0));
  }

  /** The user who caused the pipeline. */
  static int actor(Pipeline pipeline) {
    return pipeline.noise().below(ACTOR, People.count());
  }

  private static void writeErrors(ObjectNode node, Pipeline pipeline, String state) {
    Noise noise = pipeline.noise();
    var errors = node.putArray("errors");
    if (state.equals("errored")) {
      String type = noise.pick(ERROR, ERROR_TYPES);
      errors
          .addObject()
          .put("type", type)
          .put("message", "Invented " + type + " error: the job \"deploy\" is not defined");
    }
    if (noise.chance(WARNING, 40)) {
      node.putArray("warnings")
          .addObject()
          .put("type", "deprecation")
          .put("message", "The image name is deprecated");
    }
  }

  private static void writeTrigger(ObjectNode node, Pipeline pipeline) {
    ObjectNode trigger = node.putObject("trigger");
    if (pipeline.errored()) {
      trigger.put("received_at", Times.millis(0)).put("type", pipeline.triggerType());
      trigger.putObject("actor").put("login", "").putNull("avatar_url");
      return;
    }
    long received = pipeline.createdAt() - 40 - pipeline.noise().below(RECEIVED, 400);
    int actor = actor(pipeline);
    trigger.put("received_at", Times.millis(received)).put("type", pipeline.triggerType());
    trigger
        .putObject("actor")
        .put("login", People.login(actor))
        .put("avatar_url", People.avatar(actor));
  }

  private static void writeVcs(ObjectNode vcs, Pipeline pipeline) {
    Noise noise = pipeline.noise();
    Project project = pipeline.project();
    boolean review = pipeline.branch() != null && noise.chance(REVIEW, 150);
    boolean fork = review && noise.chance(FORK, 200);
    vcs.put(
        "origin_repository_url",
        fork ? project.repositoryUrl() + "-fork" : project.repositoryUrl());
    vcs.put("target_repository_url", project.repositoryUrl());
    vcs.put("revision", revision(pipeline));
    vcs.put("provider_name", project.vcs().provider());
    if (!pipeline.triggerType().equals("api")) {
      vcs.putObject("commit").put("body", body(noise)).put("subject", subject(pipeline));
    }
    if (pipeline.branch() == null) {
      vcs.put("tag", pipeline.tag());
    } else {
      vcs.put("branch", pipeline.branch());
    }
    if (review) {
      int request = 1 + noise.below(REVIEW + 10, 5_000);
      vcs.put("review_id", Integer.toString(request));
      vcs.put("review_url", project.repositoryUrl() + "/pull/" + request);
    }
  }

  private static String revision(Pipeline pipeline) {
    return pipeline.noise().sha1(REVISION);
  }

  private static String subject(Pipeline pipeline) {
    return pipeline.noise().pick(SUBJECT, SUBJECTS);
  }

  private static @Nullable String body(Noise noise) {
    int roll = noise.below(BODY, 10);
    if (roll == 0) {
      return null;
    }
    return roll < 3 ? "First line\n\nSigned-off-by: Søren <soren@example.com>" : "";
  }
}
