package dev.circlebeam.storage;

import static com.google.common.base.Preconditions.checkArgument;

import dev.circlebeam.report.Attendant;
import java.io.Serializable;
import java.time.Instant;
import java.util.Timer;

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
   * Takes the lock, for a job that nothing is known of. The same run may take it again: a step may
   * be repeated.
   *
   * @throws dev.circlebeam.report.RunFailure when another run has it, or it cannot be written
   */
  public void take() {
    take(HoldingJob.thisOne());
  }

  /**
   * Takes the lock, for a job on Dataflow: it is stale at once when that has ended.
   *
   * @param project the job's project
   * @param region where it is
   * @param job its id
   * @throws dev.circlebeam.report.RunFailure when another run has it, or it cannot be written
   */
  public void take(String project, String region, String job) {
    take(HoldingJob.onDataflow(project, region, job));
  }

  private void take(HoldingJob holder) {
    DataflowJobs jobs = new DataflowJobs(DataflowJobs.Access.GOOGLE);
    GcsLock.take(folder(), run, holder, jobs, null, Instant::now);
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
