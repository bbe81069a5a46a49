package dev.circlebeam.state;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What earlier runs have done; the file {@code _state.json}. Immutable by agreement.
 *
 * @param version of the file's form
 * @param circleciUrl the server that it is about
 * @param output the output that it belongs to
 * @param writtenBy the run that wrote it
 * @param committed the runs whose rows can be relied on
 * @param projects by project id, how far each is
 * @param organizations by organization id, how far its exports are
 */
public record SyncState(
    int version,
    String circleciUrl,
    String output,
    @Nullable WrittenBy writtenBy,
    CommittedRuns committed,
    TreeMap<String, ProjectState> projects,
    TreeMap<String, OrganizationState> organizations) {
  /** The form that this program reads and writes. */
  public static final int VERSION = 2;

  /**
   * Who wrote a state.
   *
   * @param runId the run
   * @param slice which part of it, from 0
   * @param startedAt when that run began; a second run may bear the same name
   */
  public record WrittenBy(String runId, int slice, Instant startedAt) implements Serializable {
    /** Refuses a writer without a name. */
    public WrittenBy {
      requireNonNull(runId, "run_id");
      requireNonNull(startedAt, "started_at");
    }
  }

  /** Refuses projects that are not there. */
  public SyncState {
    committed = committed == null ? CommittedRuns.NONE : committed;
    requireNonNull(circleciUrl, "circleci_url");
    requireNonNull(output, "output");
    requireNonNull(projects, "projects");
    projects.values().forEach(Objects::requireNonNull);
    organizations = organizations == null ? new TreeMap<>() : organizations;
    organizations.values().forEach(Objects::requireNonNull);
  }

  /**
   * Returns the state before the first run.
   *
   * @param circleciUrl the server
   * @param output the output
   * @return a state without projects
   */
  public static SyncState empty(String circleciUrl, String output) {
    return new SyncState(
        VERSION, circleciUrl, output, null, CommittedRuns.NONE, new TreeMap<>(), new TreeMap<>());
  }

  /**
   * Returns the state after a run.
   *
   * @param facts what it learned about each project
   * @param exports what it learned about organizations' exports
   * @param by the run
   * @return the new state
   */
  public SyncState after(List<ProjectFacts> facts, List<OrganizationFacts> exports, WrittenBy by) {
    boolean sameRun = isFrom(by.runId(), by.startedAt());
    TreeMap<String, ProjectState> after = new TreeMap<>(projects);
    if (!sameRun) {
      after.replaceAll((id, project) -> project.runEnded());
    }
    for (ProjectFacts of : facts) {
      if (of.project().id() != null) {
        after.merge(
            of.project().id(),
            ProjectState.unknown(of.project().slug()).after(of, sameRun),
            (before, unused) -> before.after(of, sameRun));
      }
    }
    boolean isLast = facts.stream().noneMatch(of -> of.lists().left());
    if (isLast) {
      after.replaceAll((id, project) -> project.runEnded());
    }
    // What it has left out below its rows, later runs would take for read; and should it die while
    // it writes reruns that it has found, nothing else knows of them.
    boolean leftOut =
        facts.stream()
            .filter(of -> of.project().id() != null)
            .anyMatch(of -> leavesOut(of, projects.get(of.project().id())));
    boolean isReliable =
        !leftOut && (isLast || facts.stream().noneMatch(ProjectFacts::isSearchPending));
    // A slice of exports alone says nothing of rows that are below projects.
    isReliable &= !facts.isEmpty();
    CommittedRuns reliable = isReliable ? committed.plus(by.startedAt()) : committed;
    return new SyncState(
        VERSION, circleciUrl, output, by, reliable, after, organizations(exports, sameRun, isLast));
  }

  private TreeMap<String, OrganizationState> organizations(
      List<OrganizationFacts> exports, boolean sameRun, boolean isLastOfProjects) {
    TreeMap<String, OrganizationState> after = new TreeMap<>(organizations);
    if (!sameRun) {
      after.replaceAll((id, organization) -> organization.runEnded());
    }
    for (OrganizationFacts of : exports) {
      after.put(of.id(), OrganizationState.after(after.get(of.id()), of));
    }
    if (isLastOfProjects && exports.stream().noneMatch(of -> of.soFar().left())) {
      after.replaceAll((id, organization) -> organization.runEnded());
    }
    return after;
  }

  private static boolean leavesOut(ProjectFacts facts, @Nullable ProjectState known) {
    return known != null
        && !facts.tables().isEmpty()
        && !facts.tables().containsAll(known.complete().keySet());
  }

  /**
   * Tells whether a run wrote this, in an earlier slice.
   *
   * @param runId the run
   * @param startedAt when it began
   * @return true when it did
   */
  public boolean isFrom(String runId, Instant startedAt) {
    return writtenBy != null
        && writtenBy.runId().equals(runId)
        && writtenBy.startedAt().equals(startedAt);
  }

  /**
   * Returns the projects of which the run that wrote this has read something.
   *
   * @return who they are; none when that run has ended
   */
  public List<ProjectName> projectsOfRun() {
    List<ProjectName> names = new ArrayList<>();
    projects.forEach(
        (id, its) -> {
          if (its.thisRun() != null) {
            names.add(
                new ProjectName(id, its.slug(), its.organizationId(), its.organizationSlug()));
          }
        });
    return names;
  }

  /**
   * Tells whether some project was last seen under a slug.
   *
   * @param slug in CircleCI's short form
   * @return true when one was
   */
  public boolean knowsSlug(String slug) {
    return projects.values().stream().anyMatch(project -> project.slug().equals(slug));
  }
}
