package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Writes {@code trigger_parameters}: the free-form maps that some pipelines have. */
final class TriggerParameters {
  private static final int GITLAB = 200;
  private static final int WEBHOOK = 201;

  private final People people;

  /** Writes parameters of pipelines started by these people. */
  TriggerParameters(People people) {
    this.people = people;
  }

  /** What is known of a pipeline whose configuration could not be read. */
  void writeShort(ObjectNode node, Pipeline pipeline, String revision) {
    ObjectNode parameters = node.putObject("trigger_parameters");
    parameters.putObject("git").put("checkout_sha", revision);
    parameters
        .putObject("circleci")
        .put("project_name", pipeline.project().name())
        .put("provider_name", pipeline.project().vcs().longForm());
  }

  /** What the newer integrations send in place of {@code vcs}: nested maps of texts. */
  void writeFull(ObjectNode node, Pipeline pipeline, String revision, String subject) {
    boolean gitlab = pipeline.noise().chance(GITLAB, 300);
    ObjectNode parameters = node.putObject("trigger_parameters");
    writeCircleci(parameters.putObject("circleci"), pipeline, gitlab);
    writeGit(parameters.putObject("git"), pipeline, revision);
    writeIntegration(
        parameters.putObject(gitlab ? "gitlab" : "github_app"), pipeline, revision, subject);
    parameters.putObject("event").put("title", subject).put("description", "");
    if (pipeline.noise().chance(WEBHOOK, 100)) {
      parameters
          .putObject("webhook")
          .put("body", "{\"reason\":\"größer\",\"retries\":[1,2],\"nested\":{\"deep\":null}}");
    }
  }

  private void writeCircleci(ObjectNode circleci, Pipeline pipeline, boolean gitlab) {
    int actor = PipelineJson.actor(pipeline);
    circleci
        .put("event_time", Times.millis(pipeline.createdAt() - 300))
        .put("event_type", pipeline.tag() == null ? "push" : "create")
        .put("trigger_type", gitlab ? "gitlab" : "github_app")
        .put("actor_id", people.id(actor))
        .put("provider_login", People.login(actor))
        .put("provider_name", gitlab ? "gitlab" : "github_app");
  }

  private static void writeGit(ObjectNode git, Pipeline pipeline, String revision) {
    String branch = pipeline.branch();
    String tag = pipeline.tag();
    git.put("branch", branch == null ? "" : branch)
        .put("tag", tag == null ? "" : tag)
        .put("ref", ref(pipeline))
        .put("checkout_sha", revision)
        .put("checkout_url", pipeline.project().repositoryUrl() + ".git")
        .put("repo_url", pipeline.project().repositoryUrl());
  }

  private static void writeIntegration(
      ObjectNode integration, Pipeline pipeline, String revision, String subject) {
    int actor = PipelineJson.actor(pipeline);
    String created = Times.seconds(pipeline.createdAt() / 1_000);
    integration
        .put("ref", ref(pipeline))
        .put("repo_full_name", pipeline.project().repository())
        .put("default_branch", "main")
        .put("commit_sha", revision)
        .put("commit_title", subject)
        // With an offset, as git writes times, and not with a Z.
        .put("commit_timestamp", created.substring(0, created.length() - 1) + "+00:00")
        .put("commit_author_name", People.name(actor))
        .put("commit_author_email", People.login(actor) + "@example.com")
        .put("total_commits_count", "1")
        .put("forced", "false");
  }

  private static String ref(Pipeline pipeline) {
    return pipeline.branch() == null
        ? "refs/tags/" + pipeline.tag()
        : "refs/heads/" + pipeline.branch();
  }
}
