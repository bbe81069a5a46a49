package dev.circlebeam.record;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAccessor;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Moments as CircleCI writes them, and as columns hold them. */
public final class Timestamps {
  private static final int FIRST_YEAR = 1;
  private static final int LAST_YEAR = 9999;
  private static final int PLAIN_LENGTH = "2026-01-31T12:00:00".length();
  private static final long SECONDS_A_DAY = 86_400;

  private static final DateTimeFormatter ANY =
      new DateTimeFormatterBuilder()
          .parseCaseInsensitive()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .optionalStart()
          .appendLiteral('T')
          .optionalEnd()
          .optionalStart()
          .appendLiteral(' ')
          .optionalEnd()
          .appendValue(ChronoField.HOUR_OF_DAY, 2)
          .appendLiteral(':')
          .appendValue(ChronoField.MINUTE_OF_HOUR, 2)
          .optionalStart()
          .appendLiteral(':')
          .appendValue(ChronoField.SECOND_OF_MINUTE, 2)
          .optionalEnd()
          .optionalStart()
          .appendFraction(ChronoField.NANO_OF_SECOND, 1, 9, true)
          .optionalEnd()
          .optionalStart()
          .appendOffset("+HH:MM", "Z")
          .optionalEnd()
          .optionalStart()
          .appendOffset("+HHMM", "+0000")
          .optionalEnd()
          .optionalStart()
          .appendOffset("+HH", "+00")
          .optionalEnd()
          .toFormatter(java.util.Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);

  private Timestamps() {}

  /**
   * Reads a moment: ISO 8601 with none to nine digits of fraction, any offset or {@code Z}, {@code
   * T} or a blank between date and time. Without an offset it is UTC. (Pipelines come with
   * milliseconds, workflows and jobs with none, other routes with what Go or a CSV makes of it.)
   *
   * @param text what the API sent
   * @return microseconds since 1970, cut off after the sixth digit; null when it is no moment, or
   *     not one of the years 1 to 9999, beyond which other programs read no dates
   */
  public static @Nullable Long parseMicros(String text) {
    Long plain = parsePlain(text);
    if (plain != null) {
      return plain;
    }
    try {
      TemporalAccessor parsed = ANY.parse(text);
      // To try one form after the other would cost an exception for each value.
      Instant instant =
          parsed.isSupported(ChronoField.OFFSET_SECONDS)
              ? OffsetDateTime.from(parsed).toInstant()
              : LocalDateTime.from(parsed).toInstant(ZoneOffset.UTC);
      int year = instant.atOffset(ZoneOffset.UTC).getYear();
      return year < FIRST_YEAR || year > LAST_YEAR ? null : micros(instant);
    } catch (DateTimeException | ArithmeticException e) {
      return null;
    }
  }

  /**
   * Reads the form that nearly all moments have, {@code 2026-01-31T12:00:00} with or without a
   * fraction and a {@code Z}, at a small part of what a formatter takes: there are several in each
   * row.
   *
   * @return as {@link #parseMicros}; null also for any other form
   */
  private static @Nullable Long parsePlain(String text) {
    int length = text.length();
    if (length < PLAIN_LENGTH || !hasMarks(text)) {
      return null;
    }
    int year = digits(text, 0, 4);
    int month = digits(text, 5, 7);
    int day = digits(text, 8, 10);
    int hour = digits(text, 11, 13);
    int minute = digits(text, 14, 16);
    int second = digits(text, 17, 19);
    if (year < FIRST_YEAR || month < 1 || day < 1 || hour < 0 || minute < 0 || second < 0) {
      return null;
    }
    if (month > 12 || day > YearMonth.of(year, month).lengthOfMonth()) {
      return null;
    }
    if (hour > 23 || minute > 59 || second > 59) {
      return null;
    }
    int end = text.charAt(length - 1) == 'Z' ? length - 1 : length;
    long micros = 0;
    if (end > PLAIN_LENGTH) {
      int fraction = end - PLAIN_LENGTH - 1;
      int six = Math.min(fraction, 6);
      boolean isFraction = text.charAt(PLAIN_LENGTH) == '.' && fraction >= 1 && fraction <= 9;
      micros = isFraction ? digits(text, PLAIN_LENGTH + 1, PLAIN_LENGTH + 1 + six) : -1;
      if (micros < 0 || digits(text, PLAIN_LENGTH + 1, end) < 0) {
        return null;
      }
      for (int digit = six; digit < 6; digit++) {
        micros *= 10;
      }
    }
    long seconds = LocalDate.of(year, month, day).toEpochDay() * SECONDS_A_DAY;
    seconds += hour * 3_600L + minute * 60L + second;
    return seconds * 1_000_000 + micros;
  }

  private static boolean hasMarks(String text) {
    char between = text.charAt(10);
    return text.charAt(4) == '-'
        && text.charAt(7) == '-'
        && (between == 'T' || between == ' ')
        && text.charAt(13) == ':'
        && text.charAt(16) == ':';
  }

  /** The number that some digits are, at most nine of them; -1 when others are among them. */
  private static int digits(String text, int from, int to) {
    int number = 0;
    for (int i = from; i < to; i++) {
      char digit = text.charAt(i);
      if (digit < '0' || digit > '9') {
        return -1;
      }
      number = number * 10 + (digit - '0');
    }
    return number;
  }

  /**
   * Turns a moment into a column's value.
   *
   * @param instant the moment
   * @return microseconds since 1970
   */
  public static long micros(Instant instant) {
    // ChronoUnit.MICROS.between overflows before 1677 and rounds up before 1970.
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1_000);
  }

  /**
   * Turns a column's value into a moment.
   *
   * @param micros microseconds since 1970
   * @return the moment
   */
  public static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  /**
   * Returns the day, in UTC, of a column's value.
   *
   * @param micros microseconds since 1970
   * @return the day
   */
  public static LocalDate day(long micros) {
    return LocalDate.ofInstant(instant(micros), ZoneOffset.UTC);
  }
}
