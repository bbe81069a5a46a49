package dev.circlebeam.fetch;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.circleci.ApiAccess;
import java.io.Serializable;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What the fetching steps of a run have in common.
 *
 * @param runId the run
 * @param startedAt when it began
 * @param api how to use the API
 * @param catalog every table
 * @param written the tables that are wanted
 * @param read those and the parents that they need
 * @param excluded by table, columns that nobody wants to have
 * @param branch only pipelines of this branch; null for all
 */
public record FetchSpec(
    String runId,
    Instant startedAt,
    ApiAccess api,
    Catalog catalog,
    TreeSet<String> written,
    TreeSet<String> read,
    Map<String, ? extends Set<String>> excluded,
    @Nullable String branch)
    implements Serializable {}
