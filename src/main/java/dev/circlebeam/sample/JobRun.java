package dev.circlebeam.sample;

import com.google.common.collect.ImmutableList;
import java.time.Instant;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A job that has run or runs, with what is known only of such: its machine, its cost, its times to
 * the millisecond.
 *
 * @param workflow the workflow under which it ran first
 * @param job the job
 */
record JobRun(Workflow workflow, Job job) {
  /** What a minute of any machine costs. */
  static final int CREDITS_A_MINUTE = 10;

  private static final long RUNS = 20_000;
  private static final int STARTED = 1;
  private static final int STOPPED = 2;
  private static final int CREATED = 3;
  private static final int PARALLELISM = 4;
  private static final int CPU = 5;
  private static final int RAM = 6;
  private static final ImmutableList<Integer> PARALLELISMS = ImmutableList.of(1, 1, 1, 2, 4);

  /** The run that a job's id names; null if it has not begun or is beyond retention. */
  static @Nullable JobRun find(SampleOrganization organization, IdName name, Instant now) {
    Pipeline pipeline = organization.pipeline(name, now.toEpochMilli());
    if (pipeline == null || name.workflow() >= pipeline.workflows().size()) {
      return null;
    }
    Workflow workflow = pipeline.workflows().get(name.workflow());
    if (name.job() >= workflow.jobs().size()) {
      return null;
    }
    Job job = workflow.jobs().get(name.job());
    boolean hasBegun = job.owner() == workflow.index() && job.startedAt() <= now.getEpochSecond();
    return hasBegun ? new JobRun(workflow, job) : null;
  }

  /** The run that a job's number in its project names; null if there is none. */
  static @Nullable JobRun find(
      SampleOrganization organization, Project project, long number, Instant now) {
    IdName name = WorkflowJson.name(project, number);
    return name == null ? null : find(organization, name, now);
  }

  /** Its number in the project. */
  long number() {
    return WorkflowJson.number(workflow, job);
  }

  /** The pipeline that it belongs to. */
  Pipeline pipeline() {
    return workflow.pipeline();
  }

  /** The noise from which all that belongs to it is made. */
  Noise noise() {
    return pipeline().noise().child(RUNS + workflow.index() * 128L + job.index());
  }

  /** When it was made ready, in milliseconds since 1970. */
  long createdAt() {
    return job.readyAt() * 1_000 + noise().below(CREATED, 400);
  }

  /** When it began to wait for a machine, in milliseconds since 1970. */
  long queuedAt() {
    return createdAt() + 120;
  }

  /** When it started, in milliseconds since 1970; lists show the seconds of it. */
  long startedAt() {
    return job.startedAt() * 1_000 + noise().below(STARTED, 1_000);
  }

  /** When it ended, in milliseconds since 1970; lists show the seconds of it. */
  long stoppedAt() {
    return Math.max(startedAt(), job.endAt() * 1_000 + noise().below(STOPPED, 1_000));
  }

  /** How long it ran, in the whole seconds that lists show. */
  long seconds() {
    return job.endAt() - job.startedAt();
  }

  /** What it cost: each minute, also of what failed. */
  long credits() {
    return (seconds() * CREDITS_A_MINUTE + 59) / 60;
  }

  /** On how many machines it ran at once. */
  int parallelism() {
    return noise().pick(PARALLELISM, PARALLELISMS);
  }

  /** The size of its machine, as its label in the list says too. */
  String resourceClass() {
    return job.index() % 2 == 0 ? "medium" : "large";
  }

  /** What it ran in. */
  String executor() {
    return noise().chance(CPU + 10, 850) ? "docker" : "machine";
  }

  /** How much of its processors it used, in percent, at least at the median; the most is more. */
  double cpu() {
    return 20 + noise().below(CPU, 600) / 10.0;
  }

  /** How much of its memory it used, in percent, at the median; the most is more. */
  double ram() {
    return 10 + noise().below(RAM, 700) / 10.0;
  }

  /** Whether it ends with an outcome that means a test or a step failed. */
  boolean failed() {
    return job.outcome().equals("failed");
  }
}
