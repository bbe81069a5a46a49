package dev.circlebeam.plan;

import dev.circlebeam.state.Intervals;
import dev.circlebeam.state.UnfinishedPipeline;
import java.io.Serializable;
import java.time.Instant;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a run is to read of one project.
 *
 * @param projectId the project's id
 * @param slug its slug, as CircleCI spells it
 * @param organizationId its organization's id; null when CircleCI did not say
 * @param organizationSlug its organization's slug; null when CircleCI did not say
 * @param listBackTo the list of pipelines is read until one is older than this
 * @param startDate what was created before is not wanted
 * @param overlapFrom what was created since is read again, though complete; null for none
 * @param complete what earlier runs have read whole
 * @param unfinished by pipeline id, what must be looked at again
 * @param givenUp ids of unfinished pipelines that are too old to be looked at again
 * @param failed the project's tables that the last run could not read
 */
public record ProjectTask(
    String projectId,
    String slug,
    @Nullable String organizationId,
    @Nullable String organizationSlug,
    Instant listBackTo,
    Instant startDate,
    @Nullable Instant overlapFrom,
    Intervals complete,
    TreeMap<String, UnfinishedPipeline> unfinished,
    TreeSet<String> givenUp,
    TreeSet<String> failed)
    implements Serializable {
  /**
   * Tells whether a pipeline is wanted.
   *
   * @param createdAt when it was created
   * @return true when it is not complete, or lies in the overlap
   */
  public boolean wants(Instant createdAt) {
    if (createdAt.isBefore(startDate)) {
      return false;
    }
    boolean inOverlap = overlapFrom != null && !createdAt.isBefore(overlapFrom);
    return inOverlap || !complete.contains(createdAt);
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
