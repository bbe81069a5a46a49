package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.time.DateTimeException;
import java.time.Instant;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The routes of config policies and of what they decided, which say 404 where not enabled. */
final class PolicyRoutes {
  private static final String OWNER = "/api/v2/owner/{id}/context/config";
  private static final ImmutableList<String> NAMES =
      ImmutableList.of("branch_rules", "pinned_orbs", "resource_classes");

  private final SampleOrganization organization;
  private final Directory directory;
  private final PolicyDecisions decisions;
  private final int pageSize;

  /** Routes that answer from the organization, decisions in pages of that size. */
  PolicyRoutes(SampleOrganization organization, Directory directory, int pageSize) {
    this.organization = organization;
    this.directory = directory;
    this.decisions = new PolicyDecisions(organization);
    this.pageSize = pageSize;
  }

  /** Adds all routes of this class. */
  void addTo(RouteTable routes) {
    routes.addStrict("policy-bundle", OWNER + "/policy-bundle", this::bundle);
    routes.addStrict("policy-decisions", OWNER + "/decision", this::decisions);
    routes.addStrict("policy-settings", OWNER + "/decision/settings", this::settings);
  }

  private Reply bundle(ApiRequest request) throws ApiException {
    check(request);
    ObjectNode bundle = JsonNodeFactory.instance.objectNode();
    for (int index = 0; index < NAMES.size(); index++) {
      String name = NAMES.get(index);
      Standing policy = Standing.of(organization, IdName.Kind.DECISION, index, 0);
      bundle
          .putArray(name)
          .addObject()
          .put("name", name)
          .put("content", "package org\n\npolicy_name[\"" + name + "\"]\n")
          .put("created_at", Times.seconds(policy.createdAt() / 1_000))
          .put("created_by", organization.people().id(index));
    }
    return Reply.json(200, bundle);
  }

  private Reply settings(ApiRequest request) throws ApiException {
    check(request);
    return Reply.json(200, JsonNodeFactory.instance.objectNode().put("enabled", true));
  }

  /** A bare array, newest first, that goes on at an offset and not at a token. */
  private Reply decisions(ApiRequest request) throws ApiException {
    check(request);
    long now = request.now().toEpochMilli();
    long after = time(request, "after", Long.MIN_VALUE);
    long before = time(request, "before", Job.NEVER);
    int skip = number(request, "offset", 0);
    String projectId = request.queryValue("project_id");
    int build = number(request, "build_number", 0);
    ArrayNode items = JsonNodeFactory.instance.arrayNode();
    Feed feed = new Feed(organization, now, Job.NEVER);
    while (items.size() < pageSize && feed.hasNext()) {
      Pipeline pipeline = feed.next();
      long at = PolicyDecisions.createdAt(pipeline);
      if (at < after) {
        break;
      }
      if (at >= before
          || at > now
          || !PolicyDecisions.isMade(pipeline)
          || !isOr(request.queryValue("status"), PolicyDecisions.status(pipeline))
          || !isOr(request.queryValue("branch"), pipeline.branch())
          || !isOr(projectId, pipeline.project().id().toString())
          || (build > 0 && build != pipeline.number())) {
        continue;
      }
      if (skip > 0) {
        skip--;
      } else {
        items.add(decisions.json(pipeline));
      }
    }
    return Reply.json(200, items);
  }

  private void check(ApiRequest request) throws ApiException {
    String id = request.param("id");
    if (Ids.parse(id) == null) {
      throw new ApiException(400, "OwnerID: must be a valid UUID.");
    }
    if (!directory.isOrganizationId(id)) {
      throw new ApiException(403, "Forbidden");
    }
    if (organization.config().has(SampleTrait.WITHOUT_POLICIES)) {
      throw new ApiException(404, "policy bundle not found");
    }
  }

  private static boolean isOr(@Nullable String wanted, @Nullable String value) {
    return wanted == null || wanted.equals(value);
  }

  private static int number(ApiRequest request, String parameter, int otherwise)
      throws ApiException {
    String text = request.queryValue(parameter);
    if (text == null) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(text);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new ApiException(400, parameter + ": must be an integer.");
    }
    throw new ApiException(400, parameter + ": must not be negative.");
  }

  private static long time(ApiRequest request, String parameter, long otherwise)
      throws ApiException {
    String text = request.queryValue(parameter);
    if (text == null) {
      return otherwise;
    }
    try {
      return Instant.parse(text).toEpochMilli();
    } catch (DateTimeException e) {
      throw new ApiException(400, parameter + ": must be a valid date-time.");
    }
  }
}
