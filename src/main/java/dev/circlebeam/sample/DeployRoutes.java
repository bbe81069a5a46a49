package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.IntStream;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The routes of environments, of what is deployed to them, and of the versions that were. */
final class DeployRoutes {
  private static final ImmutableList<String> ENVIRONMENTS =
      ImmutableList.of("production", "staging");
  private static final int MOST_A_PAGE = 100;

  private final SampleOrganization organization;
  private final Directory directory;
  private final Deployments deployments;
  private final Pages pages;
  private final PageTokens tokens;

  /** Routes that answer from the organization, in such pages unless asked for others. */
  DeployRoutes(
      SampleOrganization organization, Directory directory, Pages pages, PageTokens tokens) {
    this.organization = organization;
    this.directory = directory;
    this.deployments = new Deployments(organization);
    this.pages = pages;
    this.tokens = tokens;
  }

  /** Adds all routes of this class. */
  void addTo(RouteTable routes) {
    routes.addStrict("deploy-environments", "/api/v2/deploy/environments", this::environments);
    routes.addStrict("deploy-components", "/api/v2/deploy/components", this::components);
    routes.addStrict("deploy-component", "/api/v2/deploy/components/{id}", this::component);
    routes.addStrict("deploy-versions", "/api/v2/deploy/components/{id}/versions", this::versions);
  }

  /** The id of the environment that production jobs deploy to. */
  static String productionId(SampleOrganization organization) {
    return Standing.of(organization, IdName.Kind.ENVIRONMENT, 0, 0).id();
  }

  private Reply environments(ApiRequest request) throws ApiException {
    check(request);
    return pages(request)
        .page(
            request,
            "environments",
            IntStream.range(0, ENVIRONMENTS.size()).boxed().toList(),
            Integer::longValue,
            this::environment);
  }

  private ObjectNode environment(int index) {
    Standing environment = Standing.of(organization, IdName.Kind.ENVIRONMENT, index, 0);
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("id", environment.id()).put("name", ENVIRONMENTS.get(index));
    if (index == 0) {
      node.put("description", "EU cluster");
    }
    node.putArray("labels").addObject().put("key", "region").put("value", "eu-west-1");
    // Written by a library that leaves out zeros.
    return node.put("created_at", Times.seconds(environment.createdAt() / 1_000))
        .put("updated_at", environment.updated().replaceFirst("0+Z$", "Z"));
  }

  private Reply components(ApiRequest request) throws ApiException {
    check(request);
    String projectId = request.queryValue("project-id");
    String name = request.queryValue("component-name");
    List<Integer> wanted =
        IntStream.rangeClosed(0, organization.projectList().size())
            .filter(index -> isOfProject(index, projectId))
            .filter(index -> name == null || componentName(index).contains(name))
            .boxed()
            .toList();
    return pages(request)
        .page(
            request,
            "components " + projectId + " " + name,
            wanted,
            Integer::longValue,
            index -> componentJson(index, 0));
  }

  /** The number of releases is right only here; in the list it is zero. */
  private Reply component(ApiRequest request) throws ApiException {
    int index = index(request);
    return Reply.json(
        200, componentJson(index, deployments(index, request.now().getEpochSecond()).size()));
  }

  private Reply versions(ApiRequest request) throws ApiException {
    int index = index(request);
    String environment = request.queryValue("environment-id");
    List<Deployments.Deployment> all =
        environment == null || environment.equals(productionId(organization))
            ? deployments(index, request.now().getEpochSecond())
            : List.of();
    return pages(request)
        .page(
            request,
            "versions of component " + index,
            all,
            Deployments.Deployment::position,
            deployment ->
                deployments.json(deployment, deployment.position() == all.get(0).position()));
  }

  private ObjectNode componentJson(int index, int releases) {
    Standing component = Standing.of(organization, IdName.Kind.COMPONENT, index, 0);
    Project project = project(index);
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("id", component.id());
    if (project == null) {
      node.putNull("project_id");
    } else {
      node.put("project_id", project.id().toString());
    }
    node.put("name", componentName(index)).put("release_count", releases);
    node.putArray("labels").addObject().put("key", "tier").put("value", "service");
    node.put("created_at", Times.seconds(component.createdAt() / 1_000))
        .put("updated_at", component.updated());
    if (project == null) {
      node.put("archived_at", component.updated());
    }
    return node;
  }

  private List<Deployments.Deployment> deployments(int index, long seconds) {
    Project project = project(index);
    return project == null ? List.of() : deployments.of(project, seconds);
  }

  /** One component for each project, and after them one whose project is gone. */
  private @Nullable Project project(int component) {
    return component < organization.projectList().size()
        ? organization.projectList().get(component)
        : null;
  }

  private String componentName(int index) {
    Project project = project(index);
    return project == null ? "legacy-batch" : project.name();
  }

  private boolean isOfProject(int index, @Nullable String projectId) {
    Project project = project(index);
    return projectId == null || (project != null && projectId.equals(project.id().toString()));
  }

  private int index(ApiRequest request) throws ApiException {
    IdName name = organization.ids().decode(request.param("id"), IdName.Kind.COMPONENT);
    if (name == null || name.project() > organization.projectList().size()) {
      throw new ApiException(404, "Component not found.");
    }
    return name.project();
  }

  private void check(ApiRequest request) throws ApiException {
    String id = request.queryValue("org-id");
    if (id == null) {
      throw new ApiException(400, "org-id is missing.");
    }
    if (!directory.isOrganizationId(id)) {
      throw new ApiException(404, "Org not found.");
    }
  }

  private Pages pages(ApiRequest request) throws ApiException {
    String size = request.queryValue("page-size");
    if (size == null) {
      return pages;
    }
    try {
      int asked = Integer.parseInt(size);
      if (asked >= 1) {
        return new Pages(Math.min(asked, MOST_A_PAGE), tokens);
      }
    } catch (NumberFormatException e) {
      throw new ApiException(400, "page-size is invalid.");
    }
    throw new ApiException(400, "page-size is invalid.");
  }
}
