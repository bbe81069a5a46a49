package dev.circlebeam.circleci;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Time, and waiting in it. Tests bring their own. */
public interface Waiting {
  /** The machine's time. */
  Waiting REAL =
      new Waiting() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public <E> @Nullable E poll(BlockingQueue<E> queue, long nanos)
            throws InterruptedException {
          return queue.poll(nanos, TimeUnit.NANOSECONDS);
        }
      };

  /**
   * Returns the time.
   *
   * @return nanoseconds since some moment
   */
  long nanoTime();

  /**
   * Waits for something.
   *
   * @param queue where it comes
   * @param nanos how long to wait at most
   * @param <E> what comes
   * @return what came; null when the time was up first
   * @throws InterruptedException when the thread is asked to stop
   */
  <E> @Nullable E poll(BlockingQueue<E> queue, long nanos) throws InterruptedException;
}
