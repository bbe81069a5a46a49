package dev.circlebeam.sample;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;

/** The server's clock, which stands still until it is moved. */
final class SampleClock {
  private final AtomicReference<Instant> now;

  /** A clock that shows the instant. */
  SampleClock(Instant start) {
    this.now = new AtomicReference<>(start);
  }

  /** What it shows. */
  Instant now() {
    return now.get();
  }

  /** Moves it by the duration; returns what it shows then. */
  Instant advance(Duration duration) {
    return now.updateAndGet(instant -> instant.plus(duration));
  }

  /** Sets it. */
  void set(Instant instant) {
    now.set(instant);
  }
}
