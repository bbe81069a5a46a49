package dev.circlebeam.state;

import java.io.Serializable;
import java.util.Collection;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a run learned about one project.
 *
 * @param projectId the project; null when it could not be read and no earlier run has
 * @param slug its slug as CircleCI spells it
 * @param tables the tables that were written
 * @param complete the stretch that was read whole, children included; null for none
 * @param unfinished by pipeline id, what must be looked at again
 * @param resolved ids of pipelines that need not be looked at again
 * @param givenUp how many pipelines are too old to be looked at again
 * @param failed the tables of the project, below no pipeline, that could not be read
 */
public record ProjectFacts(
    @Nullable String projectId,
    String slug,
    Collection<String> tables,
    @Nullable Interval complete,
    Map<String, UnfinishedPipeline> unfinished,
    Collection<String> resolved,
    int givenUp,
    Collection<String> failed)
    implements Serializable {}
