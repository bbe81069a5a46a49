package dev.circlebeam.sample;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Invents the jobs of one workflow run: what waits for what, and how each one ends. */
final class JobPlan {
  private static final ImmutableList<String> NAMES =
      ImmutableList.of(
          "lint",
          "unit",
          "build-image",
          "integration",
          "scan-dependencies",
          "package",
          "e2e (chrome)",
          "e2e (firefox)",
          "dokumentation-prüfen",
          "publish-artifacts");
  private static final ImmutableList<String> SUCCESS = ImmutableList.of(Job.SUCCESS);
  private static final ImmutableList<String> SUCCESS_OR_FAILED =
      ImmutableList.of(Job.SUCCESS, "failed");
  private static final long UNKNOWN = -1;
  private static final int APPROVED_OF_THOUSAND = 700;

  private final WorkflowSpec spec;
  private final int workflow;
  private final Noise shape;
  private final Noise run;
  private final long startAt;
  private final long cancelAt;
  private final int canceler;
  private final int failuresOfThousand;
  private final @Nullable List<Job> earlier;
  private final List<Job> jobs = new ArrayList<>();

  /**
   * Plans one run.
   *
   * @param spec what is run
   * @param workflow index of the run in its pipeline
   * @param shape noise that all runs of the workflow share: the graph of jobs
   * @param run noise of this run: times and outcomes
   * @param startAt when the first jobs become ready, in seconds
   * @param cancelAt when what has not ended is canceled, in seconds
   * @param canceler index of the user who cancels, or -1 for the service
   * @param failuresOfThousand how many jobs of a thousand do not succeed
   * @param earlier the jobs of the run whose successes are kept; null to start from the beginning
   */
  JobPlan(
      WorkflowSpec spec,
      int workflow,
      Noise shape,
      Noise run,
      long startAt,
      long cancelAt,
      int canceler,
      int failuresOfThousand,
      @Nullable List<Job> earlier) {
    this.spec = spec;
    this.workflow = workflow;
    this.shape = shape;
    this.run = run;
    this.startAt = startAt;
    this.cancelAt = cancelAt;
    this.canceler = canceler;
    this.failuresOfThousand = failuresOfThousand;
    this.earlier = earlier;
  }

  /** The jobs in order; a job waits only for earlier ones. */
  ImmutableList<Job> jobs() {
    long end = startAt;
    for (int index = 0; index < spec.jobs(); index++) {
      Job job = keptOrNew(index);
      jobs.add(job);
      end = Math.max(end, job.endAt());
    }
    ImmutableList.Builder<Job> settled = ImmutableList.builderWithExpectedSize(jobs.size());
    for (Job job : jobs) {
      // What can never run stays blocked until the workflow as a whole is over.
      settled.add(job.endAt() == UNKNOWN ? job.endedAt(end, Job.NOT_RUN) : job);
    }
    return settled.build();
  }

  private Job keptOrNew(int index) {
    ImmutableList<Job.Edge> edges = edges(index);
    if (earlier != null && mayKeep(earlier.get(index))) {
      return earlier.get(index);
    }
    long ready = startAt;
    for (Job.Edge edge : edges) {
      Job other = jobs.get(edge.index());
      if (!edge.statuses().contains(other.outcome())) {
        boolean canceled = other.outcome().equals(Job.CANCELED);
        return job(
            index,
            edges,
            Job.NEVER,
            Job.NEVER,
            canceled ? other.endAt() : UNKNOWN,
            canceled ? Job.CANCELED : Job.NOT_RUN,
            canceled ? canceler : -1);
      }
      ready = Math.max(ready, other.endAt());
    }
    return index == spec.approval() ? approval(index, edges, ready) : build(index, edges, ready);
  }

  /** A success is kept unless it came after a job that runs again. */
  private boolean mayKeep(Job before) {
    return before.outcome().equals(Job.SUCCESS)
        && before.edges().stream().allMatch(edge -> jobs.get(edge.index()).owner() != workflow);
  }

  private Job approval(int index, ImmutableList<Job.Edge> edges, long ready) {
    Noise noise = run.child(index);
    long approved =
        noise.chance(1, APPROVED_OF_THOUSAND)
            ? ready + noise.between(2, 60, TimeUnit.DAYS.toSeconds(6))
            : Job.NEVER;
    return approved < cancelAt
        ? job(index, edges, ready, Job.NEVER, approved, Job.SUCCESS, noise.below(3, People.count()))
        : job(index, edges, ready, Job.NEVER, cancelAt, Job.CANCELED, canceler);
  }

  private Job build(int index, ImmutableList<Job.Edge> edges, long ready) {
    Noise noise = run.child(index);
    long started = ready + 3 + noise.below(1, 40);
    if (started >= cancelAt) {
      return job(
          index, edges, Math.min(ready, cancelAt), Job.NEVER, cancelAt, Job.CANCELED, canceler);
    }
    long ended = started + noise.between(2, 8, 600);
    if (ended > cancelAt) {
      return job(index, edges, ready, started, cancelAt, Job.CANCELED, canceler);
    }
    String outcome = noise.chance(3, failuresOfThousand) ? failure(noise) : Job.SUCCESS;
    if (outcome.equals(Job.UNAUTHORIZED)) {
      return job(index, edges, ready, Job.NEVER, ready + 1, outcome, -1);
    }
    return job(index, edges, ready, started, ended, outcome, -1);
  }

  private static String failure(Noise noise) {
    int roll = noise.below(4, 100);
    if (roll < 80) {
      return "failed";
    }
    if (roll < 86) {
      return "timedout";
    }
    if (roll < 92) {
      return "infrastructure_fail";
    }
    return roll < 95 ? "terminated-unknown" : Job.UNAUTHORIZED;
  }

  private ImmutableList<Job.Edge> edges(int index) {
    int roots = 1 + spec.jobs() / 3;
    if (index < roots) {
      return ImmutableList.of();
    }
    Noise noise = shape.child(index);
    if (index == spec.approval() || index == spec.approval() + 1) {
      return ImmutableList.of(new Job.Edge(index - 1, SUCCESS));
    }
    if (index == spec.jobs() - 1 && noise.chance(1, 150)) {
      return ImmutableList.of(new Job.Edge(index - 1, SUCCESS_OR_FAILED));
    }
    int first = noise.below(2, index);
    int second = noise.below(3, index);
    return first == second
        ? ImmutableList.of(new Job.Edge(first, SUCCESS))
        : ImmutableList.of(new Job.Edge(first, SUCCESS), new Job.Edge(second, SUCCESS));
  }

  private Job job(
      int index,
      ImmutableList<Job.Edge> edges,
      long ready,
      long started,
      long end,
      String outcome,
      int person) {
    return new Job(
        workflow, index, name(index), type(index), edges, ready, started, end, outcome, person);
  }

  private String name(int index) {
    if (spec.setup()) {
      return "generate-config";
    }
    if (index == spec.approval()) {
      return "hold-production";
    }
    if (spec.approval() >= 0 && index == spec.approval() + 1) {
      return "deploy-production";
    }
    return index < NAMES.size() ? NAMES.get(index) : "matrix (part-" + (index + 1) + ")";
  }

  private String type(int index) {
    if (index == spec.approval()) {
      return Job.APPROVAL;
    }
    return index > 3 && shape.chance(1_000 + index, 20) ? "no-op" : "build";
  }
}
