package dev.circlebeam;

import dev.circlebeam.report.Attendant;
import dev.circlebeam.report.Progress;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.DefaultValueFactory;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * What differs by runner, so that {@link SyncCommand} need not know which it is. The runners'
 * classes are not needed until one is used.
 */
interface Engine {
  /**
   * Returns the engine of the runner that the flags name.
   *
   * @throws UsageException when circlebeam does not run on it
   */
  static Engine of(SyncOptions options) {
    return KnownRunner.of(options.getRunner()).engine(options);
  }

  /**
   * Sets what the runner needs and nobody has set, and refuses what it cannot do. Called once,
   * before the flags are read.
   *
   * @throws UsageException that names the flag and the fix
   */
  void prepare(SyncOptions options);

  /**
   * Tells whether the launcher stays until the end, so that a run may have several slices, a
   * summary and an exit code of its own.
   */
  default boolean waits() {
    return true;
  }

  /** What the progress display says until steps of this process say more. */
  default String phase() {
    return "starting";
  }

  /**
   * Returns who is told by the steps of a slice how far they are, where the launcher waits for
   * them.
   */
  default Attendant attendant(SyncConfig slice) {
    return Attendant.NONE;
  }

  /**
   * Runs a slice: to its end, where the launcher waits; else until the runner has it.
   *
   * @param pipeline its steps
   * @param slice what they are to do
   * @throws RuntimeException what the runner says of a slice that failed
   */
  void run(Pipeline pipeline, SyncConfig slice);

  /**
   * Asks the slice that runs to end soon; called by another thread.
   *
   * @param progress of the run
   */
  default void stop(Progress progress) {
    progress.stop();
  }

  /** What {@code --slicePipelines} is where it is not given. */
  final class SlicePipelines implements DefaultValueFactory<String> {
    private static final String A_SLICE_OF_SEVERAL = "5000";
    private static final String THE_ONLY_SLICE = "50000";

    @Override
    public String create(PipelineOptions options) {
      return Engine.of(options.as(SyncOptions.class)).waits() ? A_SLICE_OF_SEVERAL : THE_ONLY_SLICE;
    }
  }
}
