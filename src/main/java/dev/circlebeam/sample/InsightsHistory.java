package dev.circlebeam.sample;

import com.google.common.cache.CacheBuilder;
import com.google.common.cache.CacheLoader;
import com.google.common.cache.LoadingCache;
import com.google.common.collect.ImmutableList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Finds the runs that Insights shows. */
final class InsightsHistory {
  private static final int LISTS = 64;

  private final SampleOrganization organization;

  /**
   * The runs of the windows asked for last. A list is asked for page by page, and the same window
   * for workflow after workflow; each time anew would plan all its pipelines for every page.
   */
  private final LoadingCache<Window, ImmutableList<InsightsRun>> recent =
      CacheBuilder.newBuilder().maximumSize(LISTS).softValues().build(CacheLoader.from(this::find));

  /** The runs of an organization. */
  InsightsHistory(SampleOrganization organization) {
    this.organization = organization;
  }

  /** A project's runs created in a time, as they are known at another; all in milliseconds. */
  private record Window(Project project, long from, long to, long now) {}

  /**
   * A project's runs of all workflows and branches, newest first. Times are milliseconds since
   * 1970.
   *
   * @param from none created before it
   * @param to none created at it or later
   * @param now when one looks: what ended just before it is not there yet
   */
  ImmutableList<InsightsRun> runs(Project project, long from, long to, long now) {
    long remembered = Math.max(from, now - InsightsRun.MEMORY_MILLIS);
    return recent.getUnchecked(new Window(project, remembered, to, now));
  }

  /** The jobs that ran in a run, without those that it kept of an earlier one. */
  Stream<JobRun> jobs(Project project, InsightsRun run) {
    Workflow workflow =
        organization.pipeline(project, run.pipeline()).workflows().get(run.workflow());
    return workflow.jobs().stream()
        .filter(job -> job.owner() == workflow.index() && job.startedAt() != Job.NEVER)
        .map(job -> new JobRun(workflow, job));
  }

  private ImmutableList<InsightsRun> find(Window window) {
    long now = window.now();
    long from = window.from();
    Timeline timeline = window.project().timeline();
    // A rerun is younger than its pipeline, but not by more than this.
    long earliest = from - TimeUnit.SECONDS.toMillis(WorkflowPlan.LATEST_SECONDS);
    int oldest = Math.max(timeline.oldest(now), timeline.newest(earliest) + 1);
    int newest = timeline.newest(Math.min(now, window.to()));
    return IntStream.rangeClosed(oldest, newest)
        .mapToObj(number -> organization.pipeline(window.project(), number))
        .flatMap(pipeline -> organization.insightsRuns(pipeline, now))
        .filter(run -> run.createdAt() >= from && run.createdAt() < window.to())
        .sorted(InsightsRun.NEWEST_FIRST)
        .collect(ImmutableList.toImmutableList());
  }
}
