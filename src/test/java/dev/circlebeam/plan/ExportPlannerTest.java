package dev.circlebeam.plan;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.plan.Planner.UnfinishedWork;
import dev.circlebeam.plan.ProjectTask.RereadFrom;
import dev.circlebeam.state.ExportSoFar;
import dev.circlebeam.state.Interval;
import dev.circlebeam.state.Intervals;
import dev.circlebeam.state.OrganizationState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.Test;

/** Which days of an organization's export a run reads. */
public class ExportPlannerTest {
  private static final Instant NOW = Instant.parse("2026-06-30T12:00:00Z");

  private Duration overlap = Duration.ofHours(6);
  private @Nullable Instant startDate;
  private boolean fullRefresh;
  private Instant now = NOW;

  @Test
  public void givenNothing_thenAWeekFirstAndThenMonthsBackToTheOldestDay() {
    ExportTask task = plan(null);
    List<String> asked = ask(task, 10);
    assertEquals("2026-06-23..2026-06-29", asked.get(0));
    assertEquals("2026-05-23..2026-06-22", asked.get(1));
    assertEquals("the oldest day that is exported", "2025-06-30", first(asked));
    assertEquals(13, asked.size());
    assertTrue(Duration.between(task.wanted().from(), NOW).compareTo(Duration.ofDays(366)) < 0);
  }

  @Test
  public void givenManyRowsADay_thenFewerDaysAtOnce() {
    startDate = Instant.parse("2026-06-01T15:00:00Z");
    assertEquals(
        List.of(
            "2026-06-23..2026-06-29",
            "2026-06-18..2026-06-22",
            "2026-06-13..2026-06-17",
            "2026-06-08..2026-06-12",
            "2026-06-03..2026-06-07",
            "2026-06-01..2026-06-02"),
        ask(plan(null), 200));
    assertEquals("a day at least", 7 - 6 + 22, ask(plan(null), 5_000).size());
  }

  @Test
  public void givenYesterdayComplete_thenNothing() {
    startDate = Instant.parse("2026-06-01T00:00:00Z");
    assertNull(plan(days("2026-06-01", "2026-06-29")));
    now = NOW.plus(Duration.ofHours(11));
    assertNull("the day is not over", plan(days("2026-06-01", "2026-06-29")));
  }

  @Test
  public void givenANewDay_thenItAndTheTwoBefore() {
    startDate = Instant.parse("2026-06-01T00:00:00Z");
    now = NOW.plus(Duration.ofDays(1));
    assertEquals(
        List.of("2026-06-28..2026-06-30"), ask(plan(days("2026-06-01", "2026-06-29")), 10));
    overlap = Duration.parse("P5D");
    assertEquals(
        List.of("2026-06-25..2026-06-30"), ask(plan(days("2026-06-01", "2026-06-29")), 10));
  }

  @Test
  public void givenAGap_thenItIsClosedWithTheDaysBeforeIt() {
    startDate = Instant.parse("2026-06-01T00:00:00Z");
    OrganizationState state =
        state(interval("2026-06-01", "2026-06-10"), interval("2026-06-20", "2026-06-29"));
    assertEquals(List.of("2026-06-13..2026-06-19", "2026-06-09..2026-06-12"), ask(plan(state), 10));
  }

  @Test
  public void givenAnEarlierStartDate_thenWhatIsOlder() {
    startDate = Instant.parse("2026-06-01T00:00:00Z");
    assertEquals(
        List.of("2026-06-01..2026-06-04"), ask(plan(days("2026-06-05", "2026-06-29")), 10));
  }

  @Test
  public void givenAFullRefresh_thenAllOnce() {
    startDate = Instant.parse("2026-06-20T00:00:00Z");
    fullRefresh = true;
    assertEquals(
        List.of("2026-06-23..2026-06-29", "2026-06-20..2026-06-22"),
        ask(plan(days("2026-06-01", "2026-06-29")), 10));
  }

  @Test
  public void givenALaterSlice_thenOnlyWhatTheRunHasNotRead() {
    startDate = Instant.parse("2026-06-20T00:00:00Z");
    fullRefresh = true;
    ExportSoFar soFar =
        new ExportSoFar(new Intervals(List.of(interval("2026-06-23", "2026-06-29"))), 1, 9L, true);
    ExportTask task = planner().plan("id", "gh/acme", days("2026-06-01", "2026-06-29"), soFar);
    assertEquals(List.of("2026-06-20..2026-06-22"), ask(task, 9));
  }

  @Test
  public void givenAStartDateThatIsToday_thenNothing() {
    startDate = NOW;
    assertNull(plan(null));
  }

  private ExportTask plan(@Nullable OrganizationState state) {
    return planner().plan("id", "gh/acme", state, null);
  }

  private ExportPlanner planner() {
    Planner planner =
        new Planner(
            Set.of(),
            startDate,
            null,
            new RereadFrom(overlap, Duration.ZERO),
            new UnfinishedWork(Duration.ofDays(91), 0),
            fullRefresh,
            RerunSearch.NEVER,
            now);
    return new ExportPlanner("usage", planner, 1_000);
  }

  /** The days that a run asks for, one export after the other, when each day has so many rows. */
  private static List<String> ask(ExportTask task, long rowsADay) {
    List<String> asked = new ArrayList<>();
    ExportSoFar soFar = task.soFar();
    for (Interval days = task.next(soFar); days != null; days = task.next(soFar)) {
      assertTrue(Duration.between(days.from(), days.to()).compareTo(Duration.ofDays(31)) < 0);
      asked.add(day(days.from()) + ".." + day(days.to()));
      soFar = new ExportSoFar(soFar.read().plus(days), soFar.asked() + 1, rowsADay, false);
      assertTrue("it ends", soFar.asked() < 400);
    }
    return asked;
  }

  private static String first(List<String> asked) {
    return asked.get(asked.size() - 1).substring(0, 10);
  }

  private static String day(Instant moment) {
    return moment.toString().substring(0, 10);
  }

  private static OrganizationState days(String from, String to) {
    return state(interval(from, to));
  }

  private static OrganizationState state(Interval... complete) {
    TreeMap<String, Intervals> tables = new TreeMap<>();
    tables.put("usage", new Intervals(List.of(complete)));
    return new OrganizationState("gh/acme", tables, null, null);
  }

  private static Interval interval(String from, String to) {
    return new Interval(
        Instant.parse(from + "T00:00:00Z"), ExportTask.endOf(Instant.parse(to + "T00:00:00Z")));
  }
}
