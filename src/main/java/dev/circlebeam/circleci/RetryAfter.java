package dev.circlebeam.circleci;

import com.google.api.client.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Reads from an answer's headers how long to wait. */
final class RetryAfter {
  /** Longer than any window that CircleCI documents; what asks for more is taken for a mistake. */
  private static final Duration LONGEST = Duration.ofHours(1);

  private RetryAfter() {}

  /**
   * Reads {@code Retry-After} (seconds or a date), or else {@code RateLimit-Reset} and {@code
   * X-RateLimit-Reset*}, which are seconds until the window ends.
   *
   * @param headers the answer's
   * @param now the time here, for dates of servers that do not say what their own is
   * @return how long to wait, at most an hour; null when no header says
   */
  static @Nullable Duration of(HttpHeaders headers, Instant now) {
    String text = headers.getFirstHeaderStringValue("Retry-After");
    if (text != null) {
      Duration wait = seconds(text);
      wait = wait != null ? wait : untilDate(text, headers.getDate(), now);
      if (wait != null && !wait.isZero()) {
        return wait;
      }
    }
    Duration reset = seconds(headers.getFirstHeaderStringValue("RateLimit-Reset"));
    for (Map.Entry<String, Object> header : headers.entrySet()) {
      if (header.getKey().toLowerCase(Locale.ROOT).startsWith("x-ratelimit-reset")) {
        Duration other = seconds(headers.getFirstHeaderStringValue(header.getKey()));
        if (other != null && (reset == null || other.compareTo(reset) > 0)) {
          reset = other;
        }
      }
    }
    // "At once" from a server that has just refused says nothing.
    return reset == null || reset.isZero() ? null : reset;
  }

  private static @Nullable Duration seconds(@Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      double seconds = Double.parseDouble(text.strip());
      if (!(seconds >= 0)) {
        return null;
      }
      return Duration.ofMillis((long) (Math.min(seconds, (double) LONGEST.toSeconds()) * 1000));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static @Nullable Duration untilDate(String text, @Nullable String date, Instant now) {
    Instant until = date(text);
    if (until == null) {
      return null;
    }
    // The server's own clock, where it tells it: ours may be wrong.
    Instant here = date == null || date(date) == null ? now : date(date);
    Duration wait = Duration.between(here, until);
    return wait.isNegative() ? Duration.ZERO : shortened(wait);
  }

  private static @Nullable Instant date(String text) {
    try {
      return ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  private static Duration shortened(Duration wait) {
    return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
  }
}
