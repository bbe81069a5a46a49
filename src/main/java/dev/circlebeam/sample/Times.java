package dev.circlebeam.sample;

import java.time.Instant;

/** Times as the API writes them. */
final class Times {
  private Times() {}

  /** With milliseconds, always three digits, as pipelines have them. */
  static String millis(long epochMillis) {
    String seconds = seconds(Math.floorDiv(epochMillis, 1_000L));
    int fraction = (int) Math.floorMod(epochMillis, 1_000L);
    StringBuilder text = new StringBuilder(seconds.length() + 4);
    text.append(seconds, 0, seconds.length() - 1).append('.');
    return text.append((char) ('0' + fraction / 100))
        .append((char) ('0' + fraction / 10 % 10))
        .append((char) ('0' + fraction % 10))
        .append('Z')
        .toString();
  }

  /** Without a fraction, as workflows and jobs have them. */
  static String seconds(long epochSeconds) {
    return Instant.ofEpochSecond(epochSeconds).toString();
  }
}
