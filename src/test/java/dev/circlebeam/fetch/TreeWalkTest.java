package dev.circlebeam.fetch;

import static dev.circlebeam.fetch.Walks.list;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.catalog.Table;
import dev.circlebeam.circleci.Answer;
import dev.circlebeam.circleci.Dispatcher;
import dev.circlebeam.circleci.Failure;
import dev.circlebeam.circleci.FailureKind;
import dev.circlebeam.circleci.FixedRateLimit;
import dev.circlebeam.circleci.RetryPolicy;
import dev.circlebeam.circleci.Waiting;
import dev.circlebeam.plan.ProjectTask;
import dev.circlebeam.record.Page;
import dev.circlebeam.record.ScopeRead;
import dev.circlebeam.record.StoredTables;
import dev.circlebeam.state.Intervals;
import dev.circlebeam.state.ProjectFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.Before;
import org.junit.Test;

/** The walk over tables that are beside or below the pipelines. */
public class TreeWalkTest {
  private static final Instant NOW = Instant.parse("2026-06-30T12:00:00Z");
  private static final String DEFINITIONS = "projects/project-1/pipeline-definitions";

  private final Map<String, String> answers = new HashMap<>();
  private final Map<String, FailureKind> failures = new HashMap<>();
  private final List<String> asked = new ArrayList<>();
  private final Walks.Kept kept = new Walks.Kept();
  private Dispatcher<TableRequest, Page> dispatcher;
  private StoredTables stored = Walks.NOTHING_STORED;
  private String stopAt;

  @Before
  public void serveTwoDefinitions() {
    answers.put(DEFINITIONS, list("{'id':'d1'}", "{'id':'d2'}"));
    answers.put(DEFINITIONS + "/d1/triggers", list("{'id':'t1'}"));
    answers.put(DEFINITIONS + "/d2/triggers", list("{'id':'t2'}", "{'id':'t3'}"));
  }

  private static final Set<String> BOTH = Set.of("pipeline_definitions", "triggers");

  @Test
  public void givenAllOfAProjectWasRead_thenItsOtherRowsCanGo() throws Exception {
    walk(BOTH);

    assertEquals(3, asked.size());
    assertEquals(5, kept.rows.size());
    assertEquals(
        Set.of(
            new ScopeRead("pipeline_definitions", "project-1"),
            new ScopeRead("triggers", "project-1")),
        Set.copyOf(kept.scopes));
  }

  @Test
  public void givenAnEmptyList_thenOldRowsOfTheChildrenGoToo() throws Exception {
    answers.put(DEFINITIONS, list());

    walk(BOTH);

    assertEquals(2, kept.scopes.size());
    assertEquals(0, kept.rows.size());
  }

  @Test
  public void givenAChildThatFailed_thenRowsOfTheChildrenStay() throws Exception {
    for (FailureKind kind : List.of(FailureKind.SERVER_ERROR, FailureKind.NOT_FOUND)) {
      kept.scopes.clear();
      failures.put(DEFINITIONS + "/d2/triggers", kind);

      walk(BOTH);

      assertEquals(List.of(new ScopeRead("pipeline_definitions", "project-1")), kept.scopes);
    }
  }

  @Test
  public void givenAParentThatFailed_thenAllRowsStay() throws Exception {
    failures.put(DEFINITIONS, FailureKind.FORBIDDEN);

    walk(BOTH);

    assertEquals(List.of(), kept.scopes);
    assertEquals(1, kept.errors.size());
    assertTrue("a project's table counts", kept.errors.get(0).counted());
  }

  @Test
  public void givenAStop_thenWhatWasNotReadStays() throws Exception {
    stopAt = DEFINITIONS;

    walk(BOTH);

    assertEquals(List.of(DEFINITIONS), asked);
    assertEquals(List.of(new ScopeRead("pipeline_definitions", "project-1")), kept.scopes);
  }

  @Test
  public void givenALaterSlice_thenTheyAreNotReadAgain() throws Exception {
    walk(BOTH, Set.of());

    assertEquals(List.of(), asked);
    assertEquals(List.of(), kept.scopes);
  }

  private ProjectFacts walk(Set<String> tables) throws InterruptedException {
    return walk(tables, Set.of(Table.PROJECT));
  }

  private ProjectFacts walk(Set<String> tables, Set<String> roots) throws InterruptedException {
    ProjectTask task = Walks.task(NOW, List.of(), Intervals.NONE, Map.of());
    task.roots().clear();
    return walk(tables, task.with(roots));
  }

  private ProjectFacts walk(Set<String> tables, ProjectTask task) throws InterruptedException {
    FetchSpec spec = Walks.spec(tables, NOW, 0, 5000);
    dispatcher =
        new Dispatcher<>(
            this::answer,
            Runnable::run,
            new FixedRateLimit(1_000_000, 0),
            new RetryPolicy(1, Duration.ofMillis(1), Duration.ofMillis(1), () -> 0.5),
            1,
            Waiting.REAL,
            nanos -> {});
    Walk walk = new Walk(spec, dispatcher, Walks.tally(spec, kept), stored);
    walk.run(List.of(task));
    List<ProjectFacts> facts = walk.facts();
    assertEquals(1, facts.size());
    return facts.get(0);
  }

  private Answer<Page> answer(TableRequest request) {
    String path = request.request().shown();
    asked.add(path);
    if (path.equals(stopAt)) {
      dispatcher.stop();
    }
    if (failures.containsKey(path)) {
      FailureKind kind = failures.get(path);
      return new Answer.Failed<>(new Failure(kind, 500, "as told", "body", null));
    }
    assertTrue("nobody should ask for " + path, answers.containsKey(path));
    return new Answer.Ok<>(Walks.page(request, answers.get(path)), NOW);
  }
}
