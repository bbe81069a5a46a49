package dev.circlebeam.sample;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Invents the workflows of one pipeline, with all reruns there will ever be. The plan does not
 * depend on the clock, so a workflow keeps its index whenever one looks.
 */
final class WorkflowPlan {
  /**
   * How long after its pipeline a workflow is created at most. A late rerun comes after 20 days at
   * most. A run and the reruns that follow it soon are at most five, each up to 6 days at its gate
   * and not a day with its jobs: the last one begins before the 28th day is over. A run that is
   * held for longer ends canceled, and those are not rerun.
   */
  static final long LATEST_SECONDS = TimeUnit.DAYS.toSeconds(28);

  private static final ImmutableList<String> NAMES =
      // A reader meets the last one in paths, where it must be encoded.
      ImmutableList.of("build-test", "deploy", "nightly checks/full");
  private static final int MOST_WORKFLOWS = 8;
  private static final long SERVICE_CANCELS_AFTER = TimeUnit.DAYS.toSeconds(90);
  private static final int FIRST_RUN_FAILURES = 60;
  private static final int RERUN_FAILURES = 30;
  private static final int MATRIX_OF_THOUSAND = 25;
  private static final int MATRIX_JOBS = 20;

  private static final int COUNT = 2;
  private static final int LATE = 3;
  private static final int LATE_DAYS = 4;
  private static final int START = 5;
  private static final int SPECS = 100;
  private static final int RUNS = 1_000;

  private final Pipeline pipeline;
  private final double averageJobs;
  private final Noise noise;
  private final List<Workflow> workflows = new ArrayList<>();

  /** Plans for a pipeline whose workflows have so many jobs on average. */
  WorkflowPlan(Pipeline pipeline, double averageJobs) {
    this.pipeline = pipeline;
    this.averageJobs = averageJobs;
    this.noise = pipeline.noise().child(1);
  }

  /** All workflows; a workflow's position is its index. */
  ImmutableList<Workflow> workflows() {
    if (!pipeline.runsWorkflows()) {
      return ImmutableList.of();
    }
    // A pipeline is pending for its first minute and has no workflow before it is over.
    long start =
        TimeUnit.MILLISECONDS.toSeconds(pipeline.pendingUntil()) + 1 + noise.below(START, 9);
    if (pipeline.dynamic()) {
      Workflow setup = chain(spec(0, true), start);
      if (!setup.outcome().equals(Job.SUCCESS)) {
        return ImmutableList.copyOf(workflows);
      }
      start = setup.endAt() + 1;
    }
    int first = pipeline.dynamic() ? 1 : 0;
    int roll = noise.below(COUNT, 100);
    int count = roll < 60 ? 1 : roll < 93 ? 2 : 3;
    Workflow last = chain(spec(first, false), start);
    for (int ordinal = 1; ordinal < count && ordinal + first < 3; ordinal++) {
      chain(spec(first + ordinal, false), start + ordinal);
    }
    rerunLate(last);
    return ImmutableList.copyOf(workflows);
  }

  /** Adds the first run and the reruns that follow it soon; returns the last one. */
  private Workflow chain(WorkflowSpec spec, long createdAt) {
    Workflow last = add(spec, createdAt, null, 0, false);
    for (int rerun = 1; mayRerun(last) && rerun <= spec.maxAutoReruns(); rerun++) {
      last = add(spec, last.endAt() + 2, last, rerun, true);
    }
    Noise rerun = noise.child(SPECS + spec.ordinal());
    if (mayRerun(last) && rerun.chance(1, 400)) {
      long pause = rerun.between(2, 30, TimeUnit.HOURS.toSeconds(2));
      last = add(spec, last.endAt() + pause, last, 0, rerun.chance(3, 700));
    }
    return last;
  }

  /** Some pipelines are run again by hand after days, whatever their result. */
  private void rerunLate(Workflow last) {
    if (!noise.chance(LATE, pipeline.project().lateReruns()) || last.jobs().isEmpty() || isFull()) {
      return;
    }
    long at =
        pipeline.createdAt() / 1_000
            + noise.between(LATE_DAYS, TimeUnit.DAYS.toSeconds(2), TimeUnit.DAYS.toSeconds(20));
    if (at > last.endAt()) {
      add(last.spec(), at, last, 0, last.failed());
    }
  }

  private boolean mayRerun(Workflow last) {
    return last.failed() && !isFull();
  }

  private boolean isFull() {
    return workflows.size() >= MOST_WORKFLOWS;
  }

  private WorkflowSpec spec(int ordinal, boolean setup) {
    Noise own = noise.child(SPECS + ordinal);
    if (setup) {
      return new WorkflowSpec("setup", true, ordinal, 1, -1, 0);
    }
    String name = NAMES.get(pipeline.dynamic() ? ordinal - 1 : ordinal);
    int jobs = (int) Math.max(1, Math.round(averageJobs * own.between(10, 400, 1_601) / 1_000));
    if (own.chance(11, MATRIX_OF_THOUSAND)) {
      jobs += MATRIX_JOBS;
    }
    boolean gated = name.equals("deploy") && jobs >= 3 && own.chance(12, 600);
    int reruns = own.chance(13, 150) ? 1 + own.below(14, 3) : 0;
    return new WorkflowSpec(name, false, ordinal, jobs, gated ? jobs - 2 : -1, reruns);
  }

  /** Adds a run, of all jobs or of those that had not succeeded in the one before. */
  private Workflow add(
      WorkflowSpec spec,
      long createdAt,
      @Nullable Workflow before,
      int autoRerun,
      boolean fromFailed) {
    int index = workflows.size();
    Noise run = noise.child(RUNS + index);
    int fate = run.below(1, 1_000);
    int starter = autoRerun > 0 && before != null ? before.starter() : run.below(2, People.count());
    if (fate < 12 && !spec.setup()) {
      return addWithoutJobs(spec, createdAt, fate < 8 ? "error" : Job.NOT_RUN, starter, autoRerun);
    }
    long startAt = createdAt;
    String waiting = "running";
    if (fate < 42) {
      startAt += run.between(3, 60, 1_800);
      waiting = "queued";
    } else if (fate < 62) {
      startAt += 60;
      waiting = "warming_up";
    }
    boolean canceled = fate >= 970;
    long cancelAt = startAt + (canceled ? run.between(4, 20, 400) : SERVICE_CANCELS_AFTER);
    ImmutableList<Job> jobs =
        new JobPlan(
                spec,
                index,
                noise.child(SPECS + spec.ordinal()).child(1),
                run.child(1),
                startAt,
                cancelAt,
                canceled ? run.below(5, People.count()) : -1,
                before == null ? FIRST_RUN_FAILURES : RERUN_FAILURES,
                fromFailed && before != null ? before.jobs() : null)
            .jobs();
    long endAt = startAt + 1;
    for (Job job : jobs) {
      endAt = Math.max(endAt, job.endAt());
    }
    String outcome = outcome(jobs);
    int ender = canceled && outcome.equals(Job.CANCELED) ? run.below(5, People.count()) : -1;
    Workflow added =
        new Workflow(
            pipeline, index, spec, createdAt, startAt, waiting, endAt, outcome, starter, ender,
            autoRerun, jobs);
    workflows.add(added);
    return added;
  }

  private Workflow addWithoutJobs(
      WorkflowSpec spec, long createdAt, String outcome, int starter, int autoRerun) {
    int ender = outcome.equals("error") ? starter : -1;
    Workflow added =
        new Workflow(
            pipeline,
            workflows.size(),
            spec,
            createdAt,
            createdAt,
            "running",
            createdAt + 2,
            outcome,
            starter,
            ender,
            autoRerun,
            ImmutableList.of());
    workflows.add(added);
    return added;
  }

  private static String outcome(List<Job> jobs) {
    String outcome = Job.SUCCESS;
    for (Job job : jobs) {
      if (job.outcome().equals(Job.CANCELED)) {
        return Job.CANCELED;
      }
      if (job.outcome().equals(Job.UNAUTHORIZED)) {
        outcome = Job.UNAUTHORIZED;
      } else if (job.fails() && outcome.equals(Job.SUCCESS)) {
        outcome = "failed";
      }
    }
    return outcome;
  }
}
