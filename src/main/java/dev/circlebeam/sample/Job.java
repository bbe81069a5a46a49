package dev.circlebeam.sample;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;

/**
 * A job's whole life, known in advance; the clock decides how much of it shows. All times are
 * seconds since 1970.
 *
 * @param owner index of the workflow under which the job first ran and whose index its id carries
 * @param index position in its workflow
 * @param name the name
 * @param type {@code build}, {@code approval} and so on
 * @param edges the jobs that it waits for
 * @param readyAt when nothing it waits for holds it back any more, or {@link #NEVER}
 * @param startedAt when it starts, or {@link #NEVER}
 * @param endAt when its status becomes the outcome
 * @param outcome its terminal status
 * @param person index of the user who approved or canceled it, or -1
 */
record Job(
    int owner,
    int index,
    String name,
    String type,
    ImmutableList<Edge> edges,
    long readyAt,
    long startedAt,
    long endAt,
    String outcome,
    int person) {
  /** A time that does not come. */
  static final long NEVER = Long.MAX_VALUE;

  static final String APPROVAL = "approval";
  static final String SUCCESS = "success";
  static final String CANCELED = "canceled";
  static final String UNAUTHORIZED = "unauthorized";
  static final String NOT_RUN = "not_run";

  private static final ImmutableSet<String> FAILURES =
      ImmutableSet.of("failed", "timedout", "infrastructure_fail", "terminated-unknown");
  private static final int DISPATCH_SECONDS = 2;

  /**
   * One job waiting for another.
   *
   * @param index position of the other one in the same workflow
   * @param statuses the outcomes that let this one go on
   */
  record Edge(int index, ImmutableList<String> statuses) {}

  /** The status at a time, in the words of the API. */
  String statusAt(long time) {
    if (time >= endAt) {
      return outcome;
    }
    if (time < readyAt) {
      return "blocked";
    }
    if (isApproval()) {
      return "on_hold";
    }
    if (time >= startedAt) {
      return "running";
    }
    return time >= startedAt - DISPATCH_SECONDS ? "not_running" : "queued";
  }

  /** Whether the job is a gate that waits for a person. */
  boolean isApproval() {
    return type.equals(APPROVAL);
  }

  /** Whether its outcome makes its workflow fail. */
  boolean fails() {
    return FAILURES.contains(outcome);
  }

  /** The same job, ended at that time with that outcome. */
  Job endedAt(long time, String newOutcome) {
    return new Job(owner, index, name, type, edges, readyAt, startedAt, time, newOutcome, person);
  }
}
