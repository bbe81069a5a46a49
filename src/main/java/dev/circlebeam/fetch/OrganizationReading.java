package dev.circlebeam.fetch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.circlebeam.circleci.ApiSession;
import dev.circlebeam.circleci.Dispatcher;
import dev.circlebeam.plan.Organizations;
import dev.circlebeam.plan.Planner;
import dev.circlebeam.report.FetchFigures;
import dev.circlebeam.report.Progress;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.state.Intervals;
import dev.circlebeam.state.ProjectState;
import dev.circlebeam.state.SyncState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Reads the projects of organizations: finds them, and adds their rows to those that are named. */
final class OrganizationReading {
  private final FetchSpec spec;
  private final Organizations organizations;
  private final Planner planner;
  private final SyncState state;
  private final Set<String> ids = new HashSet<>();

  /**
   * @param spec what the run reads, and how
   * @param organizations which
   * @param planner says how far back the run reads
   * @param state what earlier runs know
   */
  OrganizationReading(
      FetchSpec spec, Organizations organizations, Planner planner, SyncState state) {
    this.spec = spec;
    this.organizations = organizations;
    this.planner = planner;
    this.state = state;
  }

  /**
   * Finds and reads them.
   *
   * @param session how to ask
   * @param progress told of pauses
   * @param tally takes errors
   * @param reading reads the projects that are found
   * @return what was found, and what it took
   * @throws RunFailure when CircleCI knows no such organization, or somebody ends the run meanwhile
   */
  FetchFigures read(ApiSession session, Progress progress, Tally tally, ProjectReading reading)
      throws InterruptedException {
    if (organizations.names().isEmpty()) {
      return FetchFigures.NONE;
    }
    Dispatcher<ProjectDiscovery.Asked, JsonNode> dispatcher =
        session.dispatcher(
            0,
            session.retries(),
            client -> asked -> ProjectDiscovery.send(client, asked),
            progress::paused);
    Runnable stop = dispatcher::stop;
    progress.onStop(stop);
    List<OrganizationSearch> found =
        new ProjectDiscovery(dispatcher, tally::discoveryFailed)
            .search(organizations, this::tellKnown);
    progress.forget(stop);
    List<Long> read = reading.readFound(organizations, found);
    List<FetchFigures.OfOrganization> figures = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      figures.add(found.get(i).figures(read.get(i)));
      ids.add(found.get(i).id());
    }
    return FetchFigures.of(figures).plus(Tally.sent(spec, dispatcher.figures()));
  }

  /** Tells whether an organization's own tables are wanted: of all, unless some were named. */
  boolean wants(@Nullable String organizationId) {
    return organizationId != null
        && (organizations.names().isEmpty() || ids.contains(organizationId));
  }

  private void tellKnown(OrganizationSearch of) {
    Instant newest = null;
    for (ProjectState project : state.projects().values()) {
      if (of.owns(project.organizationId(), project.organizationSlug())) {
        of.knows(project.slug());
        for (Intervals complete : project.complete().values()) {
          Instant its = complete.watermark();
          newest = newest == null || (its != null && its.isAfter(newest)) ? its : newest;
        }
      }
    }
    Instant start =
        planner.startDate() != null
            ? planner.startDate()
            : planner.now().minus(ProjectDiscovery.LOOKBACK);
    of.feedUntil(newest == null ? start : newest.minus(planner.rereadFrom().overlap()));
  }
}
