package dev.circlebeam.fetch;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.plan.PipelineList;
import dev.circlebeam.state.Continuation;
import dev.circlebeam.state.Interval;
import dev.circlebeam.state.Intervals;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.Test;

/** How far a list of pipelines has been read, and where another slice goes on. */
public class ListReadingTest {
  private static final Instant BEFORE_ALL = Interval.BEGINNING.minusNanos(1000);

  @Test
  public void givenAllPages_thenAllTimeIsRead() {
    ListReading reading = reading(null, BEFORE_ALL, Intervals.NONE);
    assertNull(reading.nextToken());
    assertEquals("nothing is known", Instant.MAX, reading.wantedUntil());
    assertNull(reading.read(null));
    assertNull(reading.next(null));
    page(reading, "b", at(9), at(8));
    assertEquals("b", reading.nextToken());
    assertEquals(at(8), reading.wantedUntil());
    assertFalse(reading.hasEnded());
    page(reading, null, at(7));
    assertTrue(reading.hasEnded());
    assertTrue(reading.isWhole(null));
    assertEquals(new Interval(Interval.BEGINNING, at(9)), reading.read(null));
    assertNull(reading.next(null));
  }

  @Test
  public void givenAnEmptyList_thenNoStretchAndNothingLeft() {
    ListReading reading = reading(null, BEFORE_ALL, Intervals.NONE);
    page(reading, null);
    assertTrue(reading.isWhole(null));
    assertTrue(reading.isWhole(at(5)));
    assertNull(reading.read(null));
    assertNull(reading.next(at(5)));
  }

  @Test
  public void givenAPageThatReachesWhatIsDone_thenTheEnd() {
    Interval known = new Interval(Interval.BEGINNING, at(5));
    ListReading reading = reading(null, at(5), Intervals.NONE.plus(known));
    page(reading, "b", at(9), at(6));
    assertFalse(reading.hasEnded());
    page(reading, "c", at(6), at(5), at(4));
    assertTrue(reading.isWhole(null));
    assertEquals(new Interval(after(5), at(9)), reading.read(null));
    assertTrue("what is older is done", reading.isWhole(at(6)));
    assertFalse("one that is wanted is older", reading.isWhole(after(6)));
  }

  @Test
  public void givenACut_thenReadBackToItAndOnFromThePageThatCrossesIt() {
    ListReading reading = reading(null, BEFORE_ALL, Intervals.NONE);
    page(reading, "b", at(9), at(8));
    page(reading, "c", at(7), at(6));
    page(reading, "d", at(5), at(4));
    assertEquals(new Interval(at(5), at(9)), reading.read(at(5)));
    assertEquals(new Continuation("c", at(6), null), reading.next(at(5)));
    assertEquals("no page before has an older one", place("c", 6), reading.next(at(6)));
    assertEquals(place("b", 8), reading.next(after(6)));
    assertEquals(new Interval(at(7), at(9)), reading.read(at(7)));
    assertNull("the top", reading.next(after(8)));
    assertEquals("it was not read so far", new Interval(after(4), at(9)), reading.read(at(3)));
    assertEquals(place("d", 4), reading.next(at(3)));
    assertFalse(reading.isWhole(at(5)));
    assertFalse(reading.isWhole(null));
  }

  @Test
  public void givenACutAboveAll_thenNoStretch() {
    ListReading reading = reading(null, BEFORE_ALL, Intervals.NONE);
    page(reading, null, at(5), at(4));
    assertNull(reading.read(at(6)));
    assertFalse(reading.isWhole(at(6)));
    assertNull(reading.next(at(6)));
  }

  @Test
  public void givenAnEndedListThatReachesBelowTheCut_thenOnlyWhatIsAboveCounts() {
    ListReading reading = reading(null, BEFORE_ALL, Intervals.NONE);
    page(reading, "b", at(9), at(8));
    page(reading, null, at(7), at(6));
    assertEquals(new Interval(at(7), at(9)), reading.read(at(7)));
    assertEquals(place("b", 8), reading.next(at(7)));
    assertTrue(reading.isWhole(at(6)));
    assertEquals(new Interval(Interval.BEGINNING, at(9)), reading.read(at(6)));
  }

  @Test
  public void givenAPageThatFails_thenReadAsFarAsThePagesDidAndOnFromThatPage() {
    ListReading reading = reading(null, BEFORE_ALL, Intervals.NONE);
    assertNull("the first page", reading.next(null));
    page(reading, "b", at(9), at(8));
    assertEquals("the next may begin with that time", after(8), reading.read(null).from());
    assertEquals(place("b", 8), reading.next(null));
    assertEquals(place("b", 8), reading.next(at(2)));
    assertFalse(reading.isWhole(null));
  }

  @Test
  public void givenEqualTimesOnTwoPages_thenOnlyTheSecondMakesThemRead() {
    ListReading reading = reading(null, BEFORE_ALL, Intervals.NONE);
    page(reading, "b", at(9), at(8), at(8));
    assertFalse(Intervals.NONE.plus(reading.read(null)).contains(at(8)));
    page(reading, "c", at(8), at(7));
    assertTrue(Intervals.NONE.plus(reading.read(null)).contains(at(8)));
    ListReading same = reading(null, BEFORE_ALL, Intervals.NONE);
    page(same, "b", at(8), at(8));
    assertNull(same.read(null));
    assertEquals(place("b", 8), same.next(null));
  }

  @Test
  public void givenAPlaceToGoOn_thenReadFromThereOn() {
    ListReading reading = reading(place("k", 6), BEFORE_ALL, Intervals.NONE);
    assertEquals("k", reading.nextToken());
    assertEquals(at(6), reading.wantedUntil());
    assertNull("nothing yet", reading.read(null));
    assertNull(reading.read(at(8)));
    assertEquals("it was not its turn", place("k", 6), reading.next(at(8)));
    page(reading, "l", at(5), at(4));
    assertEquals(new Interval(after(4), at(6)), reading.read(null));
    assertEquals(new Interval(at(5), at(6)), reading.read(at(5)));
    assertEquals(place("k", 6), reading.next(at(5)));
    assertEquals(place("l", 4), reading.next(at(4)));
    page(reading, null, at(3));
    assertEquals(new Interval(Interval.BEGINNING, at(6)), reading.read(null));
  }

  @Test
  public void givenAPlaceAmongWhatIsDone_thenNothingIsWantedBeforeItsEnd() {
    Intervals done = Intervals.NONE.plus(new Interval(at(4), at(9)));
    ListReading reading = reading(place("k", 7), BEFORE_ALL, done);
    assertEquals(at(4), reading.wantedUntil());
    page(reading, "l", at(6), at(5));
    assertEquals(at(4), reading.wantedUntil());
    page(reading, "m", at(3));
    assertEquals(at(3), reading.wantedUntil());
    assertEquals(place("m", 3), reading.next(at(3)));
    assertEquals("where it is crossed", place("l", 5), reading.next(at(4)));
  }

  @Test
  public void givenARestart_thenAllAgainFromTheTop() {
    ListReading reading = reading(place("k", 6), BEFORE_ALL, Intervals.NONE);
    page(reading, "l", at(5), at(4));
    reading.restart();
    assertNull(reading.nextToken());
    assertEquals(Instant.MAX, reading.wantedUntil());
    assertNull(reading.read(null));
    assertNull(reading.next(null));
    page(reading, "b", at(9), at(8));
    assertEquals(new Interval(after(8), at(9)), reading.read(null));
    assertEquals(place("b", 8), reading.next(null));
    page(reading, null, at(7));
    assertEquals(new Interval(Interval.BEGINNING, at(9)), reading.read(null));
  }

  @Test
  public void givenABranch_thenThePlaceIsOfIt() {
    PipelineList all = new PipelineList(null, BEFORE_ALL);
    ListReading reading =
        new ListReading(Walks.task(at(10), List.of(), Intervals.NONE, Map.of()), all, "main");
    page(reading, "b", at(9));
    assertEquals(new Continuation("b", at(9), "main"), reading.next(null));
  }

  private static ListReading reading(Continuation from, Instant until, Intervals done) {
    return new ListReading(
        Walks.task(at(10), List.of(), done, Map.of()), new PipelineList(from, until), null);
  }

  private static void page(ListReading reading, String next, Instant... created) {
    reading.page(Walks.PIPELINES, Walks.pipelines(created), next);
  }

  private static Continuation place(String token, int since) {
    return new Continuation(token, at(since), null);
  }

  private static Instant after(int hour) {
    return at(hour).plusNanos(1000);
  }

  private static Instant at(int hour) {
    return Instant.parse("2026-05-04T00:00:00Z").plus(Duration.ofHours(hour));
  }
}
