package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What the policies decided: once for each pipeline whose configuration could be read. */
final class PolicyDecisions {
  private static final int STATUS = 400;
  private static final int TIME = 401;
  private static final int HASH = 402;
  private static final int HARD_OF_ERRORED = 300;

  private final SampleOrganization organization;

  /** Decisions on the pipelines of the organization. */
  PolicyDecisions(SampleOrganization organization) {
    this.organization = organization;
  }

  /** Whether there is one: an errored pipeline has one only if it was the policies' doing. */
  static boolean isMade(Pipeline pipeline) {
    return !pipeline.errored() || pipeline.noise().chance(STATUS, HARD_OF_ERRORED);
  }

  /** When it was made, in milliseconds since 1970. */
  static long createdAt(Pipeline pipeline) {
    return pipeline.createdAt() + 500 + pipeline.noise().below(TIME, 3_000);
  }

  /** What it was, of a pipeline that has one. */
  static String status(Pipeline pipeline) {
    if (pipeline.errored()) {
      return "HARD_FAIL";
    }
    int roll = pipeline.noise().below(STATUS, 100);
    if (roll < 88) {
      return "PASS";
    }
    return roll < 98 ? "SOFT_FAIL" : "ERROR";
  }

  /** The item of the list. */
  ObjectNode json(Pipeline pipeline) {
    String status = status(pipeline);
    Project project = pipeline.project();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("id", id(pipeline)).put("created_at", Times.millis(createdAt(pipeline)));
    ObjectNode decision = node.putObject("decision").put("status", status);
    if (status.equals("ERROR")) {
      decision.put("reason", "evaluation timed out");
    }
    decision.putArray("enabled_rules").add("branch_rules").add("pinned_orbs");
    writeFailures(decision.putArray("hard_failures"), status.equals("HARD_FAIL"));
    writeFailures(decision.putArray("soft_failures"), status.equals("SOFT_FAIL"));
    ObjectNode metadata = node.putObject("metadata");
    metadata
        .put("project_id", project.id().toString())
        .put("build_number", pipeline.number())
        .put("ssh_rerun", false);
    String branch = pipeline.branch();
    String tag = pipeline.tag();
    metadata
        .putObject("vcs")
        .put("branch", branch == null ? "" : branch)
        .put("release_tag", tag == null ? "" : tag)
        .put("origin_repository_url", project.repositoryUrl())
        .put("target_repository_url", project.repositoryUrl());
    String hash = pipeline.project().noise().sha1(HASH);
    node.putObject("policies").put("branch_rules", (hash + hash + hash + hash).substring(0, 128));
    return node.put("time_taken_ms", 5 + pipeline.noise().below(TIME, 60));
  }

  private String id(Pipeline pipeline) {
    return organization
        .ids()
        .text(
            new IdName(IdName.Kind.DECISION, pipeline.project().index(), pipeline.number(), 0, 0));
  }

  private static void writeFailures(ArrayNode failures, boolean any) {
    if (any) {
      failures.addObject().put("rule", "pinned_orbs").put("reason", "orb node is not pinned");
    }
  }
}
