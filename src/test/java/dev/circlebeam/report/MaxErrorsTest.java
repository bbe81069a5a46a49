package dev.circlebeam.report;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.util.List;
import org.junit.Test;

/** How many requests may fail, as a number and as a share. */
public class MaxErrorsTest {
  @Test
  public void givenNumber_thenSoManyAndNoMore() {
    MaxErrors ten = MaxErrors.parse("10");
    assertFalse(ten.isExceeded(10, 10));
    assertTrue(ten.isExceeded(11, 1_000_000));
    assertTrue(MaxErrors.parse("0").isExceeded(1, 1_000_000));
    assertFalse(MaxErrors.parse("0").isExceeded(0, 0));
  }

  @Test
  public void givenShare_thenOfAllRequests() {
    MaxErrors onePercent = MaxErrors.parse("1%");
    assertFalse(onePercent.isExceeded(0, 0));
    assertFalse(onePercent.isExceeded(10, 1000));
    assertTrue(onePercent.isExceeded(11, 1000));
    assertTrue(onePercent.isExceeded(1, 99));
    assertFalse(onePercent.isExceeded(1, 100));
    assertFalse(MaxErrors.parse("0.5%").isExceeded(5, 1000));
    assertTrue(MaxErrors.parse("0.5%").isExceeded(6, 1000));
    assertFalse(MaxErrors.parse("100%").isExceeded(7, 7));
  }

  @Test
  public void givenAnythingElse_thenRefusedNamingTheFlagAndTheValue() {
    List<String> wrong = List.of("", "%", "x", "-1", "1 %", "1%%", "1e3", "NaN", "1,5", ".5", "٣");
    assertEquals(11, wrong.size());
    for (String text : wrong) {
      IllegalArgumentException refusal =
          assertThrows(text, IllegalArgumentException.class, () -> MaxErrors.parse(text));
      assertThat(refusal.getMessage(), containsString("--maxErrors=" + text));
    }
  }
}
