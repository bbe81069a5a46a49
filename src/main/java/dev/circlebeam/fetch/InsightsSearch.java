package dev.circlebeam.fetch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.circleci.Answer;
import dev.circlebeam.circleci.ApiRequest;
import dev.circlebeam.circleci.CircleCiClient;
import dev.circlebeam.circleci.Dispatcher;
import dev.circlebeam.circleci.FailureKind;
import dev.circlebeam.record.StoredTables;
import dev.circlebeam.record.Timestamps;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Finds reruns under pipelines that are read no more: Insights lists the recent runs of each
 * workflow; those whose workflow is not in the output, and was not read by this walk, lead to their
 * pipelines. It finds what Insights shows: runs that have ended, after a while, for 90 days.
 */
final class InsightsSearch {
  /** What is asked for: names of workflows, runs of one name, or the pipeline of a run. */
  private enum Kind {
    NAMES,
    RUNS,
    PIPELINE
  }

  /**
   * A request of the search.
   *
   * @param createdAt for {@link Kind#PIPELINE}: when the run was created
   * @param tokens of the same list, to tell one that comes twice
   */
  record Asked(
      Kind kind,
      ProjectWalk project,
      ApiRequest path,
      @Nullable String pageToken,
      @Nullable Instant createdAt,
      Set<String> tokens) {
    ApiRequest request() {
      return pageToken == null ? path : path.with(Map.of("page-token", pageToken));
    }
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Dispatcher<Asked, JsonNode> dispatcher;
  private final Table workflows;
  private final StoredTables stored;
  private final Tally tally;

  /** By project, the runs that may be reruns: workflow id and when it was created. */
  private final Map<ProjectWalk, Map<String, Instant>> runs = new LinkedHashMap<>();

  private final Map<ProjectWalk, Map<String, Instant>> pipelines = new LinkedHashMap<>();
  private final Set<ProjectWalk> failed = new HashSet<>();

  /**
   * @param dispatcher sends the search's requests
   * @param workflows the table whose rows are looked for
   * @param stored the output
   * @param tally takes errors
   */
  InsightsSearch(
      Dispatcher<Asked, JsonNode> dispatcher, Table workflows, StoredTables stored, Tally tally) {
    this.dispatcher = dispatcher;
    this.workflows = workflows;
    this.stored = stored;
    this.tally = tally;
  }

  /** Sends a request of the search once. */
  static Answer<JsonNode> send(CircleCiClient client, Asked asked) {
    return client.get(asked.request(), JSON::readTree);
  }

  /**
   * Searches.
   *
   * @param projects those in which to look, after all else of them was read
   * @return by project, ids of pipelines with unknown workflows, each with a time about when it was
   *     created
   * @throws InterruptedException when the thread is asked to stop
   */
  Map<ProjectWalk, Map<String, Instant>> search(List<ProjectWalk> projects)
      throws InterruptedException {
    for (ProjectWalk project : projects) {
      runs.put(project, new LinkedHashMap<>());
      ApiRequest names = path("insights/{project_slug}/workflows", project, Map.of());
      submit(new Asked(Kind.NAMES, project, names, null, null, new HashSet<>()));
    }
    run();
    forgetKnown();
    runs.forEach(
        (project, unknown) -> unknown.forEach((id, created) -> pipelineOf(project, id, created)));
    run();
    if (!dispatcher.isStopped()) {
      projects.stream().filter(p -> !failed.contains(p)).forEach(ProjectWalk::searched);
    }
    return pipelines;
  }

  private void run() throws InterruptedException {
    for (Dispatcher.Completion<Asked, JsonNode> done = dispatcher.next();
        done != null;
        done = dispatcher.next()) {
      Asked asked = done.request();
      if (done.answer() instanceof Answer.Ok<JsonNode> ok) {
        take(asked, ok.body());
      } else if (done.answer() instanceof Answer.Failed<JsonNode> answer) {
        if (answer.failure().kind() == FailureKind.UNAUTHORIZED) {
          throw Tally.invalidCredentials(asked.request(), answer.failure());
        }
        // A server without Insights, or a run that is gone, has nothing to be found.
        if (answer.failure().kind() != FailureKind.NOT_FOUND) {
          failed.add(asked.project());
          tally.searchFailed(asked.project(), asked.request(), answer.failure(), done.attempts());
        }
      }
    }
  }

  private void take(Asked asked, JsonNode body) {
    if (asked.kind() == Kind.PIPELINE) {
      String pipeline = body.path("pipeline_id").asText("");
      if (isPartOfPath(pipeline)) {
        tally.rerunFound();
        pipelines
            .computeIfAbsent(asked.project(), p -> new LinkedHashMap<>())
            .put(pipeline, asked.createdAt());
      }
      return;
    }
    for (JsonNode item : body.path("items")) {
      if (asked.kind() == Kind.NAMES) {
        runsOf(asked.project(), item.path("name").asText(""));
      } else {
        ranBefore(asked.project(), item);
      }
    }
    String next = body.path("next_page_token").asText("");
    if (!next.isEmpty() && !body.path("next_page_token").isNull() && asked.tokens().add(next)) {
      submit(new Asked(asked.kind(), asked.project(), asked.path(), next, null, asked.tokens()));
    }
  }

  private void runsOf(ProjectWalk project, String name) {
    Instant from = project.task().search().from().truncatedTo(ChronoUnit.SECONDS);
    if (isPartOfPath(name)) {
      ApiRequest path =
          path("insights/{project_slug}/workflows/{name}", project, Map.of("name", name))
              .with(Map.of("start-date", from.toString()));
      submit(new Asked(Kind.RUNS, project, path, null, null, new HashSet<>()));
    }
  }

  private void pipelineOf(ProjectWalk project, String workflow, Instant createdAt) {
    if (isPartOfPath(workflow)) {
      ApiRequest path = ApiRequest.of("workflow/{id}", Map.of("id", workflow));
      submit(new Asked(Kind.PIPELINE, project, path, null, createdAt, Set.of()));
    }
  }

  private static boolean isPartOfPath(String name) {
    return !name.isEmpty() && !name.equals(".") && !name.equals("..");
  }

  private void ranBefore(ProjectWalk project, JsonNode run) {
    String id = run.path("id").asText("");
    if (id.isEmpty() || project.hasSeen(id)) {
      return;
    }
    Long micros = Timestamps.parseMicros(run.path("created_at").asText(""));
    // Only needed until the pipeline itself says when it was created.
    Instant createdAt =
        micros == null ? project.task().search().from() : Timestamps.instant(micros);
    runs.get(project).put(id, createdAt);
  }

  /** Takes out what the output has: of finished runs of circlebeam, which wrote all below it. */
  private void forgetKnown() {
    Instant oldest = null;
    Map<String, ProjectWalk> all = new HashMap<>();
    for (Map.Entry<ProjectWalk, Map<String, Instant>> project : runs.entrySet()) {
      for (Map.Entry<String, Instant> run : project.getValue().entrySet()) {
        all.put(run.getKey(), project.getKey());
        oldest = oldest == null || run.getValue().isBefore(oldest) ? run.getValue() : oldest;
      }
    }
    if (oldest == null) {
      return;
    }
    String key = workflows.primaryKey().get(0);
    // Insights tells the time more exactly than the table; around midnight that is another day.
    LocalDate from = LocalDate.ofInstant(oldest, ZoneOffset.UTC).minusDays(1);
    stored.read(
        workflows,
        Set.of(key, Table.SYNCED_AT),
        from,
        null,
        row -> {
          String id = row.get(key).toString();
          ProjectWalk project = all.get(id);
          if (project != null) {
            Instant writtenBy = Timestamps.instant((Long) row.get(Table.SYNCED_AT));
            if (project.task().search().committed().contains(writtenBy)) {
              runs.get(project).remove(id);
            }
          }
        });
  }

  private ApiRequest path(String template, ProjectWalk project, Map<String, String> more) {
    Map<String, Object> columns = project.columns();
    columns.putAll(more);
    return ApiRequest.of(template, columns).with(Map.of("all-branches", "true"));
  }

  private void submit(Asked asked) {
    dispatcher.submit(asked, 0);
  }
}
