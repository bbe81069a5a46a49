package dev.circlebeam.sample;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The routes of Insights, which knows workflows only after their end. */
final class InsightsRoutes {
  private static final String THREE_PARTS = "/api/v2/insights/{provider}/{owner}/{name}/workflows";
  private static final String ONE_PART = "/api/v2/insights/{slug}/workflows";
  private static final String WORKFLOW = "/{workflow}";
  private static final Splitter SLASH = Splitter.on('/');
  private static final String DEFAULT_WINDOW = "last-90-days";
  private static final ImmutableMap<String, Integer> WINDOWS =
      ImmutableMap.of(
          "last-24-hours",
          1,
          "last-7-days",
          7,
          "last-30-days",
          30,
          "last-60-days",
          60,
          DEFAULT_WINDOW,
          90);

  private final SampleOrganization organization;
  private final Directory directory;
  private final Pages pages;
  private final InsightsHistory history;

  /** Routes that answer from the organization, in such pages. */
  InsightsRoutes(SampleOrganization organization, Directory directory, Pages pages) {
    this.organization = organization;
    this.directory = directory;
    this.pages = pages;
    this.history = new InsightsHistory(organization);
  }

  /**
   * Adds all routes of this class. They are strict, because a slash in a workflow's name must not
   * be taken for one between parts; the slug with escaped slashes is a pattern of its own.
   */
  void addTo(RouteTable routes) {
    for (String pattern : ImmutableList.of(THREE_PARTS, ONE_PART)) {
      routes.addStrict("insights-workflows", pattern, this::workflows);
      routes.addStrict("insights-runs", pattern + WORKFLOW, this::runs);
    }
  }

  private Reply workflows(ApiRequest request) throws ApiException {
    Project project = project(request);
    String branch = branch(request);
    String asked = request.queryValue("reporting-window");
    String window = asked == null ? DEFAULT_WINDOW : asked;
    Integer days = WINDOWS.get(window);
    if (days == null) {
      throw new ApiException(400, "reporting-window is invalid.");
    }
    long now = request.now().toEpochMilli();
    List<InsightsSummary> summaries =
        history.runs(project, now - TimeUnit.DAYS.toMillis(days), Job.NEVER, now).stream()
            .filter(run -> run.isOn(branch))
            .collect(Collectors.groupingBy(InsightsRun::name, TreeMap::new, Collectors.toList()))
            .entrySet()
            .stream()
            .map(runs -> new InsightsSummary(runs.getKey(), runs.getValue(), days))
            .toList();
    return pages.page(
        request,
        list("summaries", project, branch, window),
        summaries,
        summary -> Integer.toUnsignedLong(summary.name().hashCode()),
        summary -> summary.json(project));
  }

  private Reply runs(ApiRequest request) throws ApiException {
    Project project = project(request);
    String name = request.param("workflow");
    String branch = branch(request);
    Long start = time(request, "start-date");
    Long end = time(request, "end-date");
    checkDates(start, end);
    List<InsightsRun> runs =
        history
            .runs(
                project,
                start == null ? Long.MIN_VALUE : start,
                end == null ? Job.NEVER : end,
                request.now().toEpochMilli())
            .stream()
            .filter(run -> run.name().equals(name) && run.isOn(branch))
            .toList();
    return pages.page(
        request,
        list("runs " + name, project, branch, start + " " + end),
        runs,
        InsightsRun::position,
        run -> run.json(organization.ids()));
  }

  private Project project(ApiRequest request) throws ApiException {
    if (!request.params().containsKey("slug")) {
      return OrganizationRoutes.project(directory, request);
    }
    List<String> parts = SLASH.splitToList(request.param("slug"));
    if (parts.size() != 3) {
      throw new ApiException(404, "Project not found");
    }
    return directory.project(parts.get(0), parts.get(1), parts.get(2));
  }

  /** The branch that the request is about; null for all. */
  private static @Nullable String branch(ApiRequest request) {
    if ("true".equals(request.queryValue("all-branches"))) {
      return null;
    }
    String branch = request.queryValue("branch");
    return branch == null ? Project.DEFAULT_BRANCH : branch;
  }

  private static void checkDates(@Nullable Long start, @Nullable Long end) throws ApiException {
    if (end == null) {
      return;
    }
    if (start == null) {
      throw new ApiException(400, "start-date is required if end-date is given.");
    }
    if (end < start || end - start > InsightsRun.MEMORY_MILLIS) {
      throw new ApiException(400, "end-date must be at most 90 days after start-date.");
    }
  }

  /**
   * The milliseconds of a date, which means its first moment in UTC, or of an instant; null if it
   * was not sent.
   */
  private static @Nullable Long time(ApiRequest request, String parameter) throws ApiException {
    String text = request.queryValue(parameter);
    if (text == null) {
      return null;
    }
    try {
      Instant instant =
          text.indexOf('T') < 0
              ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
              : Instant.parse(text);
      return instant.toEpochMilli();
    } catch (DateTimeException | ArithmeticException e) {
      throw new ApiException(400, parameter + " is invalid.");
    }
  }

  /** The name of a list: a page token is good only together with the parameters it came from. */
  private static String list(String what, Project project, @Nullable String branch, String window) {
    return "insights "
        + project.index()
        + (branch == null ? " all" : " branch " + branch)
        + " "
        + window
        + " "
        + what;
  }
}
