package dev.circlebeam.fetch;

import static dev.circlebeam.fetch.Walks.list;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.circleci.Answer;
import dev.circlebeam.circleci.Dispatcher;
import dev.circlebeam.circleci.FixedRateLimit;
import dev.circlebeam.circleci.RetryPolicy;
import dev.circlebeam.circleci.Waiting;
import dev.circlebeam.plan.PipelineList;
import dev.circlebeam.plan.ProjectTask;
import dev.circlebeam.record.Page;
import dev.circlebeam.state.Interval;
import dev.circlebeam.state.Intervals;
import dev.circlebeam.state.ProjectFacts;
import dev.circlebeam.state.UnfinishedPipeline;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.Test;

/** The walk over answers that a server is not expected to give. */
public class WalkTest {
  private static final Instant NOW = Instant.parse("2026-06-30T12:00:00Z");
  private static final String PIPELINE =
      "{'id':'p1','created_at':'2026-06-30T10:00:00Z','state':'created'}";
  private static final String WORKFLOW =
      "{'id':'w1','created_at':'2026-06-30T10:00:01Z','status':'success'}";

  private final Map<String, String> answers = new HashMap<>();
  private final List<String> asked = new ArrayList<>();
  private final Walks.Kept kept = new Walks.Kept();
  private Dispatcher<TableRequest, Page> dispatcher;
  private String stopAt;

  @Test
  public void givenAnIdThatLeadsElsewhere_thenNothingIsAskedBelowItAndItIsAnError()
      throws Exception {
    answers.put(
        "project/gh/acme/web/pipeline",
        list("{'id':'..','created_at':'2026-06-30T10:00:00Z','state':'created'}"));

    walk(task(Map.of()));

    assertEquals(List.of("project/gh/acme/web/pipeline"), asked);
    assertEquals(1, kept.rows.size());
    assertEquals(1, kept.errors.size());
    assertEquals("unusable_item", kept.errors.get(0).kind());
  }

  @Test
  public void givenAPipelineOnTwoPages_thenWhatIsBelowItIsAskedForOnce() throws Exception {
    answers.put(
        "project/gh/acme/web/pipeline", "{'items':[" + PIPELINE + "],'next_page_token':'two'}");
    answers.put("project/gh/acme/web/pipeline?page-token=two", list(PIPELINE));
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

  @Test
  public void givenAStop_thenWhatWasNotAskedForIsNotTakenForRead() throws Exception {
    answers.put("project/gh/acme/web/pipeline", list(PIPELINE));
    answers.put("pipeline/p1/workflow", list(WORKFLOW));
    stopAt = "pipeline/p1/workflow";

    ProjectFacts facts = walk(task(Map.of()));

    assertEquals(List.of("project/gh/acme/web/pipeline", "pipeline/p1/workflow"), asked);
    assertEquals(List.of(), facts.lists().read());
    assertTrue(facts.lists().left());
    Instant created = Instant.parse("2026-06-30T10:00:00Z");
    assertEquals("its jobs are not known", Set.of(), facts.settled().get(created));
  }

  @Test
  public void givenAStop_thenWhatWasUnfinishedStaysSo() throws Exception {
    answers.put("project/gh/acme/web/pipeline", list(PIPELINE));
    answers.put("pipeline/p1/workflow", list(WORKFLOW));
    stopAt = "pipeline/p1/workflow";

    ProjectFacts facts = walk(task(Map.of("p1", unfinished("workflows"))));

    assertEquals(Set.of(), Set.copyOf(facts.resolved()));
  }

  @Test
  public void givenNoStop_thenAFinalWorkflowIsSettledWithItsJobs() throws Exception {
    answers.put("project/gh/acme/web/pipeline", list(PIPELINE));
    answers.put("pipeline/p1/workflow", list(WORKFLOW));
    answers.put("workflow/w1/job", list());

    ProjectFacts facts = walk(task(Map.of()));

    Instant created = Instant.parse("2026-06-30T10:00:00Z");
    assertEquals(1, facts.settled().get(created).size());
    assertEquals(Interval.BEGINNING, facts.lists().read().get(0).from());
    assertEquals(created, facts.lists().read().get(0).to());
    assertFalse(facts.lists().left());
  }

  private static ProjectTask task(Map<String, UnfinishedPipeline> unfinished) {
    PipelineList all = new PipelineList(null, Interval.BEGINNING.minusNanos(1000));
    return Walks.task(NOW, List.of(all), Intervals.NONE, unfinished);
  }

  private ProjectFacts walk(ProjectTask task) throws InterruptedException {
    FetchSpec spec = Walks.spec(NOW, 0, 5000);
    dispatcher =
        new Dispatcher<>(
            this::answer,
            Runnable::run,
            new FixedRateLimit(1_000_000, 0),
            RetryPolicy.standard(Duration.ofMillis(1)),
            1,
            Waiting.REAL,
            nanos -> {});
    Walk walk = new Walk(spec, dispatcher, Walks.tally(spec, kept), Walks.NOTHING_STORED);
    walk.run(List.of(task));
    List<ProjectFacts> facts = walk.facts();
    assertEquals(1, facts.size());
    return facts.get(0);
  }

  private Answer<Page> answer(TableRequest request) {
    String path = request.request().path();
    asked.add(path);
    String json = answers.get(path);
    assertTrue("nobody should ask for " + path, json != null);
    if (path.equals(stopAt)) {
      dispatcher.stop();
    }
    return new Answer.Ok<>(Walks.page(request, json), NOW);
  }
}
