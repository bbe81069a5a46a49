package dev.circlebeam.storage;

import dev.circlebeam.report.RunFailure;
import java.util.function.Consumer;

/**
 * One run at a time on an output: a second one would fetch everything a second time, and one of
 * them in vain.
 */
public interface RunLock extends AutoCloseable {
  /**
   * Takes the lock.
   *
   * @param run who takes it, and of which output
   * @return the lock; to be closed when the run ends
   * @throws RunFailure when another run has it, or the folder is not there or cannot be written to
   */
  static RunLock take(OutputGuard run) {
    return run.folder().lock(run, null);
  }

  /**
   * Takes the lock although another run may have it. That run can replace no file of the output any
   * more.
   *
   * @param run who takes it, and of which output
   * @param broken is told, in a few words, whose lock was broken; not called when nobody had it
   * @return the lock; to be closed when the run ends
   * @throws RunFailure when the folder is not there or cannot be written to
   */
  static RunLock takeByForce(OutputGuard run, Consumer<String> broken) {
    return run.folder().lock(run, broken);
  }

  /** Gives it back, unless another run has taken it since. */
  @Override
  void close();
}
