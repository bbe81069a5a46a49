package dev.circlebeam.fetch;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.circleci.Answer;
import dev.circlebeam.circleci.ApiAccess;
import dev.circlebeam.circleci.Dispatcher;
import dev.circlebeam.circleci.FixedRateLimit;
import dev.circlebeam.circleci.RetryPolicy;
import dev.circlebeam.circleci.Waiting;
import dev.circlebeam.plan.PipelineList;
import dev.circlebeam.plan.ProjectTask;
import dev.circlebeam.plan.ProjectTask.RereadFrom;
import dev.circlebeam.record.Page;
import dev.circlebeam.record.PageReader;
import dev.circlebeam.record.ScopeRead;
import dev.circlebeam.record.TableRecord;
import dev.circlebeam.report.RequestError;
import dev.circlebeam.state.Intervals;
import dev.circlebeam.state.ProjectFacts;
import dev.circlebeam.state.ProjectName;
import dev.circlebeam.state.UnfinishedPipeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.Test;

/** The walk over answers that a server is not expected to give. */
public class WalkTest {
  private static final Set<String> TABLES = Set.of("projects", "pipelines", "workflows", "jobs");
  private static final Instant NOW = Instant.parse("2026-06-30T12:00:00Z");

  private final Catalog catalog = Catalog.builtIn();
  private final Map<String, String> answers = new HashMap<>();
  private final List<String> asked = new ArrayList<>();
  private final List<RequestError> errors = new ArrayList<>();
  private final List<TableRecord> rows = new ArrayList<>();

  @Test
  public void givenAnIdThatLeadsElsewhere_thenNothingIsAskedBelowItAndItIsAnError()
      throws Exception {
    answers.put(
        "project/gh/acme/web/pipeline",
        list("{'id':'..','created_at':'2026-06-30T10:00:00Z','state':'created'}"));

    walk(task(Map.of()));

    assertEquals(List.of("project/gh/acme/web/pipeline"), asked);
    assertEquals(1, rows.size());
    assertEquals(1, errors.size());
    assertEquals("unusable_item", errors.get(0).kind());
  }

  @Test
  public void givenAPipelineOnTwoPages_thenWhatIsBelowItIsAskedForOnce() throws Exception {
    String pipeline = "{'id':'p1','created_at':'2026-06-30T10:00:00Z','state':'created'}";
    answers.put(
        "project/gh/acme/web/pipeline", "{'items':[" + pipeline + "],'next_page_token':'two'}");
    answers.put("project/gh/acme/web/pipeline?page-token=two", list(pipeline));
    answers.put("pipeline/p1/workflow", list());

    walk(task(Map.of()));

    assertEquals(3, asked.size());
    assertEquals(1, asked.stream().filter("pipeline/p1/workflow"::equals).count());
  }

  @Test
  public void givenUnfinishedPipelines_thenOnlyWhatWasNotFinalIsAskedForAgain() throws Exception {
    answers.put("project/gh/acme/web/pipeline", list());
    answers.put("pipeline/running/workflow", list());
    answers.put(
        "pipeline/pending",
        "{'id':'pending','created_at':'2026-06-01T10:00:00Z','state':'created'}");
    answers.put("pipeline/pending/workflow", list());
    Map<String, UnfinishedPipeline> unfinished = new HashMap<>();
    unfinished.put("running", unfinished("workflows"));
    unfinished.put("pending", unfinished("pipelines"));

    ProjectFacts facts = walk(task(unfinished));

    assertEquals(
        Set.of(
            "project/gh/acme/web/pipeline",
            "pipeline/running/workflow",
            "pipeline/pending",
            "pipeline/pending/workflow"),
        Set.copyOf(asked));
    assertEquals(4, asked.size());
    assertEquals(Set.of("pending", "running"), Set.copyOf(facts.resolved()));
    assertTrue(facts.unfinished().isEmpty());
  }

  private static UnfinishedPipeline unfinished(String table) {
    Instant then = Instant.parse("2026-06-01T10:00:00Z");
    return new UnfinishedPipeline(then, then, then, new TreeSet<>(Set.of(table)));
  }

  private static ProjectTask task(Map<String, UnfinishedPipeline> unfinished) {
    return new ProjectTask(
        new ProjectName("project-1", "gh/acme/web", "organization-1", "gh/acme"),
        NOW,
        Instant.EPOCH,
        List.of(new PipelineList(null, Instant.EPOCH.minusMillis(1))),
        Intervals.NONE,
        new TreeMap<>(),
        new TreeMap<>(),
        new RereadFrom(Duration.ofHours(6), Duration.ZERO),
        new TreeMap<>(unfinished),
        new TreeSet<>(unfinished.keySet()),
        new TreeSet<>(),
        new TreeMap<>(),
        new TreeSet<>(),
        null,
        true);
  }

  private ProjectFacts walk(ProjectTask task) throws InterruptedException {
    FetchSpec spec =
        new FetchSpec(
            "walk-test",
            NOW,
            new ApiAccess("walk-test", null, 1_000_000, 1, 4, Duration.ofMillis(1)),
            catalog,
            new TreeSet<>(TABLES),
            new TreeSet<>(TABLES),
            Map.of(),
            null,
            0,
            5000);
    Dispatcher<TableRequest, Page> dispatcher =
        new Dispatcher<>(
            this::answer,
            Runnable::run,
            new FixedRateLimit(1_000_000, 0),
            RetryPolicy.standard(Duration.ofMillis(1)),
            4,
            Waiting.REAL,
            nanos -> {});
    Tally tally =
        new Tally(
            spec,
            new FetchOutput() {
              @Override
              public void page(List<TableRecord> page) {
                rows.addAll(page);
              }

              @Override
              public void scope(ScopeRead scope) {}

              @Override
              public void error(RequestError error) {
                errors.add(error);
              }
            },
            Clock.systemUTC());
    Walk walk = new Walk(spec, dispatcher, tally, (table, columns, from, to, rows) -> {});
    walk.run(List.of(task));
    List<ProjectFacts> facts = walk.facts();
    assertEquals(1, facts.size());
    return facts.get(0);
  }

  private Answer<Page> answer(TableRequest request) {
    Table table = request.table();
    String path = request.request().path();
    asked.add(path);
    String json = answers.get(path);
    assertTrue("nobody should ask for " + path, json != null);
    try {
      Page page =
          new PageReader(table, Set.of(), 0)
              .read(
                  json.replace('\'', '"').getBytes(StandardCharsets.UTF_8),
                  request.isList(),
                  request.parent());
      return new Answer.Ok<>(page, NOW);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String list(String... items) {
    return "{'items':[" + String.join(",", items) + "]}";
  }
}
