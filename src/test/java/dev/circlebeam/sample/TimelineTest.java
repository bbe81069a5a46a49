package dev.circlebeam.sample;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import org.junit.Test;

public class TimelineTest {
  @Test
  public void givenAnyNumber_thenTimesAscendAndNumbersAreFoundAgain() {
    SampleConfig config = SampleConfig.defaults().withHistory(1_000, 30);
    Timeline timeline = new Timeline(config, new Noise(7));
    assertEquals(1_000, timeline.newest(config.now().toEpochMilli()));
    for (int number = 1; number < 3_000; number++) {
      long created = timeline.createdAt(number);
      assertTrue(created < timeline.createdAt(number + 1));
      assertEquals(number, timeline.newest(created));
      assertEquals(number - 1, timeline.newest(created - 1));
    }
    assertEquals(0, timeline.newest(0));
    assertEquals(1, timeline.oldest(config.now().toEpochMilli()));
  }

  @Test
  public void givenTimes_thenWrittenAsTheServiceDoes() {
    assertEquals("1970-01-01T00:00:00.000Z", Times.millis(0));
    assertEquals("2026-06-30T12:00:00.007Z", Times.millis(1_782_820_800_007L));
    assertEquals("2026-06-30T12:00:00Z", Times.seconds(1_782_820_800L));
  }
}
