package dev.circlebeam.sample;

import com.google.common.collect.ImmutableMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The rate limit. It runs on real time and not on the server's clock. */
final class RateGate {
  private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

  private final double perSecond;
  private final SampleConfig.LimitForm form;
  private final boolean isAnnounced;
  private final double burst;
  private final AtomicInteger refusals = new AtomicInteger();

  private double permits;
  private long lastNanos;

  /** A limit that begins at a reading of {@link System#nanoTime}. */
  RateGate(double perSecond, SampleConfig.LimitForm form, boolean isAnnounced, long nanos) {
    this.perSecond = perSecond;
    this.form = form;
    this.isAnnounced = isAnnounced;
    this.burst =
        form == SampleConfig.LimitForm.FIXED_WINDOW
            ? Math.max(1, Math.floor(perSecond))
            : Math.max(1, perSecond);
    this.permits = burst;
    this.lastNanos = nanos;
  }

  /**
   * What the gate says of a request.
   *
   * @param refusal the answer to give instead; null if the request may go on
   * @param headers the headers that an answer to it carries
   */
  record Verdict(@Nullable Reply refusal, ImmutableMap<String, String> headers) {}

  /** Takes a permit at a reading of {@link System#nanoTime}. */
  Verdict enter(long nanos) {
    if (perSecond <= 0) {
      return new Verdict(null, ImmutableMap.of());
    }
    int left = take(nanos);
    if (left < 0) {
      return new Verdict(refusal(refusals.getAndIncrement()), ImmutableMap.of());
    }
    if (!isAnnounced) {
      return new Verdict(null, ImmutableMap.of());
    }
    return new Verdict(
        null,
        ImmutableMap.of(
            "RateLimit-Limit", limit(),
            "RateLimit-Remaining", Integer.toString(left),
            "RateLimit-Reset", "1",
            "X-RateLimit-Limit-Second", limit()));
  }

  /** The whole permits left after taking one; -1 if there was none to take. */
  private synchronized int take(long nanos) {
    if (form == SampleConfig.LimitForm.TOKEN_BUCKET) {
      permits = Math.min(burst, permits + Math.max(0, nanos - lastNanos) / NANOS * perSecond);
      lastNanos = Math.max(lastNanos, nanos);
    } else if (nanos - lastNanos >= NANOS) {
      long windows = TimeUnit.NANOSECONDS.toSeconds(nanos - lastNanos);
      lastNanos += TimeUnit.SECONDS.toNanos(windows);
      permits = burst;
    }
    if (permits < 1) {
      return -1;
    }
    permits -= 1;
    return (int) permits;
  }

  private Reply refusal(int count) {
    return switch (Math.floorMod(count, 3)) {
      case 0 -> tooMany().withHeader("Retry-After", "1");
      case 1 -> isAnnounced ? tooManyWithReset(limit()) : tooManyText();
      default -> tooManyText();
    };
  }

  /** A refusal in JSON that does not say when to come again. */
  static Reply tooMany() {
    return Reply.message(429, "Rate limit exceeded.");
  }

  /** A refusal in JSON that says so only in the newer headers. */
  static Reply tooManyWithReset(String limit) {
    return tooMany()
        .withHeaders(
            ImmutableMap.of(
                "RateLimit-Limit", limit, "RateLimit-Remaining", "0", "RateLimit-Reset", "1"));
  }

  /** A refusal in plain text. */
  static Reply tooManyText() {
    return Reply.text(429, Reply.PLAIN, "Rate limited.");
  }

  private String limit() {
    return Long.toString((long) burst);
  }
}
