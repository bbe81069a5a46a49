package dev.circlebeam.state;

import java.io.Serializable;
import java.util.Collection;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a run learned about one project.
 *
 * @param projectId the project
 * @param slug its slug as CircleCI spells it
 * @param tables the tables that were written
 * @param complete the stretch that was read whole, children included; null for none
 * @param unfinished by pipeline id, what must be looked at again
 * @param resolved ids of pipelines that need not be looked at again
 * @param failed the tables of the project, below no pipeline, that could not be read
 */
public record ProjectFacts(
    String projectId,
    String slug,
    Collection<String> tables,
    @Nullable Interval complete,
    Map<String, UnfinishedPipeline> unfinished,
    Collection<String> resolved,
    Collection<String> failed)
    implements Serializable {}
