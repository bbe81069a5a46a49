package dev.circlebeam.state;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.Test;

/** When unfinished work is looked at again, and when it is given up. */
public class UnfinishedPipelineTest {
  private static final Instant NOW = Instant.parse("2026-05-30T12:00:00Z");
  private static final Set<String> CORE = Set.of("pipelines", "workflows", "jobs");
  private static final double TENTH = 0.1;

  @Test
  public void givenYoungOne_thenDueInEveryRun() {
    Duration almostADay = Duration.ofDays(1).minusMillis(1);
    assertTrue(pipeline(almostADay, almostADay, Duration.ZERO, "jobs").isDue(NOW, TENTH, CORE));
    assertTrue(pipeline(almostADay, almostADay, Duration.ZERO, "jobs").isDue(NOW, 1, CORE));
    Duration day = Duration.ofDays(1);
    assertFalse(pipeline(day, day, Duration.ZERO, "jobs").isDue(NOW, TENTH, CORE));
  }

  @Test
  public void givenOldOne_thenDueWhenATenthOfItsAgeHasPassed() {
    Duration age = Duration.ofDays(10);
    Duration day = Duration.ofDays(1);
    assertTrue(pipeline(age, age, day, "workflows").isDue(NOW, TENTH, CORE));
    assertFalse(pipeline(age, age, day.minusMillis(1), "workflows").isDue(NOW, TENTH, CORE));
    assertFalse("since when does not count", pipeline(age, day, day, "jobs").isDue(NOW, 0.2, CORE));
  }

  @Test
  public void givenNoBackoff_thenAlwaysDue() {
    Duration age = Duration.ofDays(80);
    assertTrue(pipeline(age, age, Duration.ZERO, "workflows").isDue(NOW, 0, CORE));
  }

  @Test
  public void givenWhatFailed_thenItsAgeCountsFromTheFirstTime() {
    Duration age = Duration.ofDays(80);
    Duration hour = Duration.ofHours(1);
    assertTrue(pipeline(age, hour, Duration.ZERO, "failed:jobs").isDue(NOW, TENTH, CORE));
    assertTrue(pipeline(age, hour, Duration.ZERO, "failed:jobs", "jobs").isDue(NOW, TENTH, CORE));
    Duration tenDays = Duration.ofDays(10);
    Duration day = Duration.ofDays(1);
    assertTrue(pipeline(age, tenDays, day, "failed:jobs").isDue(NOW, TENTH, CORE));
    assertFalse(pipeline(age, tenDays, hour, "failed:jobs").isDue(NOW, TENTH, CORE));
  }

  @Test
  public void givenUnreadTable_thenDueOnlyInRunsThatWriteIt() {
    Duration age = Duration.ofDays(50);
    UnfinishedPipeline unread = pipeline(age, age, Duration.ZERO, "unread:tests");
    assertFalse(unread.isDue(NOW, 0, CORE));
    assertTrue(unread.isDue(NOW, 1, Set.of("tests")));
    Duration hour = Duration.ofHours(1);
    assertFalse("however young", pipeline(hour, hour, hour, "unread:tests").isDue(NOW, 0, CORE));
    UnfinishedPipeline both = pipeline(age, age, Duration.ofDays(5), "unread:tests", "workflows");
    assertTrue("the rest as ever", both.isDue(NOW, TENTH, CORE));
    assertFalse(both.isDue(NOW, 0.2, CORE));
    assertEquals(Set.of("tests"), both.unreadTables());
    assertEquals(Set.of(), both.failedTables());
  }

  @Test
  public void givenTooOldOne_thenGivenUp() {
    Duration age = Duration.ofDays(91);
    Instant oldest = NOW.minus(age);
    assertFalse(pipeline(age, age, Duration.ZERO, "jobs").isOlderThan(oldest));
    assertTrue(pipeline(age.plusMillis(1), Duration.ZERO, age, "jobs").isOlderThan(oldest));
    assertFalse(pipeline(age.plusMillis(1), age, age, "failed:jobs").isOlderThan(oldest));
    assertTrue(pipeline(age, age.plusMillis(1), age, "failed:jobs").isOlderThan(oldest));
  }

  private static UnfinishedPipeline pipeline(
      Duration created, Duration known, Duration read, String... why) {
    return new UnfinishedPipeline(
        NOW.minus(created), NOW.minus(known), NOW.minus(read), new TreeSet<>(List.of(why)));
  }
}
