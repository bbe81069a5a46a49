package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;

/** The routes of groups: one answer with all of them, whatever page or limit is asked for. */
final class GroupRoutes {
  /** The groups by index; more than a page of the other lists. */
  static final ImmutableList<String> NAMES = names(27);

  private final SampleOrganization organization;
  private final Directory directory;

  /** Routes that answer from the organization. */
  GroupRoutes(SampleOrganization organization, Directory directory) {
    this.organization = organization;
    this.directory = directory;
  }

  /** Adds all routes of this class. */
  void addTo(RouteTable routes) {
    routes.addStrict("groups", "/api/v2/organizations/{id}/groups", this::list);
    routes.addStrict("group", "/api/v2/organizations/{id}/groups/{group}", this::single);
  }

  /** Whether there are any: not if all projects are of a provider that has groups of its own. */
  static boolean hasGroups(SampleOrganization organization) {
    return organization.projectList().stream().anyMatch(Project::standalone);
  }

  /** The group at the index. */
  static ObjectNode group(SampleOrganization organization, int index) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", Standing.of(organization, IdName.Kind.GROUP, index, 0).id())
        .put("name", NAMES.get(index))
        .put("description", index % 3 == 2 ? "" : "Who cares for " + NAMES.get(index));
  }

  private Reply list(ApiRequest request) throws ApiException {
    check(request);
    ObjectNode page = JsonNodeFactory.instance.objectNode();
    ArrayNode items = page.putArray("items");
    for (int index = 0; hasGroups(organization) && index < NAMES.size(); index++) {
      items.add(group(organization, index));
    }
    page.putNull("next_page_token");
    return Reply.json(200, page);
  }

  private Reply single(ApiRequest request) throws ApiException {
    check(request);
    IdName name = organization.ids().decode(request.param("group"), IdName.Kind.GROUP);
    if (name == null || !hasGroups(organization) || name.project() >= NAMES.size()) {
      throw new ApiException(403, "Permission denied.");
    }
    return Reply.json(200, group(organization, name.project()));
  }

  /** An organization that is not there is answered like one that nobody may see. */
  private void check(ApiRequest request) throws ApiException {
    if (!directory.isOrganizationId(request.param("id"))) {
      throw new ApiException(403, "Permission denied.");
    }
  }

  private static ImmutableList<String> names(int count) {
    ImmutableList.Builder<String> names = ImmutableList.builder();
    names.add("platform", "billing", "größen-team");
    for (int index = 3; index < count; index++) {
      names.add("team-" + index);
    }
    return names.build();
  }
}
