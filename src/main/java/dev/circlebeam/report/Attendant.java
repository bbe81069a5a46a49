package dev.circlebeam.report;

import java.io.Serializable;

/**
 * Travels to the steps that take long or may fail, and is told how they get on. Does for a run what
 * its launcher cannot do where it has gone away.
 */
public interface Attendant extends Serializable {
  /** Has nothing to do: the launcher waits, and does it all. */
  Attendant NONE =
      new Attendant() {
        private static final long serialVersionUID = 1L;

        @Override
        public AtWork atWork() {
          return () -> {};
        }

        @Override
        public void failed(RunFailure failure) {}
      };

  /**
   * Shows other runs, from now on, that this one is at work.
   *
   * @return to be closed when the step is not needed any more
   */
  AtWork atWork();

  /** Notes that a step has read what it had to read: from now on there is more to do than wait. */
  default void hasRead() {}

  /**
   * Leaves a report of why a run cannot go on.
   *
   * @param failure what the step is about to throw
   */
  void failed(RunFailure failure);

  /** A step that is at work. */
  @FunctionalInterface
  interface AtWork extends AutoCloseable {
    @Override
    void close();
  }
}
