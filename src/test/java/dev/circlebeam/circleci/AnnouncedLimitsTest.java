package dev.circlebeam.circleci;

import static org.junit.Assert.assertEquals;

import com.google.api.client.http.HttpHeaders;
import dev.circlebeam.circleci.AnnouncedLimits.Limit;
import java.util.List;
import org.junit.Test;

/** What headers say of limits, in all spellings that CircleCI documents. */
public class AnnouncedLimitsTest {
  @Test
  public void givenNoHeaderOfTheKind_thenNothingIsSaid() {
    assertEquals(AnnouncedLimits.NONE, of("Date", "Sat, 28 Nov 2026 10:00:00 GMT"));
  }

  @Test
  public void givenTheShortFamily_thenItsWindowIsNotKnown() {
    assertEquals(
        List.of(new Limit("ratelimit-", 100, null, 12.0, 30.0)),
        of("RateLimit-Limit", "100", "ratelimit-remaining", "12", "RATELIMIT-RESET", "30")
            .limits());
  }

  @Test
  public void givenANamedWindow_thenItIsThatOfTheShortFamilyToo() {
    assertEquals(
        List.of(
            new Limit("minute", 900, 60.0, null, null),
            new Limit("ratelimit-", 900, 60.0, 1.0, 7.0)),
        of(
                "X-RateLimit-Limit-Minute",
                "900",
                "RateLimit-Limit",
                "900",
                "RateLimit-Remaining",
                "1",
                "RateLimit-Reset",
                "7")
            .limits());
  }

  @Test
  public void givenTwoNamedWindows_thenNeitherIsThatOfTheShortFamily() {
    List<Limit> limits =
        of(
                "X-RateLimit-Limit-Second",
                "20",
                "X-RateLimit-Limit-Hour",
                "3600",
                "RateLimit-Limit",
                "20")
            .limits();

    assertEquals(3, limits.size());
    assertEquals(new Limit("ratelimit-", 20, null, null, null), limits.get(2));
  }

  @Test
  public void givenSuffixedRemainingAndReset_thenTheyBelongToTheWindow() {
    assertEquals(
        List.of(new Limit("hour", 5000, 3600.0, 17.0, 1200.0)),
        of(
                "x-ratelimit-limit-hour",
                "5000",
                "x-ratelimit-remaining-hour",
                "17",
                "x-ratelimit-reset-hour",
                "1200")
            .limits());
  }

  @Test
  public void givenTheSpellingOfApiV3_thenItIsReadToo() {
    assertEquals(
        List.of(new Limit("policy", 100, 60.0, 50.0, 30.0)),
        of("RateLimit-Policy", "\"default\";q=100;w=60", "RateLimit", "\"default\";r=50;t=30")
            .limits());
  }

  @Test
  public void givenAPolicyInTheLimit_thenItsWindowCounts() {
    assertEquals(
        List.of(new Limit("ratelimit-", 100, 60.0, null, null)),
        of("RateLimit-Limit", "100, 100;w=60").limits());
  }

  @Test
  public void givenNonsense_thenNothingIsSaid() {
    assertEquals(
        List.of(),
        of(
                "RateLimit-Limit",
                "many",
                "X-RateLimit-Limit-Second",
                "-5",
                "X-RateLimit-Limit-Day",
                "0",
                "RateLimit-Policy",
                "\"default\"",
                "RateLimit",
                "")
            .limits());
  }

  private static AnnouncedLimits of(String... namesAndValues) {
    HttpHeaders headers = new HttpHeaders();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      headers.set(namesAndValues[i], List.of(namesAndValues[i + 1]));
    }
    return AnnouncedLimits.of(headers);
  }
}
