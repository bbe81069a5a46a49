package dev.circlebeam.circleci;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.LongConsumer;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Sends requests, many at once, within a rate limit, and tries again what may pass. The thread that
 * uses it decides everything: it starts requests, takes answers, and waits; the executor's threads
 * only wait for the server. A request that waits (for the limit, or to be tried again) is not in
 * flight.
 *
 * <p>Use: {@link #submit} what is known, then call {@link #next} until it returns null, submitting
 * more on the way.
 *
 * @param <Q> the request
 * @param <T> what a good answer holds
 */
public final class Dispatcher<Q, T> {
  /**
   * A request that is done with.
   *
   * @param request the request
   * @param answer good, or failed for good
   * @param attempts how often it was tried, 429s not counted
   * @param <Q> the request
   * @param <T> what a good answer holds
   */
  public record Completion<Q, T>(Q request, Answer<T> answer, int attempts) {}

  private static final class Task<Q> {
    final Q request;
    final int priority;
    final long sequence;
    int failures;
    long startedAt;
    long notBefore;

    Task(Q request, int priority, long sequence) {
      this.request = request;
      this.priority = priority;
      this.sequence = sequence;
    }
  }

  /** An answer, or none; without a task it is there to wake who waits for answers. */
  private record Arrival<Q, T>(
      @Nullable Task<Q> task, @Nullable Answer<T> answer, @Nullable Throwable thrown) {}

  private static final long FOREVER = Duration.ofDays(1).toNanos();

  /**
   * How many seconds of the limit may wait in the executor beyond what is in flight. A thread that
   * has its answer then takes the next request at once, without two changes of thread in between;
   * and they start no later than networks let them arrive.
   */
  private static final double AHEAD = 0.005;

  /** What waits in the executor no longer gives way to what is more urgent: so only a few. */
  private static final double MOST_AHEAD = 0.25;

  private final Exchange<Q, T> exchange;
  private final Executor executor;
  private final RateLimit limit;
  private final RetryPolicy retries;
  private final Waiting waiting;
  private final int maxInFlight;
  private final LongConsumer onPause;
  private final DispatchFigures figures = new DispatchFigures();
  private final RecentAnswers recent = new RecentAnswers();

  private final PriorityQueue<Task<Q>> ready =
      new PriorityQueue<>(
          Comparator.<Task<Q>>comparingInt(t -> t.priority).thenComparingLong(t -> t.sequence));
  private final PriorityQueue<Task<Q>> delayed =
      new PriorityQueue<>((a, b) -> Long.signum(a.notBefore - b.notBefore));
  private final BlockingQueue<Arrival<Q, T>> arrivals = new LinkedBlockingQueue<>();
  private final List<Q> dropped = new ArrayList<>();
  private int started;
  private long sequence;
  private volatile boolean stopped;

  /**
   * @param exchange sends a request once
   * @param executor runs exchanges, in the order in which it is given them; with a thread for each
   *     request in flight
   * @param limit the rate limit, which this dispatcher alone uses meanwhile
   * @param retries how often to try
   * @param maxInFlight how many requests may be under way at once
   * @param waiting the time
   * @param onPause told how many nanoseconds nothing will be sent because of a 429
   */
  public Dispatcher(
      Exchange<Q, T> exchange,
      Executor executor,
      RateLimit limit,
      RetryPolicy retries,
      int maxInFlight,
      Waiting waiting,
      LongConsumer onPause) {
    this.exchange = exchange;
    this.executor = executor;
    this.limit = limit;
    this.retries = retries;
    this.maxInFlight = maxInFlight;
    this.waiting = waiting;
    this.onPause = onPause;
  }

  /**
   * Adds a request.
   *
   * @param request what for
   * @param priority lower ones first; among equals the one that came first
   */
  public void submit(Q request, int priority) {
    ready.add(new Task<>(request, priority, sequence++));
  }

  /**
   * Returns the next request that is done with.
   *
   * @return request and answer; null when nothing is left
   * @throws InterruptedException when the thread is asked to stop
   */
  public @Nullable Completion<Q, T> next() throws InterruptedException {
    while (true) {
      if (stopped) {
        dropWhatWaits();
      }
      long now = waiting.nanoTime();
      while (!delayed.isEmpty() && delayed.peek().notBefore - now <= 0) {
        ready.add(delayed.poll());
      }
      long wait = startWhatMay(now);
      if (started == 0 && ready.isEmpty() && delayed.isEmpty()) {
        return null;
      }
      Arrival<Q, T> arrival = arrivals.poll();
      if (arrival == null) {
        arrival = waiting.poll(arrivals, wait);
        figures.waited(pausedWithin(now, waiting.nanoTime()));
      }
      if (arrival != null && arrival.task != null) {
        Completion<Q, T> completion = settle(arrival);
        if (completion != null) {
          return completion;
        }
      }
    }
  }

  /**
   * Asks that no request be started any more: {@link #next} returns those in flight, and the few
   * that wait for a thread, then null. Any thread may call it.
   */
  public void stop() {
    stopped = true;
    arrivals.add(new Arrival<>(null, null, null));
  }

  /**
   * Tells whether it was asked to stop.
   *
   * @return true when it was
   */
  public boolean isStopped() {
    return stopped;
  }

  /**
   * Returns the requests that were not made because of {@link #stop}.
   *
   * @return the requests, in no order; complete when {@link #next} has returned null
   */
  public List<Q> dropped() {
    return dropped;
  }

  private void dropWhatWaits() {
    ready.forEach(task -> dropped.add(task.request));
    delayed.forEach(task -> dropped.add(task.request));
    ready.clear();
    delayed.clear();
  }

  /**
   * Returns what was counted so far.
   *
   * @return the figures; they go on counting
   */
  public DispatchFigures figures() {
    return figures;
  }

  /** Starts requests and returns for how long nothing else can be started. */
  private long startWhatMay(long now) {
    while (started < maxInFlight + ahead() && !ready.isEmpty()) {
      long wait = limit.nextStart(now) - now;
      if (wait > 0) {
        return Math.min(wait, untilDelayed(now));
      }
      start(ready.poll(), now);
    }
    return untilDelayed(now);
  }

  private int ahead() {
    return (int) Math.min(MOST_AHEAD * maxInFlight, AHEAD * limit.perSecond());
  }

  private void start(Task<Q> task, long now) {
    limit.started(now);
    task.startedAt = now;
    started++;
    figures.started(Math.min(started, maxInFlight), now, limit.perSecond());
    executor.execute(
        () -> {
          Arrival<Q, T> arrival;
          try {
            arrival = new Arrival<>(task, exchange.send(task.request), null);
          } catch (RuntimeException | Error e) {
            arrival = new Arrival<>(task, null, e);
          }
          arrivals.add(arrival);
        });
  }

  /** Returns the request if it is done with; else it is waiting again. */
  private @Nullable Completion<Q, T> settle(Arrival<Q, T> arrival) {
    started--;
    Task<Q> task = arrival.task;
    if (arrival.thrown != null) {
      throw new IllegalStateException("a request could not be handled", arrival.thrown);
    }
    long now = waiting.nanoTime();
    if (arrival.answer instanceof Answer.Failed<T> failed) {
      Failure failure = failed.failure();
      if (failure.status() > 0 && failure.kind() != FailureKind.RATE_LIMITED) {
        limit.accepted(now, task.startedAt, failure.announced());
      }
      if (failure.kind() == FailureKind.RATE_LIMITED) {
        limit.refused(now, task.startedAt, failure.retryAfter(), failure.announced());
        figures.refused(now);
        onPause.accept(Math.max(0, limit.pausedUntil() - now));
        ready.add(task);
        return null;
      }
      task.failures++;
      recent.add(!failure.kind().retryable());
      if (failure.kind().retryable() && task.failures < retries.attempts()) {
        Duration wait =
            recent.areMostGood()
                ? retries.waitWhileOthersAreAnswered(task.failures)
                : retries.wait(task.failures);
        if (failure.retryAfter() != null && failure.retryAfter().compareTo(wait) > 0) {
          wait = failure.retryAfter();
        }
        task.notBefore = now + wait.toNanos();
        delayed.add(task);
        figures.retried();
        return null;
      }
      return new Completion<>(task.request, failed, task.failures);
    }
    recent.add(true);
    Answer.Ok<T> ok = (Answer.Ok<T>) arrival.answer;
    limit.accepted(now, task.startedAt, ok.announced());
    return new Completion<>(task.request, ok, task.failures + 1);
  }

  private long untilDelayed(long now) {
    return delayed.isEmpty() ? FOREVER : Math.max(0, delayed.peek().notBefore - now);
  }

  /** How much of a stretch of time was spent because of a 429, with something to do. */
  private long pausedWithin(long from, long to) {
    if (ready.isEmpty()) {
      return 0;
    }
    long end = limit.pausedUntil() - to < 0 ? limit.pausedUntil() : to;
    return Math.max(0, end - from);
  }
}
