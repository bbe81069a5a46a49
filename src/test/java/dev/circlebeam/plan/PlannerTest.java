package dev.circlebeam.plan;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.plan.Planner.UnfinishedWork;
import dev.circlebeam.plan.ProjectTask.RereadFrom;
import dev.circlebeam.state.CommittedRuns;
import dev.circlebeam.state.Interval;
import dev.circlebeam.state.Intervals;
import dev.circlebeam.state.Learned;
import dev.circlebeam.state.ProjectFacts;
import dev.circlebeam.state.ProjectName;
import dev.circlebeam.state.ProjectState;
import dev.circlebeam.state.SyncState;
import dev.circlebeam.state.SyncState.WrittenBy;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.Test;

/** How far back a run reads, and which pipelines it wants. */
public class PlannerTest {
  private static final Instant NOW = Instant.parse("2026-05-04T12:00:00Z");
  private static final Duration OVERLAP = Duration.ofHours(6);
  private static final Set<String> TABLES = Set.of("pipelines", "workflows");
  private static final ProjectName PROJECT =
      new ProjectName("project-1", "gh/acme/web", "org-1", "gh/acme");

  @Test
  public void givenFirstRun_thenEverything() {
    ProjectTask task = planner(null, false).plan(PROJECT, null, null, null);
    assertEquals(fromTheTop(Interval.BEGINNING), task.lists());
    assertEquals(Intervals.NONE, task.done());
    assertTrue(task.wants(day(1)));
    assertTrue(task.wants(Interval.BEGINNING));
    assertEquals("gh/acme/web", task.project().slug());
    assertEquals("org-1", task.project().organizationId());
    assertEquals(Set.of(), task.unfinished().keySet());
  }

  @Test
  public void givenFirstRunWithStartDate_thenNothingBeforeIt() {
    ProjectTask task = planner(day(3), false).plan(PROJECT, null, null, null);
    assertEquals(fromTheTop(day(3)), task.lists());
    assertTrue(task.wants(day(3)));
    assertFalse(task.wants(day(3).minusNanos(1000)));
  }

  @Test
  public void givenCompleteUpToYesterday_thenFromTheOverlapOn() {
    ProjectTask task = plan(null, complete(Interval.BEGINNING, day(3)));
    assertEquals(fromTheTop(day(3).minus(OVERLAP)), task.lists());
    assertEquals(before(day(3).minus(OVERLAP)), task.done().watermark());
    assertTrue(task.wants(day(4)));
    assertTrue(task.wants(day(3)));
    assertTrue(task.wants(day(3).minus(OVERLAP)));
    assertFalse(task.wants(day(3).minus(OVERLAP).minusMillis(1)));
  }

  @Test
  public void givenSameStartDateAgain_thenStillFromTheOverlapOn() {
    ProjectTask task = plan(day(1), complete(day(1), day(3)));
    assertEquals(fromTheTop(day(3).minus(OVERLAP)), task.lists());
    assertFalse(task.wants(day(2)));
  }

  @Test
  public void givenStartDateInsideTheOverlap_thenNotBeforeIt() {
    Instant start = day(3).minus(Duration.ofHours(1));
    ProjectTask task = plan(start, complete(Interval.BEGINNING, day(3)));
    assertEquals(fromTheTop(start), task.lists());
    assertFalse(task.wants(start.minusMillis(1)));
    assertTrue(task.wants(start));
  }

  @Test
  public void givenStartDateMovedEarlier_thenTheBackfillIsExtended() {
    ProjectTask task = plan(day(1), complete(day(2), day(3)));
    assertEquals(fromTheTop(day(1)), task.lists());
    assertTrue(task.wants(day(1)));
    assertTrue(task.wants(day(2).minusMillis(1)));
    assertFalse("complete already", task.wants(day(2).plusMillis(1)));
    assertTrue("in the overlap", task.wants(day(3)));
    ProjectTask dropped = plan(null, complete(day(2), day(3)));
    assertEquals(fromTheTop(Interval.BEGINNING), dropped.lists());
    assertTrue(dropped.wants(Interval.BEGINNING.plusSeconds(1)));
  }

  @Test
  public void givenStartDateAfterEverything_thenFromIt() {
    ProjectTask task = plan(day(4), complete(day(1), day(3)));
    assertEquals(fromTheTop(day(4)), task.lists());
    assertFalse(task.wants(day(3)));
    assertTrue(task.wants(day(4)));
  }

  @Test
  public void givenGaps_thenTheOldestIsReachedAndWhatLiesBetweenIsNotReadAgain() {
    ProjectTask task = plan(null, complete(Interval.BEGINNING, day(1)), complete(day(2), day(3)));
    assertEquals(fromTheTop(day(1).plus(1, ChronoUnit.MICROS)), task.lists());
    assertTrue(task.wants(day(1).plusMillis(1)));
    assertTrue(task.wants(day(2).minusMillis(1)));
    assertFalse(task.wants(day(2)));
    assertFalse(task.wants(day(1)));
    assertTrue(task.wants(day(3).plusMillis(1)));
  }

  @Test
  public void givenTableThatWasNotWrittenBefore_thenAllIsReadForIt() {
    Planner more = planner(Set.of("pipelines", "workflows", "jobs"), null, false);
    ProjectTask task =
        more.plan(PROJECT, state(complete(Interval.BEGINNING, day(3))), null, CommittedRuns.NONE);
    assertEquals(fromTheTop(Interval.BEGINNING), task.lists());
    assertTrue(task.wants(day(1)));
  }

  @Test
  public void givenFullRefresh_thenEverythingAgainAndUnfinishedWorkKept() {
    ProjectState state = state(complete(Interval.BEGINNING, day(3)), unfinished("a", day(1)));
    ProjectTask task = planner(null, true).plan(PROJECT, state, null, CommittedRuns.NONE);
    assertEquals(fromTheTop(Interval.BEGINNING), task.lists());
    assertTrue(task.wants(day(1)));
    assertEquals(Set.of("a"), task.unfinished().keySet());
  }

  @Test
  public void givenUnfinishedWork_thenLookedAtHoweverOldUntilGivenUp() {
    Instant limit = NOW.minus(Duration.ofDays(91));
    ProjectState state =
        state(
            complete(Interval.BEGINNING, day(3)),
            unfinished("young", day(3)),
            unfinished("old", limit),
            unfinished("failed", limit.minusMillis(1)),
            unfinished("aged", limit.minusMillis(1), "workflows"));
    ProjectTask task = planner(null, false).plan(PROJECT, state, null, CommittedRuns.NONE);
    assertEquals(
        "what failed is asked for again as long from its first failure",
        Set.of("young", "old", "failed"),
        task.unfinished().keySet());
    assertEquals(
        "what the lists bring anyway is not asked for", Set.of("old", "failed"), task.due());
    assertEquals(Set.of("aged"), task.givenUp());
    assertEquals("planning changes nothing", 4, state.unfinished().size());
    assertEquals(Set.of("jobs"), task.failedBefore("old"));
    assertEquals(Set.of(), task.failedBefore("aged"));
    assertEquals(Set.of(), task.failedBefore("unheard-of"));
  }

  @Test
  public void givenRerunLookback_thenYoungPipelinesAreReadAgain() {
    RereadFrom week = new RereadFrom(OVERLAP, Duration.ofDays(7));
    assertEquals(NOW.minus(Duration.ofDays(7)), week.of(day(3), NOW));
    assertEquals("the newest is older than that", day(3).minus(OVERLAP), week.of(day(3), day(30)));
    assertEquals(
        "a clock that is behind", day(3).minus(Duration.ofDays(7)), week.of(day(3), day(1)));
    ProjectState state = state(complete(Interval.BEGINNING, day(3)));
    Planner planner =
        new Planner(
            TABLES,
            null,
            null,
            week,
            new UnfinishedWork(Duration.ofDays(91), 0),
            false,
            RerunSearch.NEVER,
            NOW);
    ProjectTask task = planner.plan(PROJECT, state, null, CommittedRuns.NONE);
    assertEquals(fromTheTop(NOW.minus(Duration.ofDays(7))), task.lists());
    assertTrue(task.wants(NOW.minus(Duration.ofDays(7))));
    assertFalse(task.wants(NOW.minus(Duration.ofDays(7)).minusMillis(1)));
    assertEquals(fromTheTop(day(30).minus(Duration.ofDays(7))), listsAt(planner, day(30), day(29)));
  }

  private static List<PipelineList> listsAt(Planner planner, Instant now, Instant complete) {
    ProjectState state = state(complete(Interval.BEGINNING, complete));
    return planner.at(now).plan(PROJECT, state, null, CommittedRuns.NONE).lists();
  }

  @Test
  public void givenTask_thenItTravels() {
    ProjectTask task = plan(day(1), complete(day(1), day(3)), unfinished("a", day(1)));
    assertEquals(task, SerializableUtils.clone(task));
  }

  private static ProjectTask plan(Instant startDate, ProjectFacts... learned) {
    return planner(startDate, false).plan(PROJECT, state(learned), null, CommittedRuns.NONE);
  }

  private static Planner planner(Instant startDate, boolean fullRefresh) {
    return planner(TABLES, startDate, fullRefresh);
  }

  private static Planner planner(Set<String> tables, Instant startDate, boolean fullRefresh) {
    return new Planner(
        tables,
        startDate,
        null,
        new RereadFrom(OVERLAP, Duration.ZERO),
        new UnfinishedWork(Duration.ofDays(91), 0),
        fullRefresh,
        RerunSearch.NEVER,
        NOW);
  }

  private static ProjectState state(ProjectFacts... learned) {
    SyncState state = SyncState.empty("https://circleci.com", "/out");
    for (ProjectFacts facts : learned) {
      state = state.after(List.of(facts), List.of(), new WrittenBy("run", 0, NOW));
    }
    return state.projects().get("project-1");
  }

  private static ProjectFacts complete(Instant from, Instant to) {
    return Learned.of(TABLES).read(from, to).facts();
  }

  private static ProjectFacts unfinished(String id, Instant createdAt) {
    return unfinished(id, createdAt, "workflows", "failed:jobs");
  }

  private static ProjectFacts unfinished(String id, Instant createdAt, String... why) {
    return Learned.of(TABLES).unfinished(id, createdAt, NOW, why).facts();
  }

  /** One list, from its top back to the first pipeline that is wanted. */
  private static List<PipelineList> fromTheTop(Instant first) {
    return List.of(new PipelineList(null, before(first)));
  }

  private static Instant before(Instant moment) {
    return moment.minus(1, ChronoUnit.MICROS);
  }

  private static Instant day(int day) {
    return Instant.parse("2026-05-01T00:00:00Z").plus(Duration.ofDays(day - 1L));
  }
}
