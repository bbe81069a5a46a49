package dev.circlebeam.plan;

import dev.circlebeam.state.CommittedRuns;
import dev.circlebeam.state.Intervals;
import dev.circlebeam.state.ProjectName;
import dev.circlebeam.state.UnfinishedPipeline;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a slice of a run is to read of one project.
 *
 * @param project who it is; with an id
 * @param now the time, as ages are counted
 * @param startDate what was created before is not wanted
 * @param lists how its list of pipelines is to be read: not at all, from the top, or in two places
 * @param done what was created then need not be read: it was, by this run, or by others and lies
 *     outside of what is read again
 * @param doneBy the same for each table that any run has written
 * @param complete by table, what earlier runs have completed, read again or not
 * @param rereadFrom what was created since is read again by the next run, too: the overlap before
 *     the newest pipeline, and the pipelines whose reruns are looked for
 * @param unfinished by pipeline id, what is unfinished
 * @param due ids of those that are to be looked at again now
 * @param givenUp ids of unfinished pipelines that are too old to be looked at again
 * @param settled by pipeline creation time, what is known to be final
 * @param failed the project's tables that the last run could not read
 * @param search which reruns under old pipelines are to be looked for; null when none are
 * @param isFirstSlice whether this is the run's first slice of it
 * @param roots of what the tables are to be read that do not follow pipelines: in the first slice
 *     the project, with one project the organization, and with one of them all that the token sees
 */
public record ProjectTask(
    ProjectName project,
    Instant now,
    Instant startDate,
    List<PipelineList> lists,
    Intervals done,
    TreeMap<String, Intervals> doneBy,
    TreeMap<String, Intervals> complete,
    RereadFrom rereadFrom,
    TreeMap<String, UnfinishedPipeline> unfinished,
    TreeSet<String> due,
    TreeSet<String> givenUp,
    TreeMap<Instant, TreeSet<String>> settled,
    TreeSet<String> failed,
    @Nullable Search search,
    boolean isFirstSlice,
    TreeSet<String> roots)
    implements Serializable {
  /**
   * From where on pipelines are read again though complete.
   *
   * @param overlap how far before the newest complete pipeline
   * @param lookback pipelines younger than this, whatever is complete
   */
  public record RereadFrom(Duration overlap, Duration lookback) implements Serializable {
    /**
     * Returns the moment.
     *
     * @param watermark when the newest complete pipeline was created
     * @param now the time
     * @return what was created then or later is read again
     */
    public Instant of(Instant watermark, Instant now) {
      Instant overlapFrom = watermark.minus(overlap);
      // Where this machine's clock is behind the server's, the newest pipeline tells the time.
      Instant lookbackFrom = (now.isAfter(watermark) ? now : watermark).minus(lookback);
      return overlapFrom.isBefore(lookbackFrom) ? overlapFrom : lookbackFrom;
    }
  }

  /**
   * Which reruns under old pipelines are to be looked for.
   *
   * @param from those created since
   * @param committed the runs whose rows can be relied on
   */
  public record Search(Instant from, CommittedRuns committed) implements Serializable {}

  /**
   * Makes the same task with more to read.
   *
   * @param more of what else the tables are to be read
   * @return the task
   */
  public ProjectTask with(Set<String> more) {
    TreeSet<String> all = new TreeSet<>(roots);
    all.addAll(more);
    return new ProjectTask(
        project,
        now,
        startDate,
        lists,
        done,
        doneBy,
        complete,
        rereadFrom,
        unfinished,
        due,
        givenUp,
        settled,
        failed,
        search,
        isFirstSlice,
        all);
  }

  /**
   * Tells whether a pipeline is wanted.
   *
   * @param createdAt when it was created
   * @return true when it is not done
   */
  public boolean wants(Instant createdAt) {
    return !createdAt.isBefore(startDate) && !done.contains(createdAt);
  }

  /**
   * Tells which tables need not be read of pipelines, unless they lead to others.
   *
   * @param createdAt when a pipeline was created
   * @return names of tables
   */
  public Set<String> doneAt(Instant createdAt) {
    return tablesAt(doneBy, createdAt);
  }

  /**
   * Tells which tables earlier runs have completed of pipelines, so that no later run need list
   * them.
   *
   * @param createdAt when a pipeline was created
   * @return names of tables
   */
  public Set<String> completeAt(Instant createdAt) {
    return tablesAt(complete, createdAt);
  }

  private static Set<String> tablesAt(Map<String, Intervals> stretches, Instant createdAt) {
    Set<String> tables = new TreeSet<>();
    for (Map.Entry<String, Intervals> table : stretches.entrySet()) {
      if (table.getValue().contains(createdAt)) {
        tables.add(table.getKey());
      }
    }
    return tables;
  }

  /**
   * Tells which tables failed for a pipeline in an earlier run.
   *
   * @param pipelineId the pipeline
   * @return names of tables
   */
  public Set<String> failedBefore(String pipelineId) {
    UnfinishedPipeline pipeline = unfinished.get(pipelineId);
    return pipeline == null ? Set.of() : pipeline.failedTables();
  }
}
