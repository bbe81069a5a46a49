package dev.circlebeam.state;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * How far a project is.
 *
 * @param slug the slug it was last seen under
 * @param organizationId its organization's id; null when CircleCI did not say
 * @param organizationSlug its organization's slug; null when CircleCI did not say
 * @param complete by table, the stretches of pipeline creation time that are complete
 * @param backfill where in the list of pipelines the backfill goes on; null when there is none, or
 *     it is to begin at the top
 * @param unfinished by pipeline id, what must be looked at again
 * @param failed the tables of the project, pipelines aside, that the last run could not read
 * @param settled by pipeline creation time, what is final of pipelines that will be read again
 * @param searchedAt when reruns were last looked for; null for never
 * @param thisRun what the run that wrote the state has done so far; null when it has ended
 */
public record ProjectState(
    String slug,
    @Nullable String organizationId,
    @Nullable String organizationSlug,
    TreeMap<String, Intervals> complete,
    @Nullable Continuation backfill,
    TreeMap<String, UnfinishedPipeline> unfinished,
    Collection<String> failed,
    TreeMap<Instant, TreeSet<String>> settled,
    @Nullable Instant searchedAt,
    @Nullable RunSoFar thisRun)
    implements Serializable {
  /** Leaves out nothing: what is missing is empty. */
  public ProjectState {
    requireNonNull(slug, "slug");
    complete = complete == null ? new TreeMap<>() : complete;
    unfinished = unfinished == null ? new TreeMap<>() : unfinished;
    failed = failed == null ? new TreeSet<>() : new TreeSet<>(failed);
    settled = settled == null ? new TreeMap<>() : settled;
    complete.values().forEach(Objects::requireNonNull);
    unfinished.values().forEach(Objects::requireNonNull);
    settled.values().forEach(Objects::requireNonNull);
  }

  /**
   * Makes the state of a project that no run has seen.
   *
   * @param slug its slug
   * @return a state that knows nothing
   */
  public static ProjectState unknown(String slug) {
    return new ProjectState(slug, null, null, null, null, null, null, null, null, null);
  }

  /**
   * Returns what is complete in all of some tables.
   *
   * @param tables names of tables
   * @return the stretches that are complete in each of them
   */
  public Intervals completeIn(Collection<String> tables) {
    Intervals common = null;
    for (String table : tables) {
      Intervals its = complete.getOrDefault(table, Intervals.NONE);
      common = common == null ? its : common.and(its);
    }
    return common == null ? Intervals.NONE : common;
  }

  /**
   * Returns the project as it is after a slice.
   *
   * @param facts what the slice learned
   * @param sameRun whether the run's earlier slices wrote this state
   * @return the new state
   */
  ProjectState after(ProjectFacts facts, boolean sameRun) {
    ProjectFacts.Lists lists = facts.lists();
    Intervals read = new Intervals(lists.read());
    TreeMap<String, Intervals> newComplete = new TreeMap<>(complete);
    if (lists.wholeProject() && !lists.read().isEmpty()) {
      facts.tables().forEach(table -> newComplete.merge(table, read, Intervals::plus));
    }
    TreeMap<String, UnfinishedPipeline> newUnfinished = new TreeMap<>(unfinished);
    facts.resolved().forEach(newUnfinished::remove);
    for (Map.Entry<String, UnfinishedPipeline> entry : facts.unfinished().entrySet()) {
      newUnfinished.merge(
          entry.getKey(), entry.getValue(), (old, now) -> now.knownSince(old.since()));
    }
    // A branch that was read whole says nothing of where the whole project's reading goes on.
    boolean keepsPlace = lists.next() == null && (lists.blocked() || !lists.wholeProject());
    RunSoFar before = sameRun && thisRun != null ? thisRun : RunSoFar.NOTHING;
    return new ProjectState(
        facts.project().slug(),
        facts.project().organizationId(),
        facts.project().organizationSlug(),
        newComplete,
        keepsPlace ? backfill : lists.next(),
        newUnfinished,
        newFailed(facts, sameRun),
        newSettled(facts, newUnfinished),
        facts.searchedAt() != null ? facts.searchedAt() : searchedAt,
        new RunSoFar(
            before.read().plus(read),
            before.blocked() || lists.blocked(),
            before.searched() || facts.searchedAt() != null));
  }

  /** The same, when the run has ended that wrote it. */
  ProjectState runEnded() {
    return new ProjectState(
        slug,
        organizationId,
        organizationSlug,
        complete,
        backfill,
        unfinished,
        failed,
        settled,
        searchedAt,
        null);
  }

  /** Only a run's first slice reads the tables that are not below pipelines. */
  private Collection<String> newFailed(ProjectFacts facts, boolean sameRun) {
    TreeSet<String> all = new TreeSet<>(facts.failed());
    if (sameRun) {
      all.addAll(failed);
    }
    return all;
  }

  private TreeMap<Instant, TreeSet<String>> newSettled(
      ProjectFacts facts, Map<String, UnfinishedPipeline> stillUnfinished) {
    TreeMap<Instant, TreeSet<String>> all = new TreeMap<>(settled);
    all.putAll(facts.settled());
    if (facts.settledFrom() != null) {
      Set<Instant> needed = new HashSet<>();
      stillUnfinished.values().forEach(pipeline -> needed.add(pipeline.createdAt()));
      all.headMap(facts.settledFrom()).keySet().removeIf(created -> !needed.contains(created));
    }
    all.values().removeIf(TreeSet::isEmpty);
    return all;
  }
}
