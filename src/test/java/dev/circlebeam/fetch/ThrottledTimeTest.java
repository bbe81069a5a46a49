package dev.circlebeam.fetch;

import static org.junit.Assert.assertEquals;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.Test;

public class ThrottledTimeTest {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5_000_000);
  private final AtomicLong counted = new AtomicLong();
  private final ThrottledTime time = new ThrottledTime(counted::addAndGet, now::get);

  @Test
  public void givenPausesOneAfterTheOther_thenTheirSum() {
    pause(Duration.ofSeconds(2));
    pass(Duration.ofSeconds(10));
    pause(Duration.ofSeconds(3));
    assertEquals(5000, counted.get());
  }

  @Test
  public void givenRefusalsInOnePause_thenItIsCountedOnce_andOnlyWhatIsAdded() {
    pause(Duration.ofSeconds(2));
    pass(Duration.ofSeconds(1));
    pause(Duration.ofSeconds(1));
    pause(Duration.ofMillis(500));
    assertEquals(2000, counted.get());
    pause(Duration.ofSeconds(4));
    assertEquals(5000, counted.get());
  }

  @Test
  public void givenManyShortPauses_thenNoMillisecondIsLost() {
    for (int i = 0; i < 10; i++) {
      pause(Duration.ofNanos(1_700_000));
      pass(Duration.ofSeconds(1));
    }
    assertEquals(17, counted.get());
  }

  @Test
  public void givenNoPause_thenNothing() {
    pause(Duration.ZERO);
    assertEquals(0, counted.get());
  }

  private void pause(Duration pause) {
    time.accept(pause.toNanos());
  }

  private void pass(Duration duration) {
    now.addAndGet(duration.toNanos());
  }
}
