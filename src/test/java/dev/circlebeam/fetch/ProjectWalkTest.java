package dev.circlebeam.fetch;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.plan.PipelineList;
import dev.circlebeam.plan.ProjectTask;
import dev.circlebeam.state.Continuation;
import dev.circlebeam.state.Interval;
import dev.circlebeam.state.Intervals;
import dev.circlebeam.state.ProjectFacts;
import dev.circlebeam.state.UnfinishedPipeline;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.Test;

/** What a walk learns of a project. */
public class ProjectWalkTest {
  private static final Instant NOW = at(200);
  private static final Set<String> TABLES = Set.of("pipelines", "workflows", "jobs");
  private static final Interval OLD = new Interval(at(50), at(100));
  private static final Continuation PLACE = new Continuation("k", at(50), null);
  private static final List<PipelineList> BOTH =
      List.of(new PipelineList(null, at(100)), new PipelineList(PLACE, at(0)));

  @Test
  public void givenTwoLists_thenBothStretchesAndTheNewestGapFirst() {
    ProjectWalk walk = walk(BOTH, Map.of());
    page(walk, 0, "b", at(150), at(140));
    page(walk, 1, "l", at(40), at(30));
    ProjectFacts.Lists lists = walk.facts(TABLES, null).lists();
    assertEquals(
        List.of(new Interval(after(140), at(150)), new Interval(after(30), at(50))), lists.read());
    assertEquals(new Continuation("b", at(140), null), lists.next());
    assertTrue(lists.left());
    assertFalse(lists.blocked());
  }

  @Test
  public void givenTheNewestGapClosed_thenTheBackfillGoesOn() {
    ProjectWalk walk = walk(BOTH, Map.of());
    page(walk, 0, "b", at(150), at(90));
    ProjectFacts.Lists lists = walk.facts(TABLES, at(120)).lists();
    assertEquals(List.of(new Interval(after(100), at(150))), lists.read());
    assertEquals("it was not its turn", PLACE, lists.next());
    assertTrue(lists.left());
    page(walk, 1, null, at(40));
    lists = walk.facts(TABLES, null).lists();
    assertEquals(2, lists.read().size());
    assertNull(lists.next());
    assertFalse(lists.left());
  }

  @Test
  public void givenABlockedList_thenNothingIsLeftForThisRun() {
    ProjectWalk walk = walk(BOTH, Map.of());
    page(walk, 0, "b", at(150), at(140));
    walk.blocked();
    ProjectFacts.Lists lists = walk.facts(TABLES, null).lists();
    assertTrue(lists.blocked());
    assertFalse(lists.left());
    assertEquals(new Continuation("b", at(140), null), lists.next());
    ProjectFacts.Lists none = walk(List.of(), Map.of()).facts(TABLES, null).lists();
    assertTrue("blocked by an earlier slice", none.blocked());
    assertNull(none.next());
  }

  @Test
  public void givenAPipelineThatWasNotRead_thenNothingBeforeItCounts() {
    ProjectWalk walk = walk(BOTH, Map.of());
    page(walk, 0, "b", at(150), at(140), at(130), at(90));
    walk.notRead(at(130));
    walk.notRead(at(140));
    walk.notRead(at(110));
    ProjectFacts.Lists lists = walk.facts(TABLES, at(120)).lists();
    assertEquals(List.of(new Interval(after(140), at(150))), lists.read());
    assertTrue(lists.left());
    ProjectWalk older = walk(BOTH, Map.of());
    page(older, 0, "b", at(150), at(140), at(110), at(90));
    older.notRead(at(110));
    assertEquals(
        "the slice ends before anyway",
        List.of(new Interval(at(120), at(150))),
        older.facts(TABLES, at(120)).lists().read());
  }

  @Test
  public void givenRequestsThatWereNotMade_thenTheirPipelinesAreReadByTheNextRun() {
    ProjectWalk walk = walk(BOTH, Map.of("old", unfinished(at(60)), "new", unfinished(at(140))));
    page(walk, 0, "b", at(150), at(140), at(130), at(90));
    for (PipelineOrigin origin :
        List.of(
            new PipelineOrigin("old", at(60)),
            new PipelineOrigin("new", at(140)),
            new PipelineOrigin("never seen", at(130)))) {
      walk.looksAt(origin);
      walk.dropped(origin, "jobs", false);
    }
    ProjectFacts facts = walk.facts(TABLES, null);
    assertEquals(List.of(new Interval(after(140), at(150))), facts.lists().read());
    assertEquals(Set.of(), Set.copyOf(facts.resolved()));
    assertEquals("lists bring the other", Set.of("old", "new"), facts.unfinished().keySet());
    assertEquals(Set.of("unread:jobs"), facts.unfinished().get("old").why());
  }

  @Test
  public void givenAPipelineThatWasNotAskedFor_thenItIsAskedForByTheNextRun() {
    ProjectWalk walk = walk(BOTH, Map.of());
    page(walk, 0, "b", at(150), at(140), at(90));
    walk.dropped(new PipelineOrigin("rerun", at(140)), "pipelines", true);
    ProjectFacts facts = walk.facts(TABLES, null);
    assertEquals(List.of(new Interval(after(100), at(150))), facts.lists().read());
    assertEquals(Set.of("unread:pipelines"), facts.unfinished().get("rerun").why());
  }

  @Test
  public void givenLookedAtPipelines_thenResolvedUnlessSomethingIsNotFinal() {
    ProjectWalk walk =
        walk(
            BOTH, Map.of("a", unfinished(at(60)), "b", unfinished(at(70)), "c", unfinished(at(1))));
    walk.looksAt(new PipelineOrigin("a", at(60)));
    walk.unfinished(new PipelineOrigin("b", at(70)), "workflows");
    walk.failed(new PipelineOrigin("b", at(70)), "jobs");
    ProjectFacts facts = walk.facts(TABLES, null);
    assertEquals(Set.of("a"), Set.copyOf(facts.resolved()));
    assertEquals(Set.of("workflows", "failed:jobs"), facts.unfinished().get("b").why());
    assertEquals(NOW, facts.unfinished().get("b").lastRead());
  }

  @Test
  public void givenSubtrees_thenThoseThatAreFinalAreSettled() {
    ProjectWalk walk = walk(BOTH, Map.of());
    PipelineOrigin pipeline = new PipelineOrigin("a", at(140));
    walk.looksAt(new PipelineOrigin("b", at(130)));
    walk.subtree(pipeline, "one");
    walk.subtree(pipeline, "two").unsettle();
    Map<Instant, TreeSet<String>> settled = walk.facts(TABLES, null).settled();
    assertEquals(Set.of(at(130), at(140)), settled.keySet());
    assertEquals(Set.of("one"), settled.get(at(140)));
    assertEquals("what was known is forgotten", Set.of(), settled.get(at(130)));
  }

  @Test
  public void givenWhatIsReadAgain_thenFromTheOverlapBeforeTheNewest() {
    ProjectWalk walk = walk(BOTH, Map.of());
    page(walk, 0, "b", at(150), at(140));
    assertEquals(at(144), walk.facts(TABLES, null).settledFrom());
    assertEquals(at(94), walk(BOTH, Map.of()).facts(TABLES, null).settledFrom());
  }

  private static ProjectWalk walk(
      List<PipelineList> lists, Map<String, UnfinishedPipeline> unfinished) {
    ProjectTask task = Walks.task(NOW, lists, Intervals.NONE.plus(OLD), unfinished);
    return new ProjectWalk(task, null);
  }

  private static void page(ProjectWalk walk, int list, String next, Instant... created) {
    walk.lists().get(list).page(Walks.PIPELINES, Walks.pipelines(created), next);
  }

  private static UnfinishedPipeline unfinished(Instant created) {
    return new UnfinishedPipeline(created, created, created, new TreeSet<>(Set.of("workflows")));
  }

  private static Instant after(int hour) {
    return at(hour).plusNanos(1000);
  }

  private static Instant at(int hour) {
    return Instant.parse("2026-05-01T00:00:00Z").plus(Duration.ofHours(hour));
  }
}
