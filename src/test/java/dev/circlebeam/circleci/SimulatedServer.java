package dev.circlebeam.circleci;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.checkerframework.checker.nullness.qual.Nullable;

/** A server with a limit, and a client that always has something to ask, in virtual time. */
final class SimulatedServer {
  /** How it counts. */
  enum Form {
    TOKEN_BUCKET,
    FIXED_WINDOW
  }

  /** What its answers say of the limit. */
  enum Headers {
    NONE,
    /** The short family, whose reset counts down. */
    SHORT,
    /** The short family, with a reset that is always the window's length. */
    STANDING_RESET,
    /** The window is named. */
    NAMED
  }

  private record Event(long at, int kind, long startedAt) {}

  private static final int ARRIVES = 0;
  private static final int LET_THROUGH = 1;
  private static final int REFUSED = 2;

  private final Form form;
  private final int windowSeconds;
  private final long latency;
  private final Random random = new Random(1);
  private final TreeMap<Long, Integer> answered = new TreeMap<>();
  private final PriorityQueue<Event> events =
      new PriorityQueue<>((a, b) -> Long.compare(a.at, b.at));
  private Headers headers = Headers.NONE;
  private double limit;
  private double left;
  private long countedAt;
  private long now;
  private int inFlight;
  private int sent;
  private int refusals;

  SimulatedServer(Form form, double limit, int windowSeconds, Duration latency) {
    this.form = form;
    this.limit = limit;
    this.windowSeconds = windowSeconds;
    this.latency = latency.toNanos();
    this.left = limit;
  }

  SimulatedServer announcing(Headers what) {
    headers = what;
    return this;
  }

  void lower(double newLimit) {
    limit = newLimit;
    left = Math.min(left, newLimit);
  }

  /** Goes on for so many seconds. */
  void run(RateLimit client, int maxInFlight, int seconds) {
    long end = now + TimeUnit.SECONDS.toNanos(seconds);
    while (now < end) {
      long start = inFlight < maxInFlight ? Math.max(now, client.nextStart(now)) : Long.MAX_VALUE;
      if (events.isEmpty() || start <= events.peek().at) {
        now = start;
        client.started(now);
        sent++;
        inFlight++;
        events.add(new Event(now + way(), ARRIVES, now));
      } else {
        happen(events.remove(), client);
      }
    }
  }

  private void happen(Event event, RateLimit client) {
    now = Math.max(now, event.at);
    switch (event.kind) {
      case ARRIVES -> {
        boolean isLetThrough = take();
        if (isLetThrough) {
          answered.merge(TimeUnit.NANOSECONDS.toSeconds(now), 1, Integer::sum);
        }
        events.add(new Event(now + way(), isLetThrough ? LET_THROUGH : REFUSED, event.startedAt));
      }
      case LET_THROUGH -> {
        inFlight--;
        client.accepted(now, event.startedAt, announced());
      }
      default -> {
        inFlight--;
        client.refused(now, event.startedAt, retryAfter(), announced());
        refusals++;
      }
    }
  }

  /** Every third refusal says nothing. */
  private @Nullable Duration retryAfter() {
    return refusals % 3 == 2 ? null : Duration.ofSeconds(1);
  }

  /** Half of the latency, a tenth of it more or less. */
  private long way() {
    return (long) (latency / 2.0 * (0.9 + 0.2 * random.nextDouble()));
  }

  private boolean take() {
    double seconds = (now - countedAt) / 1e9;
    if (form == Form.TOKEN_BUCKET) {
      left = Math.min(limit, left + seconds * limit / windowSeconds);
      countedAt = now;
    } else if (seconds >= windowSeconds) {
      countedAt += TimeUnit.SECONDS.toNanos((long) seconds / windowSeconds * windowSeconds);
      left = limit;
    }
    if (left < 1) {
      return false;
    }
    left--;
    return true;
  }

  private AnnouncedLimits announced() {
    double sinceCounted = (now - countedAt) / 1e9;
    double reset =
        form == Form.FIXED_WINDOW && headers == Headers.SHORT
            ? Math.max(1, Math.ceil(windowSeconds - sinceCounted))
            : windowSeconds;
    double rest = Math.floor(left);
    return switch (headers) {
      case NONE -> AnnouncedLimits.NONE;
      case SHORT, STANDING_RESET ->
          new AnnouncedLimits(
              List.of(new AnnouncedLimits.Limit("ratelimit-", limit, null, rest, reset)));
      case NAMED ->
          new AnnouncedLimits(
              List.of(
                  new AnnouncedLimits.Limit("window", limit, (double) windowSeconds, null, null)));
    };
  }

  /** How many requests were let through after so many seconds. */
  int answeredAfter(int seconds) {
    List<Integer> counts = new ArrayList<>(answered.tailMap((long) seconds).values());
    return counts.stream().mapToInt(Integer::intValue).sum();
  }

  /** What share of the limit was used after so many seconds. */
  double usedAfter(int seconds) {
    double rest = now / 1e9 - seconds;
    return answeredAfter(seconds) / (rest * limit / windowSeconds);
  }

  /** What share of the requests was refused. */
  double refused() {
    return (double) refusals / sent;
  }

  @Override
  public String toString() {
    return form + " of " + limit + " in " + windowSeconds + " s, headers " + headers;
  }
}
