package dev.circlebeam.state;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.state.SyncState.WrittenBy;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.Test;

/** How a run moves the state on. */
public class SyncStateTest {
  private static final Instant T0 = Instant.parse("2026-05-01T00:00:00Z");
  private static final Instant T1 = Instant.parse("2026-05-02T00:00:00Z");
  private static final Instant T2 = Instant.parse("2026-05-03T00:00:00Z");
  private static final Instant T3 = Instant.parse("2026-05-04T00:00:00Z");
  private static final List<String> BOTH = List.of("pipelines", "workflows");

  private int runs;

  @Test
  public void givenRuns_thenStretchesGrowForTheTablesThatWereWritten() {
    SyncState state = after(empty(), facts(BOTH, new Interval(T0, T1)));
    assertEquals(List.of(new Interval(T0, T1)), complete(state, BOTH).list());
    assertEquals(Intervals.NONE, complete(state, List.of("pipelines", "jobs")));
    state = after(state, facts(List.of("pipelines"), new Interval(T1, T2)));
    assertEquals(List.of(new Interval(T0, T2)), complete(state, List.of("pipelines")).list());
    assertEquals(List.of(new Interval(T0, T1)), complete(state, BOTH).list());
    state = after(state, facts(BOTH, new Interval(T3, T3)));
    assertEquals(List.of(new Interval(T0, T1), new Interval(T3, T3)), complete(state, BOTH).list());
    state = after(state, learned().facts());
    assertEquals(List.of(new Interval(T0, T1), new Interval(T3, T3)), complete(state, BOTH).list());
    assertEquals(Intervals.NONE, complete(state, List.of()));
  }

  @Test
  public void givenUnfinishedWork_thenKnownSinceFirstSeenUntilResolved() {
    SyncState state =
        after(empty(), learned().unfinished("a", T0, T1, "workflows").resolved("b").facts());
    state = after(state, learned().unfinished("a", T0, T2, "failed:jobs").facts());
    UnfinishedPipeline again = project(state).unfinished().get("a");
    assertEquals(T1, again.since());
    assertEquals(T2, again.lastRead());
    assertEquals(new TreeSet<>(List.of("failed:jobs")), again.why());
    assertEquals(Set.of("jobs"), again.failedTables());
    state = after(state, facts(BOTH, new Interval(T2, T3)));
    assertEquals("what nobody looked at stays", Set.of("a"), project(state).unfinished().keySet());
    state =
        after(
            state, learned().unfinished("c", T0, T3, "pipelines").resolved("a", "unknown").facts());
    assertEquals(Set.of("c"), project(state).unfinished().keySet());
  }

  @Test
  public void givenFailedTables_thenOnlyThoseOfTheLastRun() {
    SyncState state = after(empty(), failed("checkout_keys", "webhooks"));
    assertEquals(Set.of("checkout_keys", "webhooks"), Set.copyOf(project(state).failed()));
    state = after(state, failed("webhooks"));
    assertEquals(Set.of("webhooks"), Set.copyOf(project(state).failed()));
  }

  @Test
  public void givenRenamedProject_thenSameProjectUnderTheNewSlug() {
    SyncState state = after(empty(), facts(BOTH, new Interval(T0, T1)));
    assertTrue(state.knowsSlug("gh/acme/web"));
    ProjectFacts renamed =
        Learned.of(BOTH).project("project-1", "gh/acme/shop").read(T1, T2).facts();
    state = after(state, renamed);
    assertEquals(1, state.projects().size());
    assertTrue(state.knowsSlug("gh/acme/shop"));
    assertFalse(state.knowsSlug("gh/acme/web"));
    assertEquals(List.of(new Interval(T0, T2)), complete(state, BOTH).list());
  }

  @Test
  public void givenFactsOfSomeProjects_thenTheOthersAndTheOldStateStay() {
    SyncState before = after(empty(), facts(BOTH, new Interval(T0, T1)));
    ProjectFacts other = Learned.of(BOTH).project("project-2", "gh/acme/api").read(T0, T3).facts();
    WrittenBy by = new WrittenBy("run-2", 3, T3);
    SyncState now = before.after(List.of(other), by);
    assertEquals(Set.of("project-1"), before.projects().keySet());
    assertEquals(Set.of("project-1", "project-2"), now.projects().keySet());
    assertEquals(before.projects().get("project-1"), now.projects().get("project-1"));
    assertEquals(by, now.writtenBy());
    assertEquals(before.circleciUrl(), now.circleciUrl());
    assertEquals(before.output(), now.output());
  }

  private static SyncState empty() {
    return SyncState.empty("https://circleci.com", "/out");
  }

  /** After another run, of one slice. */
  private SyncState after(SyncState state, ProjectFacts facts) {
    return state.after(List.of(facts), new WrittenBy("run-" + runs++, 0, T3));
  }

  private static Learned learned() {
    return Learned.of(BOTH);
  }

  private static ProjectFacts facts(Collection<String> tables, Interval complete) {
    return Learned.of(tables).read(complete.from(), complete.to()).facts();
  }

  private static ProjectFacts failed(String... tables) {
    return learned().failed(tables).facts();
  }

  private static Intervals complete(SyncState state, Collection<String> tables) {
    return project(state).completeIn(tables);
  }

  private static ProjectState project(SyncState state) {
    return state.projects().get("project-1");
  }
}
