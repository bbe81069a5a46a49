package dev.circlebeam.fetch;

import dev.circlebeam.catalog.Table;
import dev.circlebeam.circleci.Answer;
import dev.circlebeam.circleci.ApiRequest;
import dev.circlebeam.circleci.Dispatcher;
import dev.circlebeam.circleci.Failure;
import dev.circlebeam.circleci.FailureKind;
import dev.circlebeam.record.Page;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.state.ProjectFacts;
import dev.circlebeam.state.ProjectName;
import dev.circlebeam.state.ProjectState;
import dev.circlebeam.state.SyncState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericRecord;

/** Reads the rows of the projects that were named, and settles what the rest of a run rests on. */
final class ProjectReading {
  private final FetchSpec spec;
  private final Dispatcher<TableRequest, Page> dispatcher;
  private final Tally tally;
  private final SyncState state;
  private final Map<String, ProjectName> projects = new LinkedHashMap<>();
  private final List<ProjectFacts> facts = new ArrayList<>();
  private final EnumSet<FailureKind> failures = EnumSet.noneOf(FailureKind.class);

  ProjectReading(
      FetchSpec spec, Dispatcher<TableRequest, Page> dispatcher, Tally tally, SyncState state) {
    this.spec = spec;
    this.dispatcher = dispatcher;
    this.tally = tally;
    this.state = state;
  }

  /**
   * Reads projects.
   *
   * @param slugs their slugs
   * @return those that could be read, each once
   * @throws RunFailure when one is unknown, none can be read, or somebody ends the run meanwhile
   */
  Collection<ProjectName> read(List<String> slugs) throws InterruptedException {
    Table table = spec.catalog().table(Table.PROJECTS);
    for (String slug : slugs) {
      TableRequest request =
          TableRequest.first(table, Map.of("project_slug", slug), null, null, null);
      tally.found(request);
      dispatcher.submit(request, 0);
    }
    for (Dispatcher.Completion<TableRequest, Page> done = dispatcher.next();
        done != null;
        done = dispatcher.next()) {
      String slug = done.request().parent().get("project_slug").toString();
      if (done.answer() instanceof Answer.Ok<Page> ok) {
        take(slug, done, ok);
      } else if (done.answer() instanceof Answer.Failed<Page> failed) {
        fail(slug, done, failed.failure());
      }
    }
    if (!dispatcher.dropped().isEmpty()) {
      throw interrupted();
    }
    if (projects.isEmpty() && !failures.isEmpty()) {
      failIfForbiddenOrGone(slugs);
    }
    return projects.values();
  }

  /** Makes the failure of a run that somebody ends before it knows what to read. */
  static RunFailure interrupted() {
    return RunFailure.failed(
        "interrupted",
        "the run was ended before it had read its projects; nothing is written",
        "run it again");
  }

  /** Returns what was learned of projects that could not be read this time. */
  List<ProjectFacts> facts() {
    return facts;
  }

  private void take(
      String slug, Dispatcher.Completion<TableRequest, Page> done, Answer.Ok<Page> ok) {
    tally.took(done.request(), ok.body(), ok.body().rows(), ok.arrived(), done.attempts());
    for (GenericRecord row : ok.body().rows()) {
      String id = row.get("id").toString();
      Object canonical = row.get("slug");
      projects.put(
          id,
          new ProjectName(
              id,
              canonical == null ? slug : askable(canonical.toString(), slug),
              text(row.get("organization_id")),
              text(row.get("organization_slug"))));
      tally.readWhole(done.request().table(), id);
    }
  }

  private void fail(String slug, Dispatcher.Completion<TableRequest, Page> done, Failure failure) {
    if (failure.kind() == FailureKind.UNAUTHORIZED) {
      throw Tally.invalidCredentials(done.request().request(), failure);
    }
    failures.add(failure.kind());
    if (failure.kind() == FailureKind.NOT_FOUND && !state.knowsSlug(slug)) {
      throw RunFailure.failed(
          "unknown_project",
          "CircleCI knows no project " + slug + ", or the token's user may not see it",
          "check --projects: gh/<organization>/<repository>, bb/<workspace>/<repository> or"
              + " circleci/<organization id>/<project id> (in CircleCI: Project Settings,"
              + " Overview)");
    }
    boolean failedBefore = false;
    ProjectName name = new ProjectName(null, slug, null, null);
    for (Map.Entry<String, ProjectState> known : state.projects().entrySet()) {
      if (known.getValue().slug().equals(slug)) {
        failedBefore = known.getValue().failed().contains(Table.PROJECTS);
        name =
            new ProjectName(
                known.getKey(),
                slug,
                known.getValue().organizationId(),
                known.getValue().organizationSlug());
      }
    }
    facts.add(ProjectFacts.unreadable(name, Table.PROJECTS));
    tally.gaveUp(done.request(), failure, failure.kind().label(), done.attempts(), failedBefore);
  }

  private void failIfForbiddenOrGone(List<String> slugs) {
    if (failures.equals(EnumSet.of(FailureKind.NOT_FOUND))) {
      throw RunFailure.failed(
          "no_resources",
          "CircleCI finds none of the projects any more: " + String.join(", ", slugs),
          "check --projects, and that the token's user still sees them");
    }
    if (EnumSet.of(FailureKind.FORBIDDEN, FailureKind.NOT_FOUND).containsAll(failures)) {
      throw RunFailure.failed(
          "invalid_permissions",
          "the token's user may read none of the projects: " + String.join(", ", slugs),
          "use the token of a user who sees them");
    }
  }

  /** The slug that CircleCI answers with, unless it would lead somewhere else. */
  private static String askable(String canonical, String asked) {
    try {
      ApiRequest.of("{slug}", Map.of("slug", canonical));
      return canonical;
    } catch (IllegalArgumentException e) {
      return asked;
    }
  }

  private static String text(Object value) {
    return value == null ? null : value.toString();
  }
}
