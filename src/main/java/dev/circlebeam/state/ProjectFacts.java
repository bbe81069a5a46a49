package dev.circlebeam.state;

import java.io.Serializable;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a slice of a run learned about one project.
 *
 * @param project who it is
 * @param tables the tables that were written
 * @param lists how far its list of pipelines was read
 * @param unfinished by pipeline id, what must be looked at again
 * @param resolved ids of pipelines that need not be looked at again
 * @param settled by creation time of the pipelines that were looked at, what of them is final
 * @param settledFrom what is final of older pipelines is not kept, unless they are unfinished; null
 *     to keep all
 * @param givenUp how many pipelines are too old to be looked at again
 * @param failed the tables of the project, below no pipeline, that could not be read
 * @param searchedAt when reruns were looked for, if they were; else null
 * @param isSearchPending whether reruns are to be looked for, and were not yet
 */
public record ProjectFacts(
    ProjectName project,
    Collection<String> tables,
    Lists lists,
    Map<String, UnfinishedPipeline> unfinished,
    Collection<String> resolved,
    TreeMap<Instant, TreeSet<String>> settled,
    @Nullable Instant settledFrom,
    int givenUp,
    Collection<String> failed,
    @Nullable Instant searchedAt,
    boolean isSearchPending)
    implements Serializable {
  /**
   * How far a list of pipelines was read.
   *
   * @param read the stretches that were read whole, children included
   * @param wholeProject false when only a branch was read, which says nothing of the rest
   * @param next where the reading of the history goes on; null when at its end or at the top
   * @param left whether there is more to read that nothing stood in the way of
   * @param blocked whether it could not be read on
   */
  public record Lists(
      List<Interval> read,
      boolean wholeProject,
      @Nullable Continuation next,
      boolean left,
      boolean blocked)
      implements Serializable {}

  /**
   * Makes what is learned of a project that could not be read at all.
   *
   * @param project who it is, as far as is known
   * @param table the table that could not be read
   * @return the facts
   */
  public static ProjectFacts unreadable(ProjectName project, String table) {
    return new ProjectFacts(
        project,
        Set.of(),
        new Lists(List.of(), true, null, false, true),
        Map.of(),
        Set.of(),
        new TreeMap<>(),
        null,
        0,
        List.of(table),
        null,
        false);
  }
}
