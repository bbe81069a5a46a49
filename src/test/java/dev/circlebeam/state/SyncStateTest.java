package dev.circlebeam.state;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
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
    SyncState now = before.after(List.of(other), List.of(), by);
    assertEquals(Set.of("project-1"), before.projects().keySet());
    assertEquals(Set.of("project-1", "project-2"), now.projects().keySet());
    assertEquals(before.projects().get("project-1"), now.projects().get("project-1"));
    assertEquals(by, now.writtenBy());
    assertEquals(before.circleciUrl(), now.circleciUrl());
    assertEquals(before.output(), now.output());
  }

  @Test
  public void givenSlicesOfARun_thenWhatItReadAddsUpUntilNothingIsLeft() {
    SyncState state = slice(empty(), 0, learned().read(T2, T3).left(place(T2)));
    assertEquals(Intervals.NONE.plus(new Interval(T2, T3)), soFar(state).read());
    assertEquals(List.of("project-1"), state.projectsOfRun().stream().map(p -> p.id()).toList());
    state = slice(state, 1, learned().read(T1, T2).left(place(T1)));
    assertEquals(Intervals.NONE.plus(new Interval(T1, T3)), soFar(state).read());
    assertEquals(place(T1), project(state).backfill());
    state = slice(state, 2, learned().read(T0, T1));
    assertNull("the run has ended", soFar(state));
    assertEquals(List.of(), state.projectsOfRun());
    assertEquals(List.of(new Interval(T0, T3)), complete(state, BOTH).list());
    assertNull(project(state).backfill());
  }

  @Test
  public void givenAnotherRun_thenItBeginsWithNothing() {
    SyncState state = slice(empty(), 0, learned().read(T2, T3).left(place(T2)));
    state = after(state, learned().read(T3, T3).left(place(T3)).facts());
    assertEquals(Intervals.NONE.plus(new Interval(T3, T3)), soFar(state).read());
    ProjectFacts other =
        learned().project("project-2", "gh/acme/api").read(T0, T1).left(place(T0)).facts();
    state = after(state, other);
    assertNull("it is not of that run", soFar(state));
    assertEquals(List.of("project-2"), state.projectsOfRun().stream().map(p -> p.id()).toList());
    WrittenBy sameName = new WrittenBy(state.writtenBy().runId(), 0, T2);
    state = state.after(List.of(learned().left(place(T0)).facts()), List.of(), sameName);
    assertEquals(
        "a second run of that name",
        List.of("project-1"),
        state.projectsOfRun().stream().map(p -> p.id()).toList());
  }

  @Test
  public void givenSomethingLeftInOneProject_thenTheRunHasNotEndedForAny() {
    ProjectFacts whole = learned().read(T0, T3).facts();
    ProjectFacts part =
        learned().project("project-2", "gh/acme/api").read(T2, T3).left(place(T2)).facts();
    SyncState state = empty().after(List.of(whole, part), List.of(), new WrittenBy("run", 0, T3));
    assertEquals(2, state.projectsOfRun().size());
    assertEquals("gh/acme/web", state.projectsOfRun().get(0).slug());
    assertEquals("org-1", state.projectsOfRun().get(0).organizationId());
  }

  @Test
  public void givenAListThatCouldNotBeReadOn_thenBlockedForTheRunAndThePlaceIsKept() {
    SyncState state = slice(empty(), 0, learned().read(T2, T3).left(place(T2)));
    ProjectFacts other =
        learned().project("project-2", "gh/acme/api").read(T2, T3).left(place(T2)).facts();
    ProjectFacts blocked = learned().blocked(null).facts();
    state = state.after(List.of(blocked, other), List.of(), new WrittenBy("run", 1, T3));
    assertTrue(soFar(state).blocked());
    assertEquals("no other place is known", place(T2), project(state).backfill());
    state = state.after(List.of(learned().facts(), other), List.of(), new WrittenBy("run", 2, T3));
    assertTrue("for the rest of the run", soFar(state).blocked());
    state = after(state, learned().left(place(T1)).facts());
    assertFalse("another run tries again", soFar(state).blocked());
    state = after(state, learned().blocked(place(T0)).facts());
    assertEquals(place(T0), project(state).backfill());
    assertNull("nothing is left that a further slice could read", soFar(state));
  }

  @Test
  public void givenOnlyABranch_thenNothingIsCompleteButTheRunHasReadIt() {
    SyncState state = slice(empty(), 0, learned().read(T1, T3).ofBranch().left(place(T1)));
    assertEquals(Intervals.NONE, complete(state, BOTH));
    assertEquals(Intervals.NONE.plus(new Interval(T1, T3)), soFar(state).read());
  }

  @Test
  public void givenLaterSlices_thenTheFailedTablesOfTheFirstStay() {
    SyncState state = slice(empty(), 0, learned().failed("webhooks").left(place(T2)));
    state = slice(state, 1, learned().left(place(T1)));
    assertEquals(Set.of("webhooks"), Set.copyOf(project(state).failed()));
    state = slice(state, 2, learned().failed("pipelines"));
    assertEquals(Set.of("webhooks", "pipelines"), Set.copyOf(project(state).failed()));
    assertEquals(List.of(), List.copyOf(project(after(state, learned().facts())).failed()));
  }

  @Test
  public void givenSettledMarks_thenThoseOfOldPipelinesAreForgottenUnlessUnfinished() {
    SyncState state =
        after(
            empty(),
            learned()
                .settled(T0, "a")
                .settled(T1, "b")
                .settled(T2, "c", "d")
                .unfinished("running", T0, T2, "workflows")
                .facts());
    assertEquals(Set.of(T0, T1, T2), project(state).settled().keySet());
    state = after(state, learned().settled(T2, "d", "e").settledFrom(T2).facts());
    assertEquals("of the pipeline that runs, and of new ones", Set.of(T0, T2), settledAt(state));
    assertEquals("as it was last seen", Set.of("d", "e"), project(state).settled().get(T2));
    state = after(state, learned().settled(T2).resolved("running").settledFrom(T1).facts());
    assertEquals(Set.of(), settledAt(state));
  }

  @Test
  public void givenSearchesForReruns_thenTheLastOne() {
    SyncState state = after(empty(), learned().searchedAt(T1).facts());
    assertEquals(T1, project(state).searchedAt());
    state = after(state, learned().facts());
    assertEquals(T1, project(state).searchedAt());
    state = slice(state, 0, learned().searchedAt(T2).left(place(T0)));
    assertEquals(T2, project(state).searchedAt());
    assertTrue(soFar(state).searched());
    state = slice(state, 1, learned().left(place(T0)));
    assertTrue("once in a run", soFar(state).searched());
    state = after(state, learned().left(place(T0)).facts());
    assertFalse(soFar(state).searched());
  }

  @Test
  public void givenAProjectThatCouldNotBeRead_thenOnlyThatIsLearned() {
    SyncState state = after(empty(), learned().read(T0, T1).settled(T0, "a").facts());
    ProjectName name = new ProjectName("project-1", "gh/acme/web", null, null);
    state = after(state, ProjectFacts.unreadable(name, "projects"));
    assertEquals(List.of("projects"), List.copyOf(project(state).failed()));
    assertEquals(List.of(new Interval(T0, T1)), complete(state, BOTH).list());
    assertEquals(Set.of(T0), settledAt(state));
    ProjectName nobody = new ProjectName(null, "gh/acme/gone", null, null);
    state = after(state, ProjectFacts.unreadable(nobody, "projects"));
    assertEquals("without an id it is no project", Set.of("project-1"), state.projects().keySet());
  }

  /** After a slice of the run that is called "run". */
  private static SyncState slice(SyncState state, int slice, Learned learned) {
    return state.after(List.of(learned.facts()), List.of(), new WrittenBy("run", slice, T3));
  }

  private static Continuation place(Instant since) {
    return new Continuation("token", since, null);
  }

  private static RunSoFar soFar(SyncState state) {
    return project(state).thisRun();
  }

  private static Set<Instant> settledAt(SyncState state) {
    return project(state).settled().keySet();
  }

  private static SyncState empty() {
    return SyncState.empty("https://circleci.com", "/out");
  }

  /** After another run, of one slice. */
  private SyncState after(SyncState state, ProjectFacts facts) {
    return state.after(List.of(facts), List.of(), new WrittenBy("run-" + runs++, 0, T3));
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
