package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.IntStream;

/** The routes of contexts, their environment variables and restrictions. */
final class ContextRoutes {
  /** The contexts by index. */
  static final ImmutableList<String> NAMES =
      ImmutableList.of(
          "build-secrets",
          "deploy-production",
          "docker-hub",
          "empty",
          "signing",
          "slack",
          "everything-we-ever-had");

  /** The index of the context that deploy jobs use. */
  static final int DEPLOY = 1;

  private static final ImmutableList<String> VARIABLES =
      ImmutableList.of("API_KEY", "DB_URL", "PASSWORD", "REGISTRY", "SMTP_HOST", "TOKEN");
  private static final int EMPTY = 3;
  private static final int VARIABLES_OF_LAST = 130;
  private static final int VARIABLES_A_PAGE = 100;

  private final SampleOrganization organization;
  private final Directory directory;
  private final Pages pages;
  private final Leaks leaks;

  /** Routes that answer from the organization, in such pages. */
  ContextRoutes(SampleOrganization organization, Directory directory, Pages pages) {
    this.organization = organization;
    this.directory = directory;
    this.pages = pages;
    this.leaks = new Leaks(organization.config().has(SampleTrait.LEAKING));
  }

  /** Adds all routes of this class. */
  void addTo(RouteTable routes) {
    routes.add("contexts", "/api/v2/context", this::list);
    routes.add("context", "/api/v2/context/{id}", this::single);
    routes.add(
        "context-environment-variables",
        "/api/v2/context/{id}/environment-variable",
        this::variables);
    routes.add("context-restrictions", "/api/v2/context/{id}/restrictions", this::restrictions);
  }

  private Reply list(ApiRequest request) throws ApiException {
    if ("account".equals(request.queryValue("owner-type"))) {
      throw new ApiException(400, "only organization is supported at present");
    }
    String id = request.queryValue("owner-id");
    String owner = id == null ? request.queryValue("owner-slug") : id;
    if (owner == null) {
      throw new ApiException(400, "owner-id or owner-slug is missing.");
    }
    if (!directory.isOrganization(owner)) {
      throw new ApiException(404, "Organization does not exist.");
    }
    String name = request.queryValue("name");
    List<Integer> contexts =
        IntStream.range(0, NAMES.size())
            .filter(index -> name == null || NAMES.get(index).equals(name))
            .boxed()
            .toList();
    return pages.page(request, "contexts " + name, contexts, Integer::longValue, this::context);
  }

  private Reply single(ApiRequest request) throws ApiException {
    return Reply.json(200, context(index(request)).put("org_id", organization.id().toString()));
  }

  /** A page of a hundred, whatever the page token is: the service does not look at it. */
  private Reply variables(ApiRequest request) throws ApiException {
    int context = index(request);
    int count = variableCount(context);
    ArrayNode items = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < Math.min(count, VARIABLES_A_PAGE); i++) {
      items.add(variable(context, i));
    }
    Reply page =
        pages.page(
            "variables of context " + context,
            items,
            count > VARIABLES_A_PAGE,
            VARIABLES_A_PAGE - 1);
    return leaks.in(page, "/truncated_value", "variable", "context_id");
  }

  /** All of them at once; there is no page token in the answer. */
  private Reply restrictions(ApiRequest request) throws ApiException {
    int context = index(request);
    ObjectNode page = JsonNodeFactory.instance.objectNode();
    ArrayNode items = page.putArray("items");
    if (context == DEPLOY) {
      Project project = organization.projectList().get(0);
      items
          .add(
              restriction(context, 0, "project", project.id().toString())
                  .put("project_id", project.id().toString())
                  .put("name", project.name()))
          .add(
              restriction(context, 1, "expression", "pipeline.git.branch == \"main\"")
                  .putNull("name"));
    }
    if (context == DEPLOY + 1 && GroupRoutes.hasGroups(organization)) {
      items.add(
          restriction(context, 0, "group", GroupRoutes.group(organization, 0).get("id").asText())
              .put("name", GroupRoutes.NAMES.get(0)));
    }
    return Reply.json(200, page);
  }

  private ObjectNode context(int index) {
    Standing context = context(organization, index);
    return JsonNodeFactory.instance
        .objectNode()
        .put("name", NAMES.get(index))
        .put("id", context.id())
        .put("created_at", context.created());
  }

  private ObjectNode variable(int context, int index) {
    Standing variable =
        Standing.of(organization, new IdName(IdName.Kind.CONTEXT, context, 1 + index, 0, 0));
    // In the order of their names.
    String name = index < VARIABLES.size() ? VARIABLES.get(index) : "VARIABLE_" + (1_000 + index);
    return JsonNodeFactory.instance
        .objectNode()
        .put("variable", name)
        .put("truncated_value", SecretMarks.TAIL)
        .put("created_at", variable.created())
        .put("updated_at", variable.updated())
        .put("context_id", context(organization, context).id());
  }

  private ObjectNode restriction(int context, int index, String type, String value) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", Standing.of(organization, IdName.Kind.RESTRICTION, context, index).id())
        .put("context_id", context(organization, context).id())
        .put("restriction_type", type)
        .put("restriction_value", value);
  }

  private int variableCount(int context) {
    if (context == NAMES.size() - 1) {
      return VARIABLES_OF_LAST;
    }
    return context == EMPTY
        ? 0
        : 1 + context(organization, context).noise().below(0, VARIABLES.size());
  }

  /** A context that is not there is answered like one that nobody may see. */
  private int index(ApiRequest request) throws ApiException {
    String id = request.param("id");
    if (Ids.parse(id) == null) {
      throw new ApiException(400, "context_id is invalid.");
    }
    IdName name = organization.ids().decode(id, IdName.Kind.CONTEXT);
    if (name == null || name.pipeline() != 0 || name.project() >= NAMES.size()) {
      throw new ApiException(403, "Permission denied.");
    }
    return name.project();
  }

  private static Standing context(SampleOrganization organization, int index) {
    return Standing.of(organization, IdName.Kind.CONTEXT, index, 0);
  }
}
