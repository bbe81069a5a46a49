package dev.circlebeam.record;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.Test;

/** Moments in every form that the API uses, and what is none. */
public class TimestampsTest {
  @Test
  public void givenFormsOfTheApi_thenSameMoment() {
    Map<String, String> forms =
        Map.ofEntries(
            Map.entry("2023-03-25T18:13:43.446Z", "2023-03-25T18:13:43.446Z"),
            Map.entry("2023-03-25T17:52:15Z", "2023-03-25T17:52:15Z"),
            Map.entry("2022-05-27T16:20:13.954328Z", "2022-05-27T16:20:13.954328Z"),
            Map.entry("2022-04-13T11:10:16+00:00", "2022-04-13T11:10:16Z"),
            Map.entry("2022-04-13T11:10:16+05:30", "2022-04-13T05:40:16Z"),
            Map.entry("2022-04-13T11:10:16-0800", "2022-04-13T19:10:16Z"),
            Map.entry("2022-04-13T11:10:16+02", "2022-04-13T09:10:16Z"),
            Map.entry("2022-04-13T11:10:16.5z", "2022-04-13T11:10:16.5Z"),
            Map.entry("2022-04-13t11:10:16Z", "2022-04-13T11:10:16Z"),
            Map.entry("2024-02-29 01:02:03", "2024-02-29T01:02:03Z"),
            Map.entry("2024-02-29T01:02:03.123456789Z", "2024-02-29T01:02:03.123456Z"),
            Map.entry("2024-02-29T01:02:03.999999999Z", "2024-02-29T01:02:03.999999Z"),
            Map.entry("1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00Z"),
            Map.entry("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
            Map.entry("1969-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.999999Z"),
            Map.entry("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            Map.entry("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"));
    assertEquals(17, forms.size());
    forms.forEach(
        (text, moment) -> {
          Long micros = Timestamps.parseMicros(text);
          assertEquals(
              text, Instant.parse(moment), micros == null ? null : Timestamps.instant(micros));
        });
  }

  @Test
  public void givenEveryLengthOfFraction_thenCutAfterTheSixthDigit() {
    String digits = "987654321";
    for (int length = 1; length <= 9; length++) {
      String six = (digits.substring(0, length) + "000000").substring(0, 6);
      assertEquals(
          Long.valueOf(Long.parseLong(six)),
          Timestamps.parseMicros("1970-01-01T00:00:00." + digits.substring(0, length) + "Z"));
    }
  }

  @Test
  public void givenAnyMoment_thenTheSameWithAndWithoutAZone() {
    Random random = new Random(7);
    for (int n = 0; n < 20_000; n++) {
      // The years 1 to 9999.
      long seconds = -62_135_596_800L + (long) (random.nextDouble() * 315_537_897_599L);
      Instant moment = Instant.ofEpochSecond(seconds, random.nextInt(1_000_000) * 1_000L);
      String text = moment.toString();
      Long micros = Timestamps.micros(moment);
      assertEquals(text, micros, Timestamps.parseMicros(text));
      String bare = text.substring(0, text.length() - 1);
      assertEquals(bare, micros, Timestamps.parseMicros(bare.replace('T', ' ')));
      assertEquals(bare, micros, Timestamps.parseMicros(bare + "+00:00"));
    }
  }

  @Test
  public void givenOneLetterWrong_thenAsTheOtherFormsAreRead() {
    String whole = "2024-02-29T01:02:03.25Z";
    for (int at = 0; at < whole.length(); at++) {
      for (char letter : "0x9-:.T Z/".toCharArray()) {
        String text = whole.substring(0, at) + letter + whole.substring(at + 1);
        Long micros = Timestamps.parseMicros(text);
        Instant expected;
        try {
          String strict = text.replace(' ', 'T');
          expected = OffsetDateTime.parse(strict.endsWith("Z") ? strict : strict + "Z").toInstant();
        } catch (DateTimeParseException e) {
          expected = null;
        }
        assertEquals(text, expected, micros == null ? null : Timestamps.instant(micros));
      }
    }
  }

  @Test
  public void givenNonsense_thenNull() {
    List<String> nonsense =
        List.of(
            "",
            " ",
            "yesterday",
            "null",
            "0",
            "1679767923",
            "2026-13-01T00:00:00Z",
            "2026-02-30T00:00:00Z",
            "2025-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-01-32T00:00:00Z",
            "2026-00-10T00:00:00Z",
            "2026-01-01T25:00:00Z",
            "2026-01-01T10:60:00Z",
            "2026-01-01T10:00:61Z",
            "2026-01-01T10:00:00+25:00",
            "2026-01-01T10:00:00Z ",
            " 2026-01-01T10:00:00Z",
            "2026-01-01T10:00:00.1234567890Z",
            "2026-01-01T10:00:00ZZ",
            "2026-1-1T10:00:00Z",
            "01/02/2026",
            "+999999999-01-01T00:00:00Z");
    assertEquals(23, nonsense.size());
    for (String text : nonsense) {
      assertNull("'" + text + "'", Timestamps.parseMicros(text));
    }
  }

  @Test
  public void givenMoments_thenDaysAreOfUtc() {
    assertEquals(
        LocalDate.parse("2026-01-01"),
        Timestamps.day(Timestamps.parseMicros("2025-12-31T23:30:00-01:00")));
    assertEquals(
        LocalDate.parse("1969-12-31"),
        Timestamps.day(Timestamps.parseMicros("1969-12-31T23:59:59.999999Z")));
    assertEquals(LocalDate.parse("1970-01-01"), Timestamps.day(0));
  }
}
