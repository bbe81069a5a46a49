package dev.circlebeam.state;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.Test;

/** Stretches of time, against a set of points. */
public class IntervalsTest {
  private static final int POINTS = 60;

  @Test
  public void givenStretchesThatMeet_thenOne() {
    assertEquals(List.of(of(1, 9)), new Intervals(List.of(of(1, 5), of(5, 9))).list());
    assertEquals(List.of(of(1, 9)), new Intervals(List.of(of(4, 6), of(1, 9))).list());
    assertEquals(List.of(of(1, 9)), Intervals.NONE.plus(of(6, 9)).plus(of(1, 7)).list());
    assertEquals(List.of(of(1, 4), of(6, 9)), Intervals.NONE.plus(of(6, 9)).plus(of(1, 4)).list());
    assertEquals(
        List.of(of(1, 9)), Intervals.NONE.plus(of(6, 9)).plus(of(1, 4)).plus(of(3, 7)).list());
  }

  @Test
  public void givenNoStretch_thenNothing() {
    assertNull(Intervals.NONE.watermark());
    assertNull(Intervals.NONE.at(at(1)));
    assertEquals(false, Intervals.NONE.contains(at(1)));
    assertEquals(Intervals.NONE, Intervals.NONE.and(Intervals.NONE.plus(of(1, 2))));
  }

  @Test
  public void givenStretches_thenEndsBelongToThem() {
    Intervals intervals = new Intervals(List.of(of(1, 3), of(5, 8)));
    assertEquals(at(8), intervals.watermark());
    assertEquals(at(3), intervals.at(at(1)).to());
    assertEquals(at(3), intervals.at(at(3)).to());
    assertNull(intervals.at(at(4)));
    assertEquals(at(8), intervals.at(at(5)).to());
    assertNull(intervals.at(at(9)));
  }

  @Test
  public void givenStretchesThatNothingFitsBetween_thenOne() {
    Interval first = of(1, 4);
    Instant next = at(4).plusNanos(1000);
    assertEquals(
        List.of(new Interval(at(1), at(9))),
        Intervals.NONE.plus(first).plus(new Interval(next, at(9))).list());
    assertEquals(
        "a microsecond is left out",
        2,
        Intervals.NONE.plus(first).plus(new Interval(next.plusNanos(1000), at(9))).list().size());
  }

  @Test
  public void givenMoment_thenWhatLiesBeforeIt() {
    Intervals intervals = new Intervals(List.of(of(1, 3), of(5, 8)));
    Instant lastBefore7 = at(7).minusNanos(1000);
    assertEquals(
        List.of(of(1, 3), new Interval(at(5), lastBefore7)), intervals.before(at(7)).list());
    assertFalse(intervals.before(at(7)).contains(at(7)));
    assertEquals(List.of(of(1, 3)), intervals.before(at(5)).list());
    assertEquals(List.of(of(1, 3)), intervals.before(at(4)).list());
    assertEquals(intervals, intervals.before(at(9)));
    assertEquals(Intervals.NONE, intervals.before(at(1)));
  }

  @Test
  public void givenStretches_thenTheNewestAndThatOfAMoment() {
    Intervals intervals = new Intervals(List.of(of(1, 3), of(5, 8)));
    assertEquals(of(5, 8), intervals.newest());
    assertNull(Intervals.NONE.newest());
    assertEquals(of(1, 3), intervals.at(at(2)));
    assertNull(intervals.at(at(4)));
  }

  /** Stretches end at even points, so that the odd ones show the gaps between them. */
  @Test
  public void givenRandomStretches_thenAsASetOfPoints() {
    Random random = new Random(20260504);
    for (int round = 0; round < 300; round++) {
      BitSet pointsA = new BitSet();
      BitSet pointsB = new BitSet();
      Intervals a = random(random, pointsA);
      Intervals b = random(random, pointsB);
      same(pointsA, a);
      same(pointsB, b);
      pointsA.and(pointsB);
      same(pointsA, a.and(b));
      assertEquals(a.and(b), b.and(a));
    }
  }

  private static Intervals random(Random random, BitSet points) {
    Intervals intervals = Intervals.NONE;
    for (int i = random.nextInt(6); i > 0; i--) {
      int from = 2 * random.nextInt(POINTS / 2);
      int to = Math.min(POINTS, from + 2 * random.nextInt(6));
      points.set(from, to + 1);
      intervals = intervals.plus(of(from, to));
    }
    return intervals;
  }

  private static void same(BitSet points, Intervals intervals) {
    for (int point = 0; point <= POINTS + 1; point++) {
      assertEquals(points.get(point), intervals.contains(at(point)));
      Instant end = points.get(point) ? at(points.nextClearBit(point) - 1) : null;
      Interval stretch = intervals.at(at(point));
      assertEquals(end, stretch == null ? null : stretch.to());
    }
    assertEquals(points.isEmpty() ? null : at(points.length() - 1), intervals.watermark());
    for (int i = 1; i < intervals.list().size(); i++) {
      Interval before = intervals.list().get(i - 1);
      assertTrue(intervals.toString(), before.to().isBefore(intervals.list().get(i).from()));
    }
  }

  private static Interval of(int from, int to) {
    return new Interval(at(from), at(to));
  }

  private static Instant at(int point) {
    return Instant.parse("2026-05-04T00:00:00Z").plusMillis(point);
  }
}
