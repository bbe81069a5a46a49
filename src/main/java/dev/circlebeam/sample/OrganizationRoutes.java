package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

/** The routes of the user, the organization and its projects. */
final class OrganizationRoutes {
  private final SampleOrganization organization;
  private final Directory directory;

  /** Routes that answer from the organization. */
  OrganizationRoutes(SampleOrganization organization, Directory directory) {
    this.organization = organization;
    this.directory = directory;
  }

  /** Adds all routes of this class. */
  void addTo(RouteTable routes) {
    routes.add("me", "/api/v2/me", request -> Reply.json(200, organization.people().json(0)));
    routes.add("user", "/api/v2/user/{id}", this::user);
    routes.add("collaborations", "/api/v2/me/collaborations", request -> collaborations());
    routes.add(
        "organization", "/api/v2/organization/{id}", request -> organization(request.param("id")));
    routes.add(
        "organization",
        "/api/v2/organization/{provider}/{owner}",
        request -> organization(request.param("provider") + "/" + request.param("owner")));
    routes.add(
        "project",
        "/api/v2/project/{provider}/{owner}/{name}",
        request -> Reply.json(200, project(directory, request).json()));
    routes.add(
        "project",
        "/api/v2/project/{id}",
        request -> Reply.json(200, directory.project(request.param("id")).json()));
  }

  /**
   * The project whose slug's parts are in the request's path.
   *
   * @throws ApiException if there is none
   */
  static Project project(Directory directory, ApiRequest request) throws ApiException {
    return directory.project(
        request.param("provider"), request.param("owner"), request.param("name"));
  }

  private Reply user(ApiRequest request) throws ApiException {
    IdName name = organization.ids().decode(request.param("id"), IdName.Kind.USER);
    // One account has vanished, but what it started has not.
    if (name == null || name.project() >= People.count() || name.project() == People.GONE) {
      throw new ApiException(404, "User does not exist.");
    }
    return Reply.json(200, organization.people().json(name.project()));
  }

  private Reply organization(String name) throws ApiException {
    if (!directory.isOrganization(name)) {
      throw new ApiException(404, "Org not found.");
    }
    return Reply.json(200, organization.json());
  }

  private Reply collaborations() {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    all.add(organization.json().put("avatar_url", "https://avatars.example.com/u/200?v=4"));
    // Listed because of one shared repository; it was never used, so it has no id.
    all.addObject()
        .putNull("id")
        .put("vcs_type", organization.config().vcs().longForm())
        .put("name", "old-fork-owner")
        .put("slug", organization.config().vcs().shortForm() + "/old-fork-owner")
        .putNull("avatar_url");
    return Reply.json(200, all);
  }
}
