package dev.circlebeam.plan;

import dev.circlebeam.state.Intervals;
import dev.circlebeam.state.ProjectState;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * When to look in Insights for reruns under pipelines that are read no more. Insights lists
 * finished runs only, some time after they have ended, and none that are older than 90 days.
 */
public enum RerunSearch {
  /** Once in 24 hours of syncs. */
  DAILY,
  /** In every run. */
  ALWAYS,
  /** Never. */
  NEVER;

  /** The table whose rows are looked for. */
  public static final String TABLE = "workflows";

  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration LAG = Duration.ofDays(7);
  private static final Duration KEPT_BY_INSIGHTS = Duration.ofDays(90);

  /**
   * Reads {@code --detectReruns}.
   *
   * @param text {@code daily}, {@code true} or {@code false}
   * @return when
   * @throws IllegalArgumentException when it is something else
   */
  public static RerunSearch parse(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "daily" -> DAILY;
      case "true" -> ALWAYS;
      case "false" -> NEVER;
      default ->
          throw new IllegalArgumentException(
              "--detectReruns=" + text + " is none of daily, true and false");
    };
  }

  /**
   * Decides for a project.
   *
   * @param state how far it is
   * @param now the time
   * @return from where on to look; null when not to
   */
  @Nullable Instant from(ProjectState state, Instant now) {
    Instant last = state.searchedAt();
    Intervals complete = state.complete().getOrDefault(TABLE, Intervals.NONE);
    if (this == NEVER || complete.watermark() == null) {
      return null;
    }
    if (this == DAILY && last != null && last.isAfter(now.minus(DAY))) {
      return null;
    }
    Instant oldest = now.minus(KEPT_BY_INSIGHTS);
    Instant from = last == null ? oldest : last.minus(LAG);
    return from.isBefore(oldest) ? oldest : from;
  }
}
