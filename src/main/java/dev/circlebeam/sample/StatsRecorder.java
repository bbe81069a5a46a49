package dev.circlebeam.sample;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Counts requests. One lock guards it all: an entry takes less than a microsecond. */
final class StatsRecorder {
  private final Map<String, Long> byRoute = new TreeMap<>();
  private final Map<Integer, Long> byStatus = new TreeMap<>();
  private final Map<String, Integer> okByUrl = new HashMap<>();
  private final List<Integer> perSecond = new ArrayList<>();
  private long startNanos;
  private long firstNanos;
  private long lastNanos;
  private long requests;
  private int inFlight;
  private int maxInFlight;

  /** Counts from a reading of {@link System#nanoTime} on. */
  StatsRecorder(long nanos) {
    startNanos = nanos;
  }

  /** A request came, at a reading of {@link System#nanoTime}. */
  synchronized void arrived(String route, String url, long nanos) {
    requests++;
    byRoute.merge(route, 1L, Long::sum);
    okByUrl.putIfAbsent(url, 0);
    inFlight++;
    maxInFlight = Math.max(maxInFlight, inFlight);
    if (requests == 1) {
      firstNanos = nanos;
      lastNanos = nanos;
    }
    lastNanos = Math.max(lastNanos, nanos);
    int second = (int) TimeUnit.NANOSECONDS.toSeconds(Math.max(0, nanos - startNanos));
    while (perSecond.size() <= second) {
      perSecond.add(0);
    }
    perSecond.set(second, perSecond.get(second) + 1);
  }

  /** A request is about to be answered, in full or in part. */
  synchronized void answered(String url, int status) {
    inFlight--;
    byStatus.merge(status, 1L, Long::sum);
    if (status == 200) {
      okByUrl.merge(url, 1, Integer::sum);
    }
  }

  /** A request ends without an answer. */
  synchronized void dropped() {
    inFlight--;
  }

  /** Forgets all but the requests that are still waiting. */
  synchronized void reset(long nanos) {
    byRoute.clear();
    byStatus.clear();
    okByUrl.clear();
    perSecond.clear();
    startNanos = nanos;
    requests = 0;
    maxInFlight = inFlight;
  }

  /** All counts at this moment. */
  synchronized SampleStats snapshot() {
    ImmutableMap.Builder<String, Integer> twice = ImmutableMap.builder();
    okByUrl.forEach(
        (url, count) -> {
          if (count > 1) {
            twice.put(url, count);
          }
        });
    return new SampleStats(
        requests,
        ImmutableMap.copyOf(byRoute),
        ImmutableMap.copyOf(byStatus),
        byStatus.getOrDefault(429, 0L),
        maxInFlight,
        okByUrl.size(),
        twice.buildOrThrow(),
        requests == 0 ? Duration.ZERO : Duration.ofNanos(lastNanos - firstNanos),
        ImmutableList.copyOf(perSecond));
  }
}
