package dev.circlebeam.storage;

import static com.google.common.base.Preconditions.checkArgument;

import dev.circlebeam.report.Attendant;
import java.io.Serializable;
import java.time.Instant;
import java.util.Timer;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The lock of a run whose launcher goes away: the first step of its Beam pipeline takes it, those
 * at work refresh it, and the last gives it back. See {@link RunLock} for all others.
 */
public final class JobLock implements Serializable {
  private static final long serialVersionUID = 1L;

  private final OutputGuard run;

  /**
   * @param run whose it is, and of which output, which is in a bucket
   */
  public JobLock(OutputGuard run) {
    checkArgument(run.folder() instanceof GcsFolder, "only in a bucket");
    this.run = run;
  }

  /**
   * Takes the lock. The same run may take it again: a step may be repeated.
   *
   * @param project the project of the Dataflow job that the run is
   * @param region its region
   * @param job its id; null when it is not known: then the lock is stale only when it is not
   *     refreshed
   * @throws dev.circlebeam.report.RunFailure when another run has it, or it cannot be written
   */
  public void take(String project, String region, @Nullable String job) {
    GcsLock.take(
        folder(),
        run,
        job == null ? HoldingJob.thisOne() : HoldingJob.onDataflow(project, region, job),
        new DataflowJobs(DataflowJobs.Access.GOOGLE),
        null,
        Instant::now);
  }

  /**
   * Shows others, from now on, that the run is at work.
   *
   * @return ends that, and does not give the lock back
   */
  public Attendant.AtWork keep() {
    Timer timer = GcsLock.keep(folder(), run);
    return timer::cancel;
  }

  /** Gives it back, unless another run has taken it since. */
  public void giveBack() {
    GcsLock.giveBack(folder(), run);
  }

  private GcsFolder folder() {
    return (GcsFolder) run.folder();
  }
}
