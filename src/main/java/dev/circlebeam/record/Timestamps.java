package dev.circlebeam.record;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
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
    try {
      TemporalAccessor parsed = ANY.parseBest(text, OffsetDateTime::from, LocalDateTime::from);
      Instant instant =
          parsed instanceof OffsetDateTime offset
              ? offset.toInstant()
              : ((LocalDateTime) parsed).toInstant(ZoneOffset.UTC);
      int year = instant.atOffset(ZoneOffset.UTC).getYear();
      return year < FIRST_YEAR || year > LAST_YEAR ? null : micros(instant);
    } catch (DateTimeException | ArithmeticException e) {
      return null;
    }
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
