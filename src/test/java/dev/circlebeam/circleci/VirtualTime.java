package dev.circlebeam.circleci;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.LongSupplier;

/**
 * A clock that jumps to whatever happens next, in one thread. It overflows after three seconds, as
 * the real one may at any time.
 */
final class VirtualTime implements Waiting {
  private record Event(long at, long sequence, Runnable action) {}

  private static final long START = Long.MAX_VALUE - Duration.ofSeconds(3).toNanos();
  private static final long FOREVER = Duration.ofHours(12).toNanos();

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(
          Comparator.comparingLong((Event e) -> e.at).thenComparingLong(e -> e.sequence));
  private LongSupplier lateness = () -> 0;
  private long elapsed;
  private long sequence;

  /** Every wait that ends by itself ends so many nanoseconds late. */
  void late(LongSupplier lateness) {
    this.lateness = lateness;
  }

  /** Lets something happen later. */
  void in(Duration wait, Runnable action) {
    events.add(new Event(elapsed + wait.toNanos(), sequence++, action));
  }

  /** How much time has passed since the beginning. */
  Duration elapsed() {
    return Duration.ofNanos(elapsed);
  }

  @Override
  public long nanoTime() {
    return START + elapsed;
  }

  @Override
  public <E> E poll(BlockingQueue<E> queue, long nanos) {
    long end = elapsed + nanos;
    while (queue.isEmpty()) {
      Event next = events.peek();
      if (next == null || next.at > end) {
        if (nanos > FOREVER) {
          throw new AssertionError("what is waited for will never come");
        }
        elapsed = end + lateness.getAsLong();
        return null;
      }
      elapsed = Math.max(elapsed, next.at);
      events.remove().action.run();
    }
    return queue.poll();
  }
}
