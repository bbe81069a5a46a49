package dev.circlebeam.plan;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.plan.Planner.UnfinishedWork;
import dev.circlebeam.plan.ProjectTask.RereadFrom;
import dev.circlebeam.state.CommittedRuns;
import dev.circlebeam.state.Continuation;
import dev.circlebeam.state.Interval;
import dev.circlebeam.state.Intervals;
import dev.circlebeam.state.Learned;
import dev.circlebeam.state.ProjectName;
import dev.circlebeam.state.ProjectState;
import dev.circlebeam.state.RunSoFar;
import dev.circlebeam.state.SyncState;
import dev.circlebeam.state.SyncState.WrittenBy;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import org.junit.Test;

/** What the slices of a run read, and where a run goes on that another has begun. */
public class PlannerSlicesTest {
  private static final Instant NOW = Instant.parse("2026-05-30T12:00:00Z");
  private static final Duration OVERLAP = Duration.ofHours(6);
  private static final Set<String> TABLES = Set.of("pipelines", "workflows");
  private static final ProjectName PROJECT =
      new ProjectName("project-1", "gh/acme/web", "org-1", "gh/acme");
  private static final Instant BEFORE_ALL = before(Interval.BEGINNING);

  private String branch;
  private Instant startDate;
  private boolean fullRefresh;
  private RerunSearch search = RerunSearch.NEVER;

  @Test
  public void givenAPlaceToGoOn_thenWhatIsNewAndFromThatPlace() {
    ProjectTask task = nextRun(learned().left(place(day(20))));
    Instant newest = before(day(25).minus(OVERLAP));
    assertEquals(
        List.of(new PipelineList(null, newest), new PipelineList(place(day(20)), BEFORE_ALL)),
        task.lists());
    assertFalse(task.wants(day(20)));
    assertTrue(task.wants(before(day(20))));
    assertTrue("the overlap", task.wants(day(25)));
  }

  @Test
  public void givenAPlaceInsideOfWhatIsComplete_thenFromThere() {
    assertEquals(2, nextRun(learned().left(place(day(22)))).lists().size());
    assertEquals(2, nextRun(learned().left(place(before(day(20))))).lists().size());
    assertEquals(2, nextRun(learned().left(place(day(25).minus(OVERLAP)))).lists().size());
  }

  @Test
  public void givenAPlaceElsewhere_thenFromTheTop() {
    List<PipelineList> top = List.of(new PipelineList(null, BEFORE_ALL));
    assertEquals("a gap", top, nextRun(learned().left(place(day(19)))).lists());
    assertEquals(
        "the overlap", top, nextRun(learned().left(place(after(day(25).minus(OVERLAP))))).lists());
    assertEquals("none", top, nextRun(learned().left(null)).lists());
  }

  @Test
  public void givenAPlaceInTheListOfABranch_thenOnlyForThatBranch() {
    Continuation ofMain = new Continuation("token", day(20), "main");
    assertEquals(1, nextRun(learned().left(ofMain)).lists().size());
    branch = "main";
    assertEquals(2, nextRun(learned().left(ofMain)).lists().size());
    assertEquals(1, nextRun(learned().left(place(day(20)))).lists().size());
    branch = "develop";
    assertEquals(1, nextRun(learned().left(ofMain)).lists().size());
  }

  @Test
  public void givenNothingLeftBehindTheStart_thenFromTheTopOnly() {
    ProjectTask whole =
        nextRun(Learned.of(TABLES).read(Interval.BEGINNING, day(25)).left(place(day(20))));
    assertEquals(List.of(new PipelineList(null, before(day(25).minus(OVERLAP)))), whole.lists());
    startDate = day(20);
    ProjectTask later = nextRun(learned().left(place(day(20))));
    assertEquals(List.of(new PipelineList(null, before(day(25).minus(OVERLAP)))), later.lists());
    startDate = day(18);
    ProjectTask more = nextRun(learned().left(place(day(20))));
    assertEquals(new PipelineList(place(day(20)), before(day(18))), more.lists().get(1));
  }

  @Test
  public void givenOlderStretches_thenThePlaceLeadsToTheOldestGap() {
    SyncState state = first(Learned.of(TABLES).read(Interval.BEGINNING, day(3)));
    state = then(state, Learned.of(TABLES).read(day(9), day(10)));
    state = then(state, learned().left(place(day(20))));
    ProjectTask task = planner(NOW).plan(PROJECT, project(state), null, CommittedRuns.NONE);
    assertEquals(new PipelineList(place(day(20)), day(3)), task.lists().get(1));
    assertFalse(task.wants(day(10)));
    assertTrue(task.wants(after(day(10))));
    assertTrue(task.wants(before(day(9))));
    assertFalse(task.wants(day(3)));
  }

  @Test
  public void givenALaterSlice_thenWhatTheRunHasReadIsNotReadAgain() {
    ProjectTask task = nextSlice(learned().left(place(day(20))), NOW);
    assertEquals(
        List.of(new PipelineList(null, day(25)), new PipelineList(place(day(20)), BEFORE_ALL)),
        task.lists());
    assertFalse("no overlap", task.wants(day(25)));
    assertTrue("what is new", task.wants(after(day(25))));
    assertTrue(task.wants(before(day(20))));
    assertFalse("only once in a run", task.isFirstSlice());
    assertTrue(nextRun(learned()).isFirstSlice());
  }

  @Test
  public void givenALaterSlice_thenUnfinishedWorkIsLookedAtEveryHour() {
    Instant young = NOW.minus(Duration.ofHours(7));
    Learned read =
        Learned.of(TABLES)
            .read(day(20), NOW)
            .unfinished("a", young, NOW, "workflows")
            .left(place(day(20)));
    assertEquals(Set.of(), nextSlice(read, NOW.plus(Duration.ofMinutes(59))).due());
    assertEquals(Set.of("a"), nextSlice(read, NOW.plus(Duration.ofMinutes(61))).due());
    assertEquals(Set.of("a"), nextRun(read).due());
    assertEquals("known all the same", Set.of("a"), nextSlice(read, NOW).unfinished().keySet());
  }

  @Test
  public void givenUnfinishedWorkThatTheListBrings_thenNotAskedForByItself() {
    Learned read =
        learned()
            .unfinished("in the overlap", day(25), day(25), "workflows")
            .unfinished("before the backfill", day(19), day(19), "workflows")
            .unfinished("done", day(24), day(24), "workflows");
    assertEquals(Set.of("done"), nextRun(read).due());
    ProjectTask passed = nextRun(read.left(place(day(19))));
    assertEquals("its page was read", Set.of("done", "before the backfill"), passed.due());
    startDate = day(20);
    assertEquals(Set.of("done", "before the backfill"), nextRun(read).due());
    startDate = null;
    branch = "main";
    assertEquals("it may be of another branch", 3, nextRun(read).due().size());
  }

  @Test
  public void givenAPipelineThatWasNeverRead_thenAskedForSinceItMayBeOlderThanTheListGoes() {
    Learned read =
        learned()
            .unfinished("failed", day(25), day(25), "failed:pipelines")
            .unfinished("unread", day(25), day(25), "unread:pipelines")
            .unfinished("its workflows failed", day(25), day(25), "failed:workflows");
    assertEquals(Set.of("failed", "unread"), nextRun(read).due());
  }

  @Test
  public void givenAFullRefresh_thenEverythingOnceAndTheSlicesGoOn() {
    fullRefresh = true;
    Learned read =
        learned()
            .unfinished("a", day(24), NOW, "workflows")
            .settled(day(24), "mark")
            .left(place(day(20)));
    ProjectTask first = nextRun(read);
    assertEquals(List.of(new PipelineList(null, BEFORE_ALL)), first.lists());
    assertTrue(first.wants(day(22)));
    assertEquals(Set.of(), first.doneAt(day(22)));
    assertEquals(Set.of(), first.settled().keySet());
    ProjectTask second = nextSlice(read, NOW);
    assertEquals(
        List.of(new PipelineList(null, day(25)), new PipelineList(place(day(20)), BEFORE_ALL)),
        second.lists());
    assertFalse(second.wants(day(22)));
    assertTrue(second.wants(before(day(20))));
    assertEquals("the list brings it", Set.of(), first.due());
    assertEquals("read a moment ago", Set.of(), second.due());
  }

  @Test
  public void givenABlockedList_thenOnlyAnotherRunTriesAgain() {
    Learned blocked = learned().blocked(place(day(20)));
    ProjectState state = project(first(blocked));
    RunSoFar soFar = new RunSoFar(Intervals.NONE, true, false);
    assertEquals(List.of(), planner(NOW).plan(PROJECT, state, soFar, CommittedRuns.NONE).lists());
    assertEquals(2, nextRun(blocked).lists().size());
  }

  @Test
  public void givenATableThatIsAskedForLater_thenTheOthersAreDone() {
    Learned read = learned().settled(day(24), "mark");
    Planner more = planner(Set.of("pipelines", "workflows", "jobs"), NOW);
    ProjectTask task = more.plan(PROJECT, project(first(read)), null, CommittedRuns.NONE);
    assertEquals(List.of(new PipelineList(null, BEFORE_ALL)), task.lists());
    assertTrue(task.wants(day(22)));
    assertEquals(TABLES, task.doneAt(day(22)));
    assertEquals("not complete yet", Set.of(), task.doneAt(before(day(20))));
    assertEquals("in the overlap", Set.of(), task.doneAt(day(25)));
    assertEquals(Set.of(day(24)), task.settled().keySet());
  }

  @Test
  public void givenATableThatIsNoLongerAskedFor_thenItHoldsNothingUp() {
    Planner fewer = planner(Set.of("pipelines"), NOW);
    ProjectTask task = fewer.plan(PROJECT, project(first(learned())), null, CommittedRuns.NONE);
    assertFalse(task.wants(day(22)));
    assertEquals(TABLES, task.doneAt(day(22)));
  }

  @Test
  public void givenASearchForReruns_thenOnceInARunAndOnlyWhereAllIsReadAndWritten() {
    search = RerunSearch.ALWAYS;
    ProjectState state = project(first(learned()));
    Instant from = NOW.minus(Duration.ofDays(90));
    assertEquals(
        new ProjectTask.Search(from, CommittedRuns.NONE),
        planner(NOW).plan(PROJECT, state, null, CommittedRuns.NONE).search());
    assertNull("the first run", planner(NOW).plan(PROJECT, null, null, null).search());
    RunSoFar searched = new RunSoFar(Intervals.NONE, false, true);
    assertNull(planner(NOW).plan(PROJECT, state, searched, CommittedRuns.NONE).search());
    RunSoFar notYet = new RunSoFar(Intervals.NONE, false, false);
    assertEquals(
        from, planner(NOW).plan(PROJECT, state, notYet, CommittedRuns.NONE).search().from());
    Planner fewer = planner(Set.of("workflows"), NOW);
    assertNull("not all tables", fewer.plan(PROJECT, state, null, CommittedRuns.NONE).search());
    Planner others = planner(Set.of("pipelines"), NOW);
    ProjectState pipelines = project(first(Learned.of(Set.of("pipelines")).read(day(1), day(9))));
    assertNull("no workflows", others.plan(PROJECT, pipelines, null, CommittedRuns.NONE).search());
    fullRefresh = true;
    assertNull(planner(NOW).plan(PROJECT, state, null, CommittedRuns.NONE).search());
    fullRefresh = false;
    branch = "main";
    assertNull(planner(NOW).plan(PROJECT, state, null, CommittedRuns.NONE).search());
  }

  private ProjectTask nextRun(Learned read) {
    return planner(NOW).plan(PROJECT, project(first(read)), null, CommittedRuns.NONE);
  }

  private ProjectTask nextSlice(Learned read, Instant now) {
    ProjectState state = project(first(read));
    return planner(now).plan(PROJECT, state, state.thisRun(), CommittedRuns.NONE);
  }

  private Planner planner(Instant now) {
    return planner(TABLES, now);
  }

  private Planner planner(Set<String> tables, Instant now) {
    return new Planner(
        tables,
        startDate,
        branch,
        new RereadFrom(OVERLAP, Duration.ZERO),
        new UnfinishedWork(Duration.ofDays(91), 0.1),
        fullRefresh,
        search,
        now);
  }

  /** The newest days were read. */
  private static Learned learned() {
    return Learned.of(TABLES).read(day(20), day(25));
  }

  private static SyncState first(Learned learned) {
    return then(SyncState.empty("https://circleci.com", "/out"), learned);
  }

  private static SyncState then(SyncState state, Learned learned) {
    return state.after(List.of(learned.facts()), List.of(), new WrittenBy("run", 0, NOW));
  }

  private static ProjectState project(SyncState state) {
    return state.projects().get("project-1");
  }

  private static Continuation place(Instant since) {
    return new Continuation("token", since, null);
  }

  private static Instant before(Instant moment) {
    return moment.minus(1, ChronoUnit.MICROS);
  }

  private static Instant after(Instant moment) {
    return moment.plus(1, ChronoUnit.MICROS);
  }

  private static Instant day(int day) {
    return Instant.parse("2026-05-01T00:00:00Z").plus(Duration.ofDays(day - 1L));
  }
}
