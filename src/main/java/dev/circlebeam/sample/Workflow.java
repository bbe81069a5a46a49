package dev.circlebeam.sample;

import com.google.common.collect.ImmutableList;

/**
 * A workflow's whole life, known in advance; the clock decides how much of it shows. All times are
 * seconds since 1970.
 *
 * @param pipeline the pipeline that it belongs to
 * @param index position in the pipeline's plan, which its id carries
 * @param spec what it is a run of
 * @param createdAt when it appears
 * @param startAt when its first jobs may start; later than its creation if it had to wait
 * @param waiting its status until then
 * @param endAt when its status becomes the outcome
 * @param outcome its terminal status
 * @param starter index of the user who started it
 * @param ender index of the user who canceled it or made it err, or -1
 * @param autoRerun which automatic rerun it is, or 0
 * @param jobs its jobs in the order of the list
 */
record Workflow(
    Pipeline pipeline,
    int index,
    WorkflowSpec spec,
    long createdAt,
    long startAt,
    String waiting,
    long endAt,
    String outcome,
    int starter,
    int ender,
    int autoRerun,
    ImmutableList<Job> jobs) {
  /** The status at a time, in the words of the API. */
  String statusAt(long time) {
    if (time >= endAt) {
      return outcome;
    }
    if (time < startAt) {
      return waiting;
    }
    boolean held = false;
    boolean active = false;
    for (Job job : jobs) {
      if (time >= job.endAt()) {
        if (job.fails()) {
          return "failing";
        }
      } else if (time >= job.readyAt()) {
        held |= job.isApproval();
        active |= !job.isApproval();
      }
    }
    return held && !active ? "on_hold" : "running";
  }

  /** Whether it ended because a job of it did not succeed. */
  boolean failed() {
    return outcome.equals("failed");
  }
}
