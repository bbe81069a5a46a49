package dev.circlebeam.fetch;

import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Tells a counter of milliseconds how long nothing is sent because of a 429, as soon as that is
 * known: a step may go on for hours, and counters that move only in its end steer nothing. Several
 * requests that are refused for one reason are one pause.
 */
final class ThrottledTime implements LongConsumer {
  private final LongConsumer millis;
  private final LongSupplier nanoTime;
  private long until;
  private long counted;
  private long nanos;

  ThrottledTime(LongConsumer millis, LongSupplier nanoTime) {
    this.millis = millis;
    this.nanoTime = nanoTime;
    this.until = nanoTime.getAsLong();
  }

  /** Takes down a pause that begins now. */
  @Override
  public void accept(long pauseNanos) {
    long now = nanoTime.getAsLong();
    long from = until - now > 0 ? until : now;
    long end = now + pauseNanos;
    if (end - from <= 0) {
      return;
    }
    nanos += end - from;
    until = end;
    long all = TimeUnit.NANOSECONDS.toMillis(nanos);
    millis.accept(all - counted);
    counted = all;
  }
}
