package dev.circlebeam.plan;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.Test;

/** Where a slice ends, decided while lists are read from their newest ends. */
public class SliceWindowTest {
  private final SliceWindow window = new SliceWindow(4);

  @Test
  public void givenOneList_thenAsManyWholeDaysAsFit() {
    window.open("a", Instant.MAX);
    page("a", at(9, 20), at(9, 10), at(9, 0));
    assertNull("one more would fit", window.cut());
    page("a", at(7, 12));
    assertNull("the day may be whole", window.cut());
    assertTrue(window.isWanted("a"));
    page("a", at(7, 11), at(6, 9));
    assertEquals(at(9, 0), window.cut());
    assertFalse(window.isWanted("a"));
  }

  @Test
  public void givenExactlyAsManyAsFit_thenTheyAreTaken() {
    window.open("a", Instant.MAX);
    page("a", at(9, 1), at(8, 2), at(8, 1), at(7, 1), at(3, 1));
    assertEquals(at(7, 0), window.cut());
    assertTrue(window.holds(at(7, 0)));
    assertFalse(window.holds(at(3, 1)));
  }

  @Test
  public void givenSeveralLists_thenTheirPipelinesCountTogether() {
    window.open("dense", Instant.MAX);
    window.open("sparse", Instant.MAX);
    window.open("old", Instant.MAX);
    page("dense", at(9, 9), at(9, 8), at(9, 7));
    page("sparse", at(9, 5), at(5, 5));
    page("old", at(2, 2), at(2, 1));
    assertNull("the dense list may have more of that day", window.cut());
    page("dense", at(8, 23));
    assertEquals(at(9, 0), window.cut());
    assertFalse(window.isWanted("dense"));
    assertFalse(window.isWanted("sparse"));
  }

  @Test
  public void givenADayThatHoldsMore_thenThatDayAloneAndWhole() {
    window.open("a", Instant.MAX);
    window.open("b", Instant.MAX);
    page("b", at(8, 1));
    page("a", at(9, 9), at(9, 8), at(9, 7), at(9, 6), at(9, 5));
    assertEquals(at(9, 0), window.cut());
    assertTrue("the rest of the day", window.isWanted("a"));
    page("a", at(9, 4), at(9, 3));
    assertTrue(window.isWanted("a"));
    assertTrue(window.holds(at(9, 3)));
    page("a", at(9, 0));
    assertTrue("the next page may begin with the very same time", window.isWanted("a"));
    page("a", at(8, 23));
    assertFalse(window.isWanted("a"));
    assertFalse(window.isWanted("b"));
    assertFalse(window.holds(at(8, 23)));
  }

  @Test
  public void givenDays_thenThoseOfUtc() {
    window.open("a", Instant.MAX);
    Instant last = at(9, 0).minus(1, ChronoUnit.MICROS);
    page("a", at(9, 2), at(9, 0), last, at(8, 0), last.minus(Duration.ofDays(1)));
    assertEquals(at(8, 0), window.cut());
    assertTrue(window.holds(at(8, 0)));
    assertFalse(window.holds(at(8, 0).minus(1, ChronoUnit.MICROS)));
  }

  @Test
  public void givenWhatMayBeOneTooMany_thenItIsHeldBack() {
    window.open("a", Instant.MAX);
    window.open("b", Instant.MAX);
    page("a", at(9, 9), at(8, 8), at(7, 7));
    assertFalse("nothing is known of the other list", window.holds(at(9, 9)));
    page("b", at(9, 8));
    assertTrue("the newest day is taken, whatever it holds", window.holds(at(9, 9)));
    assertFalse("the day before may hold too many", window.holds(at(8, 8)));
    page("b", at(8, 1));
    assertFalse("there may be more of that day", window.holds(at(8, 8)));
    page("b", at(7, 23));
    assertEquals(at(8, 0), window.cut());
    assertTrue(window.holds(at(8, 1)));
    assertFalse(window.holds(at(7, 23)));
  }

  @Test
  public void givenANewerDayInAnotherList_thenTheFirstWasNotTheNewest() {
    window.open("a", Instant.MAX);
    window.open("b", Instant.MAX);
    page("a", at(8, 9), at(8, 8), at(8, 7), at(8, 6), at(8, 5));
    assertFalse(window.holds(at(8, 9)));
    page("b", at(9, 9), at(7, 1));
    assertEquals(at(9, 0), window.cut());
    assertFalse(window.holds(at(8, 9)));
  }

  @Test
  public void givenAListThatIsFarBack_thenItWaitsForTheOthers() {
    window.open("far", Instant.MAX);
    window.open("near", Instant.MAX);
    assertTrue("where it begins is not known", window.isWanted("far"));
    page("far", at(1, 1));
    assertFalse(window.isWanted("far"));
    assertTrue(window.isWanted("near"));
    page("near", at(9, 9), at(9, 8));
    assertFalse("the slice will be full before", window.isWanted("far"));
    page("near", at(1, 0));
    assertTrue("its turn has come", window.isWanted("far"));
    assertFalse("it is no further back than the other", window.isWanted("near"));
  }

  @Test
  public void givenAListALittleAhead_thenItIsReadOnMeanwhile() {
    window.open("a", Instant.MAX);
    window.open("b", Instant.MAX);
    page("a", at(9, 12));
    page("b", at(9, 6));
    assertTrue(window.isWanted("a"));
    assertTrue(window.isWanted("b"));
  }

  @Test
  public void givenADayThatIsTooMuchAlready_thenNobodyReadsBeforeIt() {
    window.open("slow", Instant.MAX);
    window.open("fast", Instant.MAX);
    page("slow", at(9, 1));
    page("fast", at(8, 4), at(8, 3));
    assertTrue(window.isWanted("fast"));
    page("fast", at(7, 3), at(7, 2));
    assertFalse("five were found, four are wanted", window.isWanted("fast"));
    assertTrue(window.isWanted("slow"));
    assertNull(window.cut());
    page("slow", at(6, 1));
    assertEquals(at(8, 0), window.cut());
  }

  @Test
  public void givenClosedLists_thenTheyHoldNothingUp() {
    window.open("a", Instant.MAX);
    window.open("b", Instant.MAX);
    page("a", at(9, 9), at(8, 8));
    assertFalse(window.holds(at(9, 9)));
    window.close("b");
    assertTrue(window.holds(at(9, 9)));
    assertFalse(window.holds(at(8, 8)));
    window.close("a");
    assertTrue(window.holds(at(8, 8)));
    assertNull("it takes all there is", window.cut());
  }

  @Test
  public void givenTooManyWhenTheLastListIsClosed_thenStillCut() {
    window.open("a", Instant.MAX);
    for (int hour = 12; hour > 8; hour--) {
      window.found(at(9, hour));
    }
    window.found(at(8, 8));
    window.close("a");
    assertEquals(at(9, 0), window.cut());
    assertTrue(window.holds(at(9, 9)));
    assertFalse(window.holds(at(8, 8)));
  }

  @Test
  public void givenNothingWanted_thenAllOfNothing() {
    window.open("a", Instant.MAX);
    window.reached("a", at(5, 5));
    assertNull(window.cut());
    assertTrue(window.isWanted("a"));
    window.close("a");
    assertNull(window.cut());
  }

  @Test
  public void givenAListThatBeginsInTheMiddle_thenItIsReadWhenTheOthersAreThere() {
    window.open("top", Instant.MAX);
    window.open("middle", at(3, 3));
    assertTrue(window.isWanted("top"));
    assertFalse(window.isWanted("middle"));
    page("top", at(9, 9));
    assertTrue("it holds nothing up", window.holds(at(9, 9)));
    window.close("top");
    assertTrue(window.isWanted("middle"));
    page("middle", at(3, 2), at(3, 1), at(2, 9));
    assertNull("the four fit", window.cut());
    page("middle", at(2, 8));
    assertEquals(at(3, 0), window.cut());
  }

  @Test
  public void givenAListThatIsBegunAgain_thenNothingMoreIsCertainUntilItIsBack() {
    window.open("a", Instant.MAX);
    page("a", at(9, 9), at(8, 8));
    assertTrue(window.holds(at(9, 9)));
    window.open("a", Instant.MAX);
    assertTrue(window.isWanted("a"));
    assertFalse(window.holds(at(9, 9)));
  }

  private void page(String list, Instant... created) {
    for (Instant each : created) {
      window.found(each);
    }
    window.reached(list, created[created.length - 1]);
  }

  private static Instant at(int day, int hour) {
    return Instant.parse("2026-05-01T00:00:00Z").plus(Duration.ofHours(24L * (day - 1) + hour));
  }
}
