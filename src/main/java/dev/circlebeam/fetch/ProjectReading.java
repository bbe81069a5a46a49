package dev.circlebeam.fetch;

import dev.circlebeam.catalog.Table;
import dev.circlebeam.circleci.Answer;
import dev.circlebeam.circleci.ApiRequest;
import dev.circlebeam.circleci.Dispatcher;
import dev.circlebeam.circleci.Failure;
import dev.circlebeam.circleci.FailureKind;
import dev.circlebeam.plan.Organizations;
import dev.circlebeam.record.Page;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.state.ProjectFacts;
import dev.circlebeam.state.ProjectName;
import dev.circlebeam.state.ProjectState;
import dev.circlebeam.state.SyncState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.generic.GenericRecord;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Reads the rows of the projects that were named, and settles what the rest of a run rests on. */
final class ProjectReading {
  private final FetchSpec spec;
  private final Dispatcher<TableRequest, Page> dispatcher;
  private final Tally tally;
  private final SyncState state;
  private final Map<String, ProjectName> projects = new LinkedHashMap<>();
  private final List<ProjectFacts> facts = new ArrayList<>();
  private final Set<String> unreadable = new LinkedHashSet<>();

  /** By id, how the organizations themselves are called; projects may have another slug of them. */
  private final Map<String, String> organizationSlugs = new HashMap<>();

  private final EnumSet<FailureKind> failures = EnumSet.noneOf(FailureKind.class);

  ProjectReading(
      FetchSpec spec, Dispatcher<TableRequest, Page> dispatcher, Tally tally, SyncState state) {
    this.spec = spec;
    this.dispatcher = dispatcher;
    this.tally = tally;
    this.state = state;
  }

  /**
   * Reads projects that were named.
   *
   * @param slugs their slugs
   * @throws RunFailure when one is unknown, or somebody ends the run meanwhile
   */
  void readNamed(List<String> slugs) throws InterruptedException {
    read(slugs, null);
  }

  /**
   * Reads projects that organizations have: those whose ids are known, then those that were found
   * under slugs that none of them has.
   *
   * @param organizations which of them are wanted
   * @param found what was found of each
   * @return how many were read of each
   */
  List<Long> readFound(Organizations organizations, List<OrganizationSearch> found)
      throws InterruptedException {
    Set<String> ids = new LinkedHashSet<>();
    for (OrganizationSearch of : found) {
      organizationSlugs.put(of.id(), of.slug());
      ids.addAll(of.ids(organizations));
    }
    ids.removeAll(projects.keySet());
    read(ids, organizations);
    Set<String> slugs = new LinkedHashSet<>();
    found.forEach(of -> slugs.addAll(of.slugs(organizations)));
    projects.values().forEach(project -> slugs.remove(project.slug()));
    slugs.removeAll(unreadable);
    read(slugs, organizations);
    return found.stream().map(this::countOf).toList();
  }

  private long countOf(OrganizationSearch of) {
    return projects.values().stream()
        .filter(project -> of.owns(project.organizationId(), project.organizationSlug()))
        .count();
  }

  /**
   * Returns what was read.
   *
   * @return the projects that could be read, each once
   * @throws RunFailure when there is none
   */
  Collection<ProjectName> projects() {
    if (projects.isEmpty()) {
      failIfNothing();
    }
    return projects.values();
  }

  private void read(Collection<String> slugs, @Nullable Organizations finder)
      throws InterruptedException {
    Table table = spec.catalog().table(Table.PROJECTS);
    for (String slug : slugs) {
      TableRequest request;
      try {
        request = TableRequest.first(table, Map.of("project_slug", slug), null, null, null);
      } catch (IllegalArgumentException e) {
        // What was found is no part of a path.
        continue;
      }
      tally.found(request);
      dispatcher.submit(request, 0);
    }
    for (Dispatcher.Completion<TableRequest, Page> done = dispatcher.next();
        done != null;
        done = dispatcher.next()) {
      String slug = done.request().parent().get("project_slug").toString();
      if (done.answer() instanceof Answer.Ok<Page> ok) {
        take(slug, done, ok, finder);
      } else if (done.answer() instanceof Answer.Failed<Page> failed) {
        fail(slug, done, failed.failure(), finder != null);
      }
    }
    if (!dispatcher.dropped().isEmpty()) {
      throw interrupted();
    }
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
      String slug,
      Dispatcher.Completion<TableRequest, Page> done,
      Answer.Ok<Page> ok,
      @Nullable Organizations finder) {
    List<GenericRecord> rows = new ArrayList<>();
    for (GenericRecord row : ok.body().rows()) {
      if (finder == null || !isExcluded(row, finder)) {
        rows.add(row);
        take(slug, row);
      }
    }
    tally.took(done.request(), ok.body(), rows, ok.arrived(), done.attempts());
  }

  /** Of a project that was found under an opaque slug, the name is known only now. */
  private boolean isExcluded(GenericRecord row, Organizations finder) {
    String organization = organizationSlugs.get(text(row.get("organization_id")));
    return finder.excludes(String.valueOf(row.get("slug")))
        || finder.excludes(organization + "/" + row.get("name"));
  }

  private void take(String slug, GenericRecord row) {
    String id = row.get("id").toString();
    Object canonical = row.get("slug");
    projects.put(
        id,
        new ProjectName(
            id,
            canonical == null ? slug : askable(canonical.toString(), slug),
            text(row.get("organization_id")),
            text(row.get("organization_slug"))));
    tally.readWhole(spec.catalog().table(Table.PROJECTS), id);
  }

  private void fail(
      String slug,
      Dispatcher.Completion<TableRequest, Page> done,
      Failure failure,
      boolean isFound) {
    if (failure.kind() == FailureKind.UNAUTHORIZED) {
      throw Tally.invalidCredentials(done.request().request(), failure);
    }
    failures.add(failure.kind());
    unreadable.add(slug);
    boolean isGone = failure.kind() == FailureKind.NOT_FOUND;
    if (isGone && !isFound && !state.knowsSlug(slug)) {
      throw RunFailure.failed(
          "unknown_project",
          "CircleCI knows no project " + slug + ", or the token's user may not see it",
          "check --projects: gh/<organization>/<repository>, bb/<workspace>/<repository> or"
              + " circleci/<organization id>/<project id> (in CircleCI: Project Settings,"
              + " Overview)");
    }
    // A name that was found may be that of a project that is no more.
    boolean failedBefore = isGone && isFound;
    ProjectName name = new ProjectName(null, slug, null, null);
    for (Map.Entry<String, ProjectState> known : state.projects().entrySet()) {
      if (known.getValue().slug().equals(slug) || known.getKey().equals(slug)) {
        failedBefore |= known.getValue().failed().contains(Table.PROJECTS);
        name =
            new ProjectName(
                known.getKey(),
                known.getValue().slug(),
                known.getValue().organizationId(),
                known.getValue().organizationSlug());
      }
    }
    facts.add(ProjectFacts.unreadable(name, Table.PROJECTS));
    tally.gaveUp(done.request(), failure, failure.kind().label(), done.attempts(), failedBefore);
  }

  private void failIfNothing() {
    String which = String.join(", ", unreadable);
    if (failures.isEmpty()) {
      throw RunFailure.failed(
          "no_resources",
          "CircleCI shows no project of the organizations",
          "check --orgs and --excludeProjects, and that the token's user follows projects there");
    }
    if (failures.equals(EnumSet.of(FailureKind.NOT_FOUND))) {
      throw RunFailure.failed(
          "no_resources",
          "CircleCI finds none of the projects any more: " + which,
          "check --projects and --orgs, and that the token's user still sees them");
    }
    if (EnumSet.of(FailureKind.FORBIDDEN, FailureKind.NOT_FOUND).containsAll(failures)) {
      throw RunFailure.failed(
          "invalid_permissions",
          "the token's user may read none of the projects: " + which,
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
