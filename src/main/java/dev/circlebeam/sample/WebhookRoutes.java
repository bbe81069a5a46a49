package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The routes of the webhooks that a project sends. */
final class WebhookRoutes {
  private final SampleOrganization organization;
  private final Directory directory;
  private final Leaks leaks;

  /** Routes that answer from the organization. */
  WebhookRoutes(SampleOrganization organization, Directory directory) {
    this.organization = organization;
    this.directory = directory;
    this.leaks = new Leaks(organization.config().has(SampleTrait.LEAKING));
  }

  /** Adds all routes of this class. */
  void addTo(RouteTable routes) {
    routes.add("webhooks", "/api/v2/webhook", this::list);
  }

  private Reply list(ApiRequest request) throws ApiException {
    String id = request.queryValue("scope-id");
    if (id == null || !"project".equals(request.queryValue("scope-type"))) {
      throw new ApiException(400, "scope-id and scope-type=project are required.");
    }
    Project project = directory.project(id);
    ObjectNode page = JsonNodeFactory.instance.objectNode();
    ArrayNode items = page.putArray("items");
    for (int index = 0; index <= project.index() % 3; index++) {
      items.add(webhook(project, index));
    }
    page.putNull("next_page_token");
    return leaks.in(Reply.json(200, page), "/url", "id");
  }

  private ObjectNode webhook(Project project, int index) {
    Standing webhook = Standing.of(organization, IdName.Kind.WEBHOOK, project.index(), index);
    ObjectNode node =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", webhook.id())
            .put("name", index == 0 ? "to-warehouse" : "to-chat-" + index)
            .put("url", "https://hooks.example.com/" + SecretMarks.WEBHOOK + "/" + index)
            .put("verify_tls", index != 1)
            .put("signing_secret", index == 0 ? "****" : "");
    ArrayNode events = node.putArray("events").add("workflow-completed");
    if (index == 0) {
      events.add("job-completed");
    }
    node.putObject("scope").put("id", project.id().toString()).put("type", "project");
    return node.put("created_at", webhook.created()).put("updated_at", webhook.updated());
  }
}
