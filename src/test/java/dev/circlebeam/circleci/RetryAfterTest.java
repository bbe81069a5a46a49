package dev.circlebeam.circleci;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;

import com.google.api.client.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import org.junit.Test;

public class RetryAfterTest {
  private static final Instant NOW = Instant.parse("2026-10-21T07:28:00Z");

  @Test
  public void givenNoHeader_thenNothing() {
    assertNull(waitOf());
    assertNull(waitOf("RateLimit-Limit", "10", "X-RateLimit-Remaining", "0"));
  }

  @Test
  public void givenSeconds_thenThem() {
    assertEquals(Duration.ofSeconds(30), waitOf("Retry-After", "30"));
    assertEquals(Duration.ofSeconds(30), waitOf("retry-after", " 30 "));
  }

  @Test
  public void givenDecimals_thenThem() {
    assertEquals(Duration.ofMillis(1500), waitOf("Retry-After", "1.5"));
    assertEquals(Duration.ofMillis(250), waitOf("Retry-After", ".25"));
  }

  @Test
  public void givenNegativeOrGarbage_thenNothing() {
    String[] texts = {"-1", "soon", "", "NaN", "Wed, 21 Oct", "2026-10-21T07:28:00Z", "-Infinity"};
    for (String text : texts) {
      assertNull(text, waitOf("Retry-After", text));
    }
  }

  @Test
  public void givenAbsurdlyLong_thenAnHour() {
    String[] texts = {"3601", "86400", "1e300", "Infinity", "99999999999999999999"};
    for (String text : texts) {
      assertEquals(text, Duration.ofHours(1), waitOf("Retry-After", text));
    }
    assertEquals(Duration.ofHours(1), waitOf("Retry-After", "Thu, 31 Dec 2099 00:00:00 GMT"));
    assertEquals(Duration.ofHours(1), waitOf("RateLimit-Reset", "1792567680"));
  }

  @Test
  public void givenDate_thenUntilThen() {
    assertEquals(Duration.ofSeconds(30), waitOf("Retry-After", "Wed, 21 Oct 2026 07:28:30 GMT"));
  }

  @Test
  public void givenNoTimeAtAll_thenNothingIsSaid() {
    assertNull(waitOf("Retry-After", "0"));
    assertNull(waitOf("Retry-After", "Wed, 21 Oct 2026 07:27:00 GMT"));
    assertNull(waitOf("RateLimit-Reset", "0"));
    assertEquals(Duration.ofSeconds(7), waitOf("Retry-After", "soon", "RateLimit-Reset", "7"));
  }

  @Test
  public void givenServersClock_thenItCounts() {
    assertEquals(
        Duration.ofSeconds(20),
        waitOf(
            "Retry-After",
            "Wed, 21 Oct 2026 07:28:30 GMT",
            "Date",
            "Wed, 21 Oct 2026 07:28:10 GMT"));
    // A server whose clock is two hours ahead of ours.
    assertEquals(
        Duration.ofSeconds(10),
        waitOf(
            "Retry-After",
            "Wed, 21 Oct 2026 09:28:20 GMT",
            "Date",
            "Wed, 21 Oct 2026 09:28:10 GMT"));
  }

  @Test
  public void givenServersClockThatIsGarbage_thenOurs() {
    assertEquals(
        Duration.ofSeconds(30),
        waitOf("Retry-After", "Wed, 21 Oct 2026 07:28:30 GMT", "Date", "today"));
  }

  @Test
  public void givenResetHeaders_thenTheLongestOfThem() {
    assertEquals(Duration.ofSeconds(12), waitOf("RateLimit-Reset", "12"));
    assertEquals(Duration.ofSeconds(40), waitOf("X-RateLimit-Reset-Minute", "40"));
    assertEquals(
        Duration.ofSeconds(40), waitOf("RateLimit-Reset", "12", "X-RateLimit-Reset-Minute", "40"));
    assertEquals(
        Duration.ofSeconds(12), waitOf("RateLimit-Reset", "12", "x-ratelimit-reset-second", "1"));
    assertEquals(Duration.ofSeconds(12), waitOf("RateLimit-Reset", "12", "X-RateLimit-Reset", "?"));
  }

  @Test
  public void givenRetryAfterAndReset_thenRetryAfter() {
    assertEquals(Duration.ofSeconds(3), waitOf("Retry-After", "3", "RateLimit-Reset", "12"));
  }

  private static Duration waitOf(String... headers) {
    HttpHeaders http = new HttpHeaders();
    for (int i = 0; i < headers.length; i += 2) {
      http.set(headers[i], headers[i + 1]);
    }
    return RetryAfter.of(http, NOW);
  }
}
