package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The routes of scheduled pipelines. How the service spells their keys is not known: every other
 * project's have hyphens.
 */
final class ScheduleRoutes {
  private static final int ACTOR = 1;
  private static final int HOUR = 2;
  private static final int MOST = 3;

  private final SampleOrganization organization;
  private final Directory directory;
  private final Pages pages;

  /** Routes that answer from the organization, in such pages. */
  ScheduleRoutes(SampleOrganization organization, Directory directory, Pages pages) {
    this.organization = organization;
    this.directory = directory;
    this.pages = pages;
  }

  /** Adds all routes of this class. */
  void addTo(RouteTable routes) {
    routes.add("schedules", "/api/v2/project/{provider}/{owner}/{name}/schedule", this::list);
    routes.add("schedule", "/api/v2/schedule/{id}", this::single);
  }

  private Reply list(ApiRequest request) throws ApiException {
    Project project = OrganizationRoutes.project(directory, request);
    List<Integer> schedules = IntStream.range(0, count(project)).boxed().toList();
    return pages.page(
        request,
        "schedules of project " + project.index(),
        schedules,
        Integer::longValue,
        index -> schedule(project, index));
  }

  private Reply single(ApiRequest request) throws ApiException {
    IdName name = organization.ids().decode(request.param("id"), IdName.Kind.SCHEDULE);
    if (name != null && name.project() < organization.projectList().size()) {
      Project project = organization.projectList().get(name.project());
      if (name.pipeline() < count(project)) {
        return Reply.json(200, schedule(project, name.pipeline()));
      }
    }
    throw new ApiException(404, "Schedule not found.");
  }

  /** Standalone projects have triggers instead. */
  private static int count(Project project) {
    return project.standalone() ? 0 : 1 + project.index() % MOST;
  }

  private ObjectNode schedule(Project project, int index) {
    Standing schedule = Standing.of(organization, IdName.Kind.SCHEDULE, project.index(), index);
    char mark = project.index() % 2 == 0 ? '-' : '_';
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("id", schedule.id()).put("name", index == 0 ? "nightly" : "weekly-" + index);
    if (index == 0) {
      node.putNull("description");
    } else {
      node.put("description", "full suite");
    }
    node.put("project_slug".replace('_', mark), project.slug())
        .put("created_at".replace('_', mark), schedule.created())
        .put("updated_at".replace('_', mark), schedule.updated());
    writeTimetable(node.putObject("timetable"), schedule.noise(), index, mark);
    ObjectNode parameters = node.putObject("parameters");
    parameters.put("branch", Project.DEFAULT_BRANCH).put("full", true).put("the-retries", 2);
    ObjectNode actor = organization.people().json(schedule.noise().below(ACTOR, People.count()));
    node.set("actor", actor);
    return node;
  }

  private static void writeTimetable(ObjectNode node, Noise noise, int index, char mark) {
    node.put("per_hour".replace('_', mark), 1 + index);
    node.putArray("hours_of_day".replace('_', mark)).add(noise.below(HOUR, 24)).add(23);
    if (index == 0) {
      node.putArray("days_of_week".replace('_', mark)).add("MON").add("THU");
      return;
    }
    ArrayNode days = node.putArray("days_of_month".replace('_', mark));
    days.add(1).add(15);
    node.putArray("months").add("JAN").add("JUL");
  }
}
