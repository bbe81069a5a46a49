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
 * @param slice which part of the run this is, from 0
 * @param slicePipelines how many pipelines a slice is to hold, about
 */
public record FetchSpec(
    String runId,
    Instant startedAt,
    ApiAccess api,
    Catalog catalog,
    TreeSet<String> written,
    TreeSet<String> read,
    Map<String, ? extends Set<String>> excluded,
    @Nullable String branch,
    int slice,
    int slicePipelines)
    implements Serializable {
  /** How many pipelines of a slice one shard reads: the projects are divided among the shards. */
  int pipelinesOfShard() {
    return Math.max(1, slicePipelines / api.shards());
  }

  /**
   * Tells whether there are exports to be read.
   *
   * @return true when a table that is wanted is made of them
   */
  public boolean hasExports() {
    return written.stream().anyMatch(name -> catalog.table(name).endpoint().isExport());
  }

  /**
   * Makes the same for another slice of the run.
   *
   * @param number which one
   * @return what it reads, and how
   */
  public FetchSpec forSlice(int number) {
    return with(api, number);
  }

  /**
   * Makes the same with another way to the API.
   *
   * @param other how to use it
   * @return what to read, that way
   */
  public FetchSpec withApi(ApiAccess other) {
    return with(other, slice);
  }

  private FetchSpec with(ApiAccess newApi, int newSlice) {
    return new FetchSpec(
        runId,
        startedAt,
        newApi,
        catalog,
        written,
        read,
        excluded,
        branch,
        newSlice,
        slicePipelines);
  }
}
