package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The routes of pipeline definitions and their triggers: each list is one answer. */
final class DefinitionRoutes {
  private static final String DEFINITIONS = "/api/v2/projects/{id}/pipeline-definitions";
  private static final int MOST_DEFINITIONS = 2;
  private static final int TRIGGERS = 3;
  private static final int ACTOR = 1;
  private static final int REPOSITORY = 2;

  private final SampleOrganization organization;
  private final Directory directory;
  private final Leaks leaks;

  /** Routes that answer from the organization. */
  DefinitionRoutes(SampleOrganization organization, Directory directory) {
    this.organization = organization;
    this.directory = directory;
    this.leaks = new Leaks(organization.config().has(SampleTrait.LEAKING));
  }

  /** Adds all routes of this class. */
  void addTo(RouteTable routes) {
    routes.addStrict("pipeline-definitions", DEFINITIONS, this::definitions);
    routes.addStrict("triggers", DEFINITIONS + "/{definition}/triggers", this::triggers);
  }

  private Reply definitions(ApiRequest request) throws ApiException {
    Project project = directory.project(request.param("id"));
    ObjectNode page = JsonNodeFactory.instance.objectNode();
    ArrayNode items = page.putArray("items");
    for (int index = 0; index < count(project); index++) {
      items.add(definition(project, index));
    }
    return Reply.json(200, page);
  }

  private Reply triggers(ApiRequest request) throws ApiException {
    Project project = directory.project(request.param("id"));
    IdName name = organization.ids().decode(request.param("definition"), IdName.Kind.DEFINITION);
    if (name == null || name.project() != project.index() || name.pipeline() >= count(project)) {
      throw new ApiException(404, "Pipeline definition not found.");
    }
    ObjectNode page = JsonNodeFactory.instance.objectNode();
    ArrayNode items = page.putArray("items");
    for (int index = 0; index < TRIGGERS; index++) {
      items.add(trigger(project, name.pipeline(), index));
    }
    return leaks.in(Reply.json(200, page), "/event_source/webhook/url", "id");
  }

  private static int count(Project project) {
    return 1 + project.index() % MOST_DEFINITIONS;
  }

  private ObjectNode definition(Project project, int index) {
    Standing definition = Standing.of(organization, IdName.Kind.DEFINITION, project.index(), index);
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("id", definition.id()).put("name", index == 0 ? "build-and-test" : "release");
    node.put("description", index == 0 ? "" : "What goes out");
    if (index > 0 || project.standalone()) {
      // The oldest ones do not know when they were made.
      node.put("created_at", Times.seconds(definition.createdAt() / 1_000));
    }
    ObjectNode config = node.putObject("config_source").put("provider", provider(project));
    writeRepository(config, project);
    config.put("file_path", index == 0 ? ".circleci/config.yml" : ".circleci/release.yml");
    writeRepository(node.putObject("checkout_source").put("provider", provider(project)), project);
    return node;
  }

  private ObjectNode trigger(Project project, int definition, int index) {
    IdName name = new IdName(IdName.Kind.TRIGGER, project.index(), definition, index, 0);
    Standing trigger = Standing.of(organization, name);
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("id", trigger.id()).put("created_at", Times.seconds(trigger.createdAt() / 1_000));
    return switch (index) {
      case 0 -> push(node, project);
      case 1 -> schedule(node, trigger);
      default -> webhook(node, trigger);
    };
  }

  private static ObjectNode push(ObjectNode node, Project project) {
    node.put("event_name", "push").put("event_preset", "all-pushes");
    writeRepository(node.putObject("event_source").put("provider", provider(project)), project);
    return node;
  }

  private ObjectNode schedule(ObjectNode node, Standing trigger) {
    node.put("event_name", "nightly").put("description", "nightly").put("event_preset", "");
    ObjectNode schedule =
        node.putObject("event_source").put("provider", "schedule").putObject("schedule");
    schedule.put("cron_expression", "0 2 * * 1,4");
    schedule
        .putObject("attribution_actor")
        .put("id", organization.people().id(trigger.noise().below(ACTOR, People.count())));
    node.put("checkout_ref", Project.DEFAULT_BRANCH).put("config_ref", Project.DEFAULT_BRANCH);
    node.putObject("parameters").put("full", true);
    return node.put("disabled", true);
  }

  private static ObjectNode webhook(ObjectNode node, Standing trigger) {
    node.put("event_name", "from-outside").put("event_preset", "");
    node.putObject("event_source")
        .put("provider", "webhook")
        .putObject("webhook")
        .put(
            "url", "https://internal.example.com/hooks/" + trigger.id() + "?" + SecretMarks.WEBHOOK)
        .put("sender", "billing");
    return node.put("checkout_ref", Project.DEFAULT_BRANCH);
  }

  private static void writeRepository(ObjectNode node, Project project) {
    int id = 500_000_000 + project.noise().below(REPOSITORY, 100_000_000);
    node.putObject("repo")
        .put("full_name", project.repository())
        .put("external_id", Integer.toString(id));
  }

  private static String provider(Project project) {
    return project.standalone() ? "github_app" : project.vcs().longForm() + "_oauth";
  }
}
