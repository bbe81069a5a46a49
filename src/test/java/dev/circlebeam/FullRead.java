package dev.circlebeam;

import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleOrganization;
import dev.circlebeam.sample.SampleServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** All that the server has, in an output of its own, to compare another output with. */
final class FullRead {
  private static final Duration DETECTION_LOOKS_BACK = Duration.ofDays(7);
  private static final int SHOWN = 4;

  private final Path fresh;
  private final TableWatch watch;
  private final SampleServer server;
  private final SampleConfig config;

  FullRead(Path fresh, TableWatch watch, SampleServer server, SampleConfig config) {
    this.fresh = fresh;
    this.watch = watch;
    this.server = server;
    this.config = config;
  }

  /** All rows that the server has are there and equal; others are of what the server has lost. */
  void isEqual() throws Exception {
    for (String table : TableWatch.KEYS.keySet()) {
      nothingIsMissing(table, workflow -> true);
    }
    nothingIsExtra();
  }

  /** The same for pipelines, and for workflows that Insights shows, with their jobs. */
  void isEqualInWhatInsightsShows() throws Exception {
    Set<String> shown = shownByInsights();
    nothingIsMissing("projects", workflow -> true);
    nothingIsMissing("pipelines", workflow -> true);
    nothingIsMissing("workflows", shown::contains);
    nothingIsMissing("jobs", shown::contains);
    nothingIsExtra();
  }

  /** What took longer than detection looks back may have appeared too late. */
  private Set<String> shownByInsights() {
    Duration longest = DETECTION_LOOKS_BACK.minus(config.insightsDelay());
    return server
        .organization()
        .insightsRuns(server.clock())
        .filter(
            run ->
                Duration.between(
                            Instant.parse(run.body().get("created_at").asText()),
                            Instant.parse(run.body().get("stopped_at").asText()))
                        .compareTo(longest)
                    < 0)
        .map(SampleOrganization.Row::workflowId)
        .collect(Collectors.toSet());
  }

  private void nothingIsMissing(String table, Predicate<String> workflows) throws Exception {
    List<String> missing = watch.missing(fresh, table, workflows);
    if (!missing.isEmpty()) {
      throw new AssertionError(
          String.format(
              "%s: a full read has %d rows that are missing or differ:%n  %s%nthere is:%n  %s",
              table, missing.size(), few(missing), few(watch.has(table, missing))));
    }
  }

  private void nothingIsExtra() throws Exception {
    Set<String> visible =
        server
            .organization()
            .pipelines(server.clock())
            .map(SampleOrganization.Row::pipelineId)
            .collect(Collectors.toSet());
    for (String table : TableWatch.KEYS.keySet()) {
      List<String> extra = watch.extra(fresh, table, visible::contains);
      if (!extra.isEmpty()) {
        throw new AssertionError(table + " has what the server has not: " + few(extra));
      }
    }
  }

  private static String few(List<String> rows) {
    return rows.stream().limit(SHOWN).collect(Collectors.joining("\n  "));
  }
}
