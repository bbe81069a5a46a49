package dev.circlebeam.sample;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The routes of Insights' jobs: their figures in a window, and by day or hour. */
final class InsightsJobRoutes {
  private static final ImmutableMap<String, Duration> STEPS =
      ImmutableMap.of("hourly", Duration.ofHours(1), "daily", Duration.ofDays(1));
  private static final ImmutableMap<String, Duration> MEMORY =
      ImmutableMap.of("hourly", Duration.ofDays(2), "daily", Duration.ofDays(90));
  private static final double MILLIS_A_DAY = Duration.ofDays(1).toMillis();
  private static final long MILLIS_AN_HOUR = Duration.ofHours(1).toMillis();

  private final InsightsParams params;
  private final Pages pages;
  private final InsightsHistory history;

  /** Routes that answer from the history, in such pages. */
  InsightsJobRoutes(InsightsParams params, Pages pages, InsightsHistory history) {
    this.params = params;
    this.pages = pages;
    this.history = history;
  }

  /** Adds all routes of this class, which are as strict as those of {@link InsightsRoutes}. */
  void addTo(RouteTable routes) {
    for (String project : ImmutableList.of(InsightsParams.THREE_PARTS, InsightsParams.ONE_PART)) {
      String jobs = project + "/workflows/{workflow}/jobs";
      routes.addStrict("insights-jobs", "/api/v2/insights" + jobs, this::jobs);
      routes.addStrict(
          "insights-job-timeseries", "/api/v2/insights/time-series" + jobs, this::timeSeries);
    }
  }

  private Reply jobs(ApiRequest request) throws ApiException {
    Project project = params.project(request);
    String name = request.param("workflow");
    String branch = InsightsParams.branch(request);
    InsightsParams.Window window = InsightsParams.window(request);
    long now = request.now().toEpochMilli();
    List<InsightsJobs> jobs =
        runs(project, window.before(now), Job.NEVER, now, run -> isOf(run, name, branch))
            .collect(
                Collectors.groupingBy(run -> run.job().name(), TreeMap::new, Collectors.toList()))
            .entrySet()
            .stream()
            .map(entry -> new InsightsJobs(entry.getKey(), entry.getValue()))
            .toList();
    return pages.page(
        request,
        InsightsParams.list("jobs " + name, project, branch, window.name()),
        jobs,
        job -> Integer.toUnsignedLong(job.name().hashCode()),
        job -> job.summary(window.days()));
  }

  /** A job's runs in a day or hour. */
  private record Point(long timestamp, InsightsJobs jobs) {
    private long position() {
      return ((timestamp / MILLIS_AN_HOUR) << 32) | Integer.toUnsignedLong(jobs.name().hashCode());
    }
  }

  private Reply timeSeries(ApiRequest request) throws ApiException {
    Project project = params.project(request);
    String name = request.param("workflow");
    String branch = InsightsParams.branch(request);
    String asked = request.queryValue("granularity");
    String granularity = asked == null ? "hourly" : asked;
    Duration step = STEPS.get(granularity);
    if (step == null) {
      throw new ApiException(400, "granularity is invalid.");
    }
    InsightsParams.Dates dates = InsightsParams.dates(request);
    long now = request.now().toEpochMilli();
    long from = Math.max(dates.from(), now - MEMORY.get(granularity).toMillis());
    long millis = step.toMillis();
    List<Point> points =
        runs(project, from, dates.to(), now, run -> isOf(run, name, branch))
            .collect(
                Collectors.groupingBy(
                    run -> run.startedAt() / millis * millis,
                    TreeMap::new,
                    Collectors.groupingBy(
                        run -> run.job().name(), TreeMap::new, Collectors.toList())))
            .entrySet()
            .stream()
            .flatMap(
                time ->
                    time.getValue().entrySet().stream()
                        .map(
                            job ->
                                new Point(
                                    time.getKey(), new InsightsJobs(job.getKey(), job.getValue()))))
            .sorted(Comparator.comparingLong(Point::timestamp).reversed())
            .toList();
    return pages.page(
        request,
        InsightsParams.list("series " + name, project, branch, granularity + " " + dates),
        points,
        Point::position,
        point -> point.jobs().point(point.timestamp(), millis / MILLIS_A_DAY));
  }

  private Stream<JobRun> runs(
      Project project, long from, long to, long now, Predicate<InsightsRun> wanted) {
    return history.runs(project, from, to, now).stream()
        .filter(wanted)
        .flatMap(run -> history.jobs(project, run));
  }

  private static boolean isOf(InsightsRun run, String name, @Nullable String branch) {
    return run.name().equals(name) && run.isOn(branch);
  }
}
