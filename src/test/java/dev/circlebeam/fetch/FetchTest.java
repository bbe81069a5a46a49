package dev.circlebeam.fetch;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.google.common.collect.ImmutableList;
import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.circleci.ApiAccess;
import dev.circlebeam.circleci.CircleCiUrl;
import dev.circlebeam.circleci.Connection;
import dev.circlebeam.circleci.Pace;
import dev.circlebeam.circleci.TokenReference;
import dev.circlebeam.plan.Planner;
import dev.circlebeam.plan.Planner.UnfinishedWork;
import dev.circlebeam.plan.ProjectTask.RereadFrom;
import dev.circlebeam.plan.RerunSearch;
import dev.circlebeam.record.TableRecord;
import dev.circlebeam.report.FetchFigures;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleFaults;
import dev.circlebeam.sample.SampleServer;
import dev.circlebeam.state.Interval;
import dev.circlebeam.state.ProjectFacts;
import dev.circlebeam.state.StateStore;
import dev.circlebeam.storage.Folder;
import dev.circlebeam.storage.LocalFolder;
import dev.circlebeam.storage.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricQueryResults;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/**
 * The two fetching steps as Beam runs them: rows, errors, what was learned and what was counted.
 */
public class FetchTest {
  private static final Set<String> CORE = Set.of("projects", "pipelines", "workflows", "jobs");
  private static final SampleConfig TINY =
      SampleConfig.defaults().withProjects(1).withHistory(25, 10);

  @Rule public final TestPipeline pipeline = TestPipeline.create();
  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void givenProjects_thenRowsOfAllTablesAndACompleteInterval() {
    try (SampleServer server = SampleServer.start(TINY)) {
      long pipelines = server.organization().pipelines(server.clock()).count();
      long jobs = server.organization().jobs(server.clock()).count();
      PCollectionTuple planned = planned(server);
      PCollectionTuple fetched =
          planned
              .get(ReadProjects.TASKS)
              .apply("Fetch", new FetchRows(spec(server), Walks.NOTHING_STORED));

      PAssert.that(planned.get(FetchTags.PAGES))
          .satisfies(pages -> assertRows(pages, "projects", 1));
      PAssert.that(fetched.get(FetchTags.PAGES))
          .satisfies(
              pages -> {
                assertRows(pages, "pipelines", pipelines);
                return assertRows(pages, "jobs", jobs);
              });
      PAssert.that(fetched.get(FetchTags.ERRORS)).empty();
      PAssert.thatSingleton(fetched.get(FetchTags.FACTS))
          .satisfies(
              facts -> {
                assertEquals(Interval.BEGINNING, facts.lists().read().get(0).from());
                assertEquals(Set.of("pipelines", "workflows", "jobs"), Set.copyOf(facts.tables()));
                return null;
              });
      PAssert.thatSingleton(fetched.get(FetchTags.FIGURES))
          .satisfies(figures -> assertCounted(figures, pipelines));
      pipeline.run().waitUntilFinish();
    }
  }

  @Test
  public void givenAFailingRequest_thenAnErrorAndAnUnfinishedPipeline() {
    SampleFaults fault = SampleFaults.parse("FORBIDDEN@/workflow$:every=25");
    try (SampleServer server = SampleServer.start(TINY.withFaults(fault))) {
      PCollectionTuple fetched =
          planned(server)
              .get(ReadProjects.TASKS)
              .apply("Fetch", new FetchRows(spec(server), Walks.NOTHING_STORED));

      PAssert.thatSingleton(fetched.get(FetchTags.ERRORS))
          .satisfies(
              error -> {
                assertEquals("workflows", error.table());
                assertEquals("forbidden", error.kind());
                assertEquals(1, error.attempts());
                assertTrue(error.counted());
                return null;
              });
      PAssert.thatSingleton(fetched.get(FetchTags.FACTS)).satisfies(FetchTest::assertOneFailed);
      pipeline.run().waitUntilFinish();
    }
  }

  @Test
  public void givenAListThatBreaksOff_thenTheIntervalReachesAsFarAsThePagesDid() {
    SampleFaults fault = SampleFaults.parse("EXPIRED_PAGE_TOKEN@/pipeline$");
    try (SampleServer server = SampleServer.start(TINY.withFaults(fault))) {
      PCollectionTuple fetched =
          planned(server)
              .get(ReadProjects.TASKS)
              .apply("Fetch", new FetchRows(spec(server), Walks.NOTHING_STORED));

      PAssert.thatSingleton(fetched.get(FetchTags.FACTS))
          .satisfies(
              facts -> {
                assertTrue(facts.lists().read().get(0).from().isAfter(Interval.BEGINNING));
                assertTrue(
                    facts.lists().read().get(0).to().isAfter(facts.lists().read().get(0).from()));
                assertEquals(List.of("pipelines"), List.copyOf(facts.failed()));
                assertTrue(facts.lists().blocked());
                assertFalse("another run tries again", facts.lists().left());
                return null;
              });
      pipeline.run().waitUntilFinish();
    }
  }

  @Test
  public void givenATokenThatIsRefusedOnTheWay_thenTheRunFails() {
    SampleFaults fault = SampleFaults.parse("WRONG_TOKEN_ECHO@/job$");
    try (SampleServer server = SampleServer.start(TINY.withFaults(fault))) {
      planned(server)
          .get(ReadProjects.TASKS)
          .apply("Fetch", new FetchRows(spec(server), Walks.NOTHING_STORED));

      RuntimeException thrown =
          assertThrows(
              Pipeline.PipelineExecutionException.class, () -> pipeline.run().waitUntilFinish());
      assertEquals("invalid_credentials", RunFailure.in(thrown).status());
    }
  }

  @Test
  public void givenRefusals_thenThePauseIsOnTheCounterByWhichDataflowLearnsOfIt() {
    SampleFaults fault = SampleFaults.parse("TOO_MANY_JSON@/job$:times=1");
    try (SampleServer server = SampleServer.start(TINY.withFaults(fault))) {
      planned(server)
          .get(ReadProjects.TASKS)
          .apply("Fetch", new FetchRows(spec(server), Walks.NOTHING_STORED));
      PipelineResult result = pipeline.run();
      result.waitUntilFinish();
      MetricQueryResults counters =
          result
              .metrics()
              .queryMetrics(
                  MetricsFilter.builder()
                      .addNameFilter(
                          MetricNameFilter.named(
                              Metrics.THROTTLE_TIME_NAMESPACE, Metrics.THROTTLE_TIME_COUNTER_NAME))
                      .build());
      long millis = 0;
      for (MetricResult<Long> counter : counters.getCounters()) {
        millis += counter.getAttempted();
      }
      assertTrue("milliseconds: " + millis, millis > 0);
    }
  }

  private PCollectionTuple planned(SampleServer server) {
    Folder root = LocalFolder.of(folder.getRoot().toPath());
    StateStore store = new StateStore(new Place(root, "state.json"), server.url(), "out", root);
    Planner planner =
        new Planner(
            new TreeSet<>(Set.of("pipelines", "workflows", "jobs")),
            null,
            null,
            new RereadFrom(Duration.ofHours(6), Duration.ZERO),
            new UnfinishedWork(Duration.ofDays(91), 0),
            false,
            RerunSearch.NEVER,
            server.clock());
    return pipeline
        .apply(
            Create.of(ImmutableList.of(List.copyOf(server.organization().projectSlugs())))
                .withCoder(ListCoder.of(StringUtf8Coder.of())))
        .apply("ReadProjects", new ReadProjects(spec(server), store, planner));
  }

  private final String runId = UUID.randomUUID().toString();

  private FetchSpec spec(SampleServer server) {
    return new FetchSpec(
        runId,
        Instant.parse("2026-07-01T00:00:00Z"),
        new ApiAccess(
            runId,
            new Connection(
                CircleCiUrl.parse(server.url(), false),
                TokenReference.ofSampleServer(),
                null,
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                8),
            Pace.fixed(100_000, 1),
            8,
            Duration.ofMillis(1)),
        Catalog.builtIn(),
        new TreeSet<>(CORE),
        new TreeSet<>(CORE),
        Map.of(),
        null,
        0,
        5000);
  }

  private static Void assertRows(Iterable<List<TableRecord>> pages, String table, long expected) {
    long rows = 0;
    for (List<TableRecord> page : pages) {
      rows += page.stream().filter(row -> row.table().equals(table)).count();
    }
    assertEquals(table, expected, rows);
    return null;
  }

  private static Void assertCounted(FetchFigures figures, long pipelines) {
    assertEquals(pipelines, figures.tables().get("pipelines").rows());
    assertEquals(pipelines, figures.tables().get("workflows").requests());
    assertEquals(0, figures.errors());
    return null;
  }

  private static Void assertOneFailed(ProjectFacts facts) {
    long failed =
        facts.unfinished().values().stream()
            .filter(pipeline -> pipeline.why().contains("failed:workflows"))
            .count();
    assertEquals(1, failed);
    assertEquals(Interval.BEGINNING, facts.lists().read().get(0).from());
    return null;
  }
}
