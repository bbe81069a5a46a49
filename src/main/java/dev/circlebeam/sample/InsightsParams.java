package dev.circlebeam.sample;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableMap;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Reads what requests to Insights ask for. */
final class InsightsParams {
  /** Where a project is by the three parts of its slug. */
  static final String THREE_PARTS = "/{provider}/{owner}/{name}";

  /** Where it is if the slashes of its slug are escaped. */
  static final String ONE_PART = "/{slug}";

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

  private final Directory directory;

  /** Requests that name what the directory knows. */
  InsightsParams(Directory directory) {
    this.directory = directory;
  }

  /**
   * A reporting window.
   *
   * @param name as requests name it
   * @param days how long it is
   */
  record Window(String name, int days) {
    /** When the window begins that ends at a time, both in milliseconds. */
    long before(long millis) {
      return millis - TimeUnit.DAYS.toMillis(days);
    }
  }

  /** Dates between which runs were created, in milliseconds; null is open. */
  record Dates(@Nullable Long start, @Nullable Long end) {
    /** The first moment. */
    long from() {
      return start == null ? Long.MIN_VALUE : start;
    }

    /** The moment after the last one. */
    long to() {
      return end == null ? Job.NEVER : end;
    }

    @Override
    public String toString() {
      return start + " " + end;
    }
  }

  /** The project whose slug is in the path, in three parts or in one. */
  Project project(ApiRequest request) throws ApiException {
    if (!request.params().containsKey("slug")) {
      return OrganizationRoutes.project(directory, request);
    }
    List<String> parts = SLASH.splitToList(request.param("slug"));
    if (parts.size() != 3) {
      throw new ApiException(404, "Project not found");
    }
    return directory.project(parts.get(0), parts.get(1), parts.get(2));
  }

  /** Checks that the organization whose slug is in the path is there. */
  void checkOrganization(ApiRequest request) throws ApiException {
    String slug =
        request.params().containsKey("slug")
            ? request.param("slug")
            : request.param("provider") + "/" + request.param("owner");
    if (!directory.isOrganization(slug)) {
      throw new ApiException(404, "Org not found.");
    }
  }

  /** The branch that the request is about; null for all. */
  static @Nullable String branch(ApiRequest request) {
    if ("true".equals(request.queryValue("all-branches"))) {
      return null;
    }
    String branch = request.queryValue("branch");
    return branch == null ? Project.DEFAULT_BRANCH : branch;
  }

  /** The window that the request is about. */
  static Window window(ApiRequest request) throws ApiException {
    String asked = request.queryValue("reporting-window");
    String window = asked == null ? DEFAULT_WINDOW : asked;
    Integer days = WINDOWS.get(window);
    if (days == null) {
      throw new ApiException(400, "reporting-window is invalid.");
    }
    return new Window(window, days);
  }

  /** The dates that the request is about. */
  static Dates dates(ApiRequest request) throws ApiException {
    Long start = time(request, "start-date");
    Long end = time(request, "end-date");
    if (end != null && start == null) {
      throw new ApiException(400, "start-date is required if end-date is given.");
    }
    if (end != null && (end < start || end - start > InsightsRun.MEMORY_MILLIS)) {
      throw new ApiException(400, "end-date must be at most 90 days after start-date.");
    }
    return new Dates(start, end);
  }

  /** The name of a list: a page token is good only together with the parameters it came from. */
  static String list(String what, Project project, @Nullable String branch, String window) {
    return "insights "
        + project.index()
        + (branch == null ? " all" : " branch " + branch)
        + " "
        + window
        + " "
        + what;
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
}
