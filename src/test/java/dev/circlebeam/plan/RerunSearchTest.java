package dev.circlebeam.plan;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.state.Interval;
import dev.circlebeam.state.Learned;
import dev.circlebeam.state.ProjectState;
import dev.circlebeam.state.SyncState;
import dev.circlebeam.state.SyncState.WrittenBy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.Test;

/** When, and how far back, reruns are looked for. */
public class RerunSearchTest {
  private static final Instant NOW = Instant.parse("2026-05-30T12:00:00Z");
  private static final Instant OLDEST = NOW.minus(Duration.ofDays(90));

  @Test
  public void givenFlag_thenWhen() {
    assertEquals(RerunSearch.DAILY, RerunSearch.parse("Daily"));
    assertEquals(RerunSearch.ALWAYS, RerunSearch.parse("true"));
    assertEquals(RerunSearch.NEVER, RerunSearch.parse("FALSE"));
    IllegalArgumentException thrown =
        assertThrows(IllegalArgumentException.class, () -> RerunSearch.parse("hourly"));
    assertTrue(thrown.getMessage(), thrown.getMessage().contains("--detectReruns=hourly"));
  }

  @Test
  public void givenNoSearchBefore_thenAllThatInsightsHas() {
    assertEquals(OLDEST, RerunSearch.DAILY.from(searched(null), NOW));
    assertEquals(OLDEST, RerunSearch.ALWAYS.from(searched(null), NOW));
    assertNull(RerunSearch.NEVER.from(searched(null), NOW));
  }

  @Test
  public void givenDaily_thenOnceIn24Hours() {
    Instant yesterday = NOW.minus(Duration.ofDays(1));
    assertNull(RerunSearch.DAILY.from(searched(NOW), NOW));
    assertNull(RerunSearch.DAILY.from(searched(yesterday.plusMillis(1)), NOW));
    assertEquals(days(8), RerunSearch.DAILY.from(searched(yesterday), NOW));
  }

  @Test
  public void givenAlways_thenInEveryRunAndNeverNever() {
    assertEquals(days(7), RerunSearch.ALWAYS.from(searched(NOW), NOW));
    assertNull(RerunSearch.NEVER.from(searched(days(30)), NOW));
  }

  @Test
  public void givenASearchBefore_thenSevenDaysBeforeItForWhatInsightsHadNotYet() {
    assertEquals(days(37), RerunSearch.DAILY.from(searched(days(30)), NOW));
    assertEquals(days(90), RerunSearch.DAILY.from(searched(days(83)), NOW));
    assertEquals("no older ones", OLDEST, RerunSearch.DAILY.from(searched(days(84)), NOW));
    assertEquals(OLDEST, RerunSearch.DAILY.from(searched(days(2000)), NOW));
  }

  @Test
  public void givenNoWorkflows_thenNothingCanBeARerun() {
    assertNull(RerunSearch.ALWAYS.from(ProjectState.unknown("gh/acme/web"), NOW));
    ProjectState pipelines =
        state(Learned.of(Set.of("pipelines")).read(Interval.BEGINNING, days(1)));
    assertNull(RerunSearch.ALWAYS.from(pipelines, NOW));
  }

  private static ProjectState searched(Instant at) {
    return state(
        Learned.of(Set.of("pipelines", "workflows"))
            .read(Interval.BEGINNING, days(1))
            .searchedAt(at));
  }

  private static ProjectState state(Learned learned) {
    return SyncState.empty("https://circleci.com", "/out")
        .after(List.of(learned.facts()), List.of(), new WrittenBy("run", 0, NOW))
        .projects()
        .get("project-1");
  }

  private static Instant days(int ago) {
    return NOW.minus(Duration.ofDays(ago));
  }
}
