package dev.circlebeam.circleci;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.google.api.client.http.HttpHeaders;
import dev.circlebeam.fuzz.Choices;
import dev.circlebeam.fuzz.Fuzzing;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.Timeout;

/** The small texts from outside: headers that say how long to wait, addresses, token references. */
public class HeaderFuzzTest {
  private static final Instant NOW = Instant.parse("2026-10-21T07:28:00Z");
  private static final Duration HOUR = Duration.ofHours(1);
  private static final AtomicInteger WAITS = new AtomicInteger();
  private static final AtomicInteger ADDRESSES = new AtomicInteger();

  @Rule public final Timeout limit = Timeout.seconds(600);

  @Test
  public void givenAnyText_thenAnAnswerOrARefusal() {
    Fuzzing.run("headers, addresses and references", HeaderFuzzTest::fuzzerTestOneInput);
    assertTrue("waits: " + WAITS, WAITS.get() > 100);
    assertTrue("addresses: " + ADDRESSES, ADDRESSES.get() > 50);
  }

  /** Reads one text of each kind; what Jazzer calls. */
  public static void fuzzerTestOneInput(byte[] data) {
    Choices choices = new Choices(data);
    switch (choices.below(3)) {
      case 0 -> waits(choices);
      case 1 -> address(choices);
      default -> reference(choices);
    }
  }

  private static void waits(Choices choices) {
    HttpHeaders headers = new HttpHeaders();
    for (int n = choices.below(4); n > 0; n--) {
      headers.set(
          choices.of(
              "Retry-After",
              "retry-after",
              "RateLimit-Reset",
              "X-RateLimit-Reset",
              "X-RateLimit-Reset-Requests",
              "x-ratelimit-reset-",
              "Date"),
          choices.of(
                  "0",
                  "-0",
                  "30",
                  "1e400",
                  "-1e400",
                  "1e-400",
                  "NaN",
                  "0x1p3",
                  "5d",
                  "9".repeat(4000),
                  "",
                  " ",
                  "\u0663",
                  "Wed, 21 Oct 2026 07:29:00 GMT",
                  "Wed, 21 Oct 0001 07:29:00 GMT",
                  "Wed, 21 Oct 999999999 07:29:00 GMT",
                  "Thu, 21 Oct 2026 07:29:00 GMT",
                  "\ud83d")
              + text(choices));
    }
    Duration wait = RetryAfter.of(headers, NOW);
    if (wait != null) {
      WAITS.incrementAndGet();
      assertTrue(wait.toString(), wait.compareTo(Duration.ZERO) > 0 && wait.compareTo(HOUR) <= 0);
    }
  }

  private static void address(Choices choices) {
    String text =
        choices.of("https://", "http://", "HTTPS://", "//", "file:", "")
            + choices.of("circleci.com", "127.0.0.1", "127.1", "[::1]", "localhost", "a b", "")
            + choices.of(
                "", ":80", ":99999", ":-1", "@evil.example", "/api/v2", "/api/v2//", "/x?y")
            + text(choices);
    CircleCiUrl url;
    try {
      url = CircleCiUrl.parse(text, false);
    } catch (IllegalArgumentException e) {
      assertFalse(e.getMessage(), e.getMessage().isEmpty());
      return;
    }
    ADDRESSES.incrementAndGet();
    assertEquals("read again", url, CircleCiUrl.parse(url.origin(), false));
    assertTrue(url.origin(), url.origin().matches("https?://[^\\p{Cntrl}\\s@?#]+"));
    boolean isLoopback = url.origin().matches("http://(127[0-9.]*|localhost|\\[[0:]*1])([:/].*)?");
    assertTrue(url.origin(), url.origin().startsWith("https://") || isLoopback);
  }

  private static void reference(Choices choices) {
    String text =
        choices.of("env:", "file:", "secret:", "") + choices.of("", "A", "/") + text(choices);
    try {
      TokenReference reference = TokenReference.parse(text);
      assertEquals("[token]", reference.resolve(Map.of("A", "aaaa")).toString());
    } catch (IllegalArgumentException | IllegalStateException e) {
      assertTrue(e.getMessage(), e.getMessage().contains("--token"));
    }
  }

  /** Nothing, or a few characters of any kind. */
  private static String text(Choices choices) {
    StringBuilder text = new StringBuilder();
    for (int n = Math.max(0, choices.below(12) - 6); n > 0; n--) {
      text.append((char) choices.below(choices.of(128, 65536)));
    }
    return text.toString();
  }
}
