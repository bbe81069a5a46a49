package dev.circlebeam.sample;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Finds tests that failed and then succeeded in a rerun of the same pipeline. */
final class InsightsFlakes {
  private static final long MEMORY_MILLIS = TimeUnit.DAYS.toMillis(14);

  private final InsightsHistory history;

  /** Flakes of the history. */
  InsightsFlakes(InsightsHistory history) {
    this.history = history;
  }

  /** A test of a project, by which flakes are counted. */
  record Test(String job, TestResults.Result result) {
    /** What tells it from others of its project. */
    String name() {
      return job + " " + result.classname() + " " + result.name();
    }
  }

  /** One time that a test was flaky: the run in which it failed. */
  record Flake(InsightsRun run, JobRun job, Test test) {}

  /** The flakes of a project's last two weeks at a time in milliseconds, newest first. */
  ImmutableList<Flake> of(Project project, long millis) {
    // What Insights knows of test results ends at projects that have no repository.
    if (project.standalone()) {
      return ImmutableList.of();
    }
    List<InsightsRun> runs = history.runs(project, Long.MIN_VALUE, Job.NEVER, millis);
    return runs.stream()
        .filter(run -> run.stoppedAt() >= millis - MEMORY_MILLIS)
        .flatMap(run -> flakes(project, run, runs))
        .collect(ImmutableList.toImmutableList());
  }

  private Stream<Flake> flakes(Project project, InsightsRun run, List<InsightsRun> runs) {
    return history
        .jobs(project, run)
        .filter(JobRun::failed)
        .filter(job -> succeedsLater(project, job, runs))
        .flatMap(
            job ->
                failures(job)
                    .map(result -> new Flake(run, job, new Test(job.job().name(), result))));
  }

  /** The tests that failed, those of which a machine repeats another's only once. */
  private static Stream<TestResults.Result> failures(JobRun job) {
    return TestResults.of(job).stream()
        .filter(result -> result.result().equals(TestResults.FAILURE))
        .distinct();
  }

  private boolean succeedsLater(Project project, JobRun failed, List<InsightsRun> runs) {
    return runs.stream()
        .filter(
            run ->
                run.pipeline() == failed.pipeline().number()
                    && run.workflow() > failed.workflow().index()
                    && run.name().equals(failed.workflow().spec().name()))
        .flatMap(run -> history.jobs(project, run))
        .anyMatch(
            job ->
                job.job().index() == failed.job().index()
                    && job.job().outcome().equals(Job.SUCCESS));
  }
}
