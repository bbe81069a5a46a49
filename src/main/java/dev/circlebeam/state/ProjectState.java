package dev.circlebeam.state;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * How far a project is.
 *
 * @param slug the slug it was last seen under
 * @param complete by table, the stretches of pipeline creation time that are complete
 * @param pageToken where in the list of pipelines the backfill goes on; null when there is none, or
 *     it is to begin at the top
 * @param unfinished by pipeline id, what must be looked at again
 * @param failed the tables of the project, pipelines aside, that the last run could not read
 */
public record ProjectState(
    String slug,
    TreeMap<String, Intervals> complete,
    @Nullable String pageToken,
    TreeMap<String, UnfinishedPipeline> unfinished,
    Collection<String> failed)
    implements Serializable {
  /** Leaves out nothing: what is missing is empty. */
  public ProjectState {
    requireNonNull(slug, "slug");
    complete = complete == null ? new TreeMap<>() : complete;
    unfinished = unfinished == null ? new TreeMap<>() : unfinished;
    failed = failed == null ? new java.util.TreeSet<>() : new java.util.TreeSet<>(failed);
    complete.values().forEach(Objects::requireNonNull);
    unfinished.values().forEach(Objects::requireNonNull);
  }

  static ProjectState unknown(String slug) {
    return new ProjectState(slug, null, null, null, null);
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
   * Returns the project as it is after a run.
   *
   * @param facts what the run learned
   * @return the new state
   */
  ProjectState after(ProjectFacts facts) {
    TreeMap<String, Intervals> newComplete = new TreeMap<>(complete);
    if (facts.complete() != null) {
      for (String table : facts.tables()) {
        newComplete.merge(
            table, Intervals.NONE.plus(facts.complete()), (old, one) -> old.plus(facts.complete()));
      }
    }
    TreeMap<String, UnfinishedPipeline> newUnfinished = new TreeMap<>(unfinished);
    facts.resolved().forEach(newUnfinished::remove);
    for (Map.Entry<String, UnfinishedPipeline> entry : facts.unfinished().entrySet()) {
      newUnfinished.merge(
          entry.getKey(), entry.getValue(), (old, now) -> now.knownSince(old.since()));
    }
    return new ProjectState(facts.slug(), newComplete, null, newUnfinished, facts.failed());
  }
}
