package dev.circlebeam.circleci;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.Test;

/** The dispatcher in virtual time: what is sent when, and how often. */
public class DispatcherTest {
  private static final Duration LATENCY = Duration.ofMillis(50);
  private static final double FAST = 1e8;

  /** A request that was sent. */
  private record Sent(String request, Duration at) {}

  private final VirtualTime time = new VirtualTime();
  private final List<Sent> sent = new ArrayList<>();
  private final List<Long> pauses = new ArrayList<>();
  private final Map<String, Integer> tries = new HashMap<>();
  private final List<Duration> starts = new ArrayList<>();
  private Supplier<Duration> latency = () -> LATENCY;
  private Duration startOfThis = Duration.ZERO;
  private int underWay;
  private int mostUnderWay;
  private int threads;
  private int mostWaiting;
  private final Deque<Runnable> waiting = new ArrayDeque<>();

  @Test
  public void givenNothing_thenNothing() throws Exception {
    assertNull(dispatcher(FAST, 4, this::good).next());
  }

  @Test
  public void givenRequests_thenEachIsAnsweredOnce() throws Exception {
    Dispatcher<String, String> dispatcher = dispatcher(FAST, 4, this::good);
    submit(dispatcher, 100);
    List<Dispatcher.Completion<String, String>> done = drain(dispatcher);
    assertEquals(100, done.size());
    assertEquals(100, done.stream().map(c -> c.request()).distinct().count());
    assertTrue(done.stream().allMatch(c -> c.attempts() == 1 && c.answer() instanceof Answer.Ok));
    assertEquals(100, dispatcher.figures().requests());
    assertEquals(0, dispatcher.figures().retries());
    assertEquals(0, dispatcher.figures().rateLimited());
    assertEquals(0, dispatcher.figures().waitedMillis());
  }

  @Test
  public void givenMaxInFlight_thenNeverMoreAndNoneIdle() throws Exception {
    Dispatcher<String, String> dispatcher = dispatcher(FAST, 4, this::good);
    submit(dispatcher, 100);
    assertEquals(100, drain(dispatcher).size());
    assertEquals(4, mostUnderWay);
    assertEquals(4, dispatcher.figures().maxInFlight());
    assertEquals(LATENCY.multipliedBy(25).toMillis(), time.elapsed().toMillis());
  }

  @Test
  public void givenHighLimit_thenAFewRequestsWaitForAThread() throws Exception {
    Dispatcher<String, String> dispatcher = dispatcher(FAST, 8, this::good);
    submit(dispatcher, 100);
    assertEquals(100, drain(dispatcher).size());
    assertEquals(2, mostWaiting);
    assertEquals(8, mostUnderWay);
    assertEquals(8, dispatcher.figures().maxInFlight());
  }

  @Test
  public void givenLowLimit_thenNoRequestWaitsForAThread() throws Exception {
    latency = () -> Duration.ofSeconds(3);
    Dispatcher<String, String> dispatcher = dispatcher(190, 8, this::good);
    submit(dispatcher, 100);
    assertEquals(100, drain(dispatcher).size());
    assertEquals(8, mostUnderWay);
    assertEquals(0, mostWaiting);
  }

  @Test
  public void givenLimit_thenNoSecondHasMoreAndNearlyAllOfItIsUsed() throws Exception {
    Dispatcher<String, String> dispatcher = dispatcher(20, 32, this::good);
    submit(dispatcher, 400);
    assertEquals(400, drain(dispatcher).size());
    assertLimited(20);
    double used = 399 / (time.elapsed().minus(LATENCY).toMillis() / 1000.0) / 20;
    assertTrue("used " + used, used >= 0.96 && used <= 0.99);
  }

  @Test
  public void givenLateTimersAndUnevenAnswers_thenNoSecondHasMore() throws Exception {
    Random random = new Random(3);
    time.late(() -> random.nextInt(4_000_000));
    latency = () -> Duration.ofMillis(random.nextInt(10) == 0 ? 900 : random.nextInt(60));
    Dispatcher<String, String> dispatcher = dispatcher(100, 16, this::good);
    submit(dispatcher, 2000);
    assertEquals(2000, drain(dispatcher).size());
    assertEquals(2000, sent.size());
    assertLimited(100);
  }

  @Test
  public void givenPriorities_thenTheLowestFirstAndAmongEqualsTheFirst() throws Exception {
    Dispatcher<String, String> dispatcher = dispatcher(FAST, 1, this::good);
    dispatcher.submit("c1", 3);
    dispatcher.submit("a1", 1);
    dispatcher.submit("b1", 2);
    dispatcher.submit("a2", 1);
    dispatcher.submit("c2", 3);
    assertEquals("a1", dispatcher.next().request());
    dispatcher.submit("a3", 1);
    assertEquals(5, drain(dispatcher).size());
    assertEquals(List.of("a1", "a2", "a3", "b1", "c1", "c2"), order());
  }

  @Test
  public void givenRequestsSubmittedOnTheWay_thenTheyAreSent() throws Exception {
    Dispatcher<String, String> dispatcher = dispatcher(FAST, 2, this::good);
    dispatcher.submit("0", 0);
    int done = 0;
    for (var next = dispatcher.next(); next != null; next = dispatcher.next()) {
      done++;
      if (done < 10) {
        dispatcher.submit(String.valueOf(done), 0);
      }
    }
    assertEquals(10, done);
    assertEquals(LATENCY.multipliedBy(10).toMillis(), time.elapsed().toMillis());
  }

  @Test
  public void given429WithRetryAfter_thenEverythingWaitsAndNoAttemptIsCounted() throws Exception {
    Dispatcher<String, String> dispatcher =
        dispatcher(
            FAST,
            1,
            request ->
                tried(request) == 1 && request.equals("0")
                    ? tooMany(Duration.ofSeconds(5))
                    : good(request));
    submit(dispatcher, 3);
    List<Dispatcher.Completion<String, String>> done = drain(dispatcher);
    assertEquals(3, done.size());
    assertTrue(done.stream().allMatch(c -> c.attempts() == 1));
    assertEquals(List.of("0", "0", "1", "2"), order());
    assertEquals(LATENCY.plusSeconds(5).toMillis(), sent.get(1).at().toMillis());
    assertEquals(4, dispatcher.figures().requests());
    assertEquals(1, dispatcher.figures().rateLimited());
    assertEquals(0, dispatcher.figures().retries());
    assertEquals(5000, dispatcher.figures().waitedMillis());
    assertEquals(List.of(Duration.ofSeconds(5).toNanos()), pauses);
  }

  @Test
  public void given429WithoutHeaders_thenWaitsDoubleAndBeginAnewAfterSuccess() throws Exception {
    Dispatcher<String, String> dispatcher =
        dispatcher(
            FAST,
            1,
            request -> {
              int limit = request.equals("0") ? 3 : 1;
              return tried(request) <= limit ? tooMany(null) : good(request);
            });
    submit(dispatcher, 2);
    List<Dispatcher.Completion<String, String>> done = drain(dispatcher);
    assertEquals(2, done.size());
    assertEquals(List.of("0", "0", "0", "0", "1", "1"), order());
    assertEquals(List.of(1000L, 2000L, 4000L, 0L, 1000L), gaps());
    assertEquals(8000, dispatcher.figures().waitedMillis());
  }

  @Test
  public void givenMany429s_thenTheRequestIsNeverGivenUp() throws Exception {
    Dispatcher<String, String> dispatcher =
        dispatcher(FAST, 1, request -> tried(request) <= 50 ? tooMany(null) : good(request));
    submit(dispatcher, 1);
    List<Dispatcher.Completion<String, String>> done = drain(dispatcher);
    assertEquals(1, done.size());
    assertTrue(done.get(0).answer() instanceof Answer.Ok);
    assertEquals(1, done.get(0).attempts());
    assertEquals(50, dispatcher.figures().rateLimited());
  }

  @Test
  public void givenBurstOf429s_thenOneStepOnly() throws Exception {
    Dispatcher<String, String> dispatcher =
        dispatcher(FAST, 8, request -> tried(request) == 1 ? tooMany(null) : good(request));
    submit(dispatcher, 8);
    assertEquals(8, drain(dispatcher).size());
    assertEquals(16, sent.size());
    assertEquals(LATENCY.plusSeconds(1).toMillis(), starts.get(8).toMillis());
    assertTrue(time.elapsed().toMillis() < 1200);
    assertTrue(pauses.toString(), pauses.size() >= 1);
  }

  @Test
  public void given429ThatComesAfterThePause_thenNoNegativePauseIsTold() throws Exception {
    // The second answer is under way for nine seconds, and a 429 as well.
    latency = () -> starts.size() == 2 ? Duration.ofSeconds(9) : LATENCY;
    Dispatcher<String, String> dispatcher =
        dispatcher(FAST, 2, request -> tried(request) == 1 ? tooMany(null) : good(request));
    submit(dispatcher, 2);
    assertEquals(2, drain(dispatcher).size());
    assertEquals(2, dispatcher.figures().rateLimited());
    assertTrue(pauses.size() + " pauses", pauses.size() >= 1);
    for (long pause : pauses) {
      assertTrue("told a pause of " + pause, pause >= 0);
    }
  }

  @Test
  public void givenServerErrors_thenSixAttemptsWithGrowingWaitsAndThenFailed() throws Exception {
    Dispatcher<String, String> dispatcher = dispatcher(FAST, 1, request -> broken(null));
    submit(dispatcher, 1);
    List<Dispatcher.Completion<String, String>> done = drain(dispatcher);
    assertEquals(1, done.size());
    assertEquals(6, done.get(0).attempts());
    assertEquals(FailureKind.SERVER_ERROR, TestClients.failure(done.get(0).answer()).kind());
    assertEquals(List.of(500L, 1000L, 2000L, 4000L, 8000L), gaps());
    assertEquals(6, dispatcher.figures().requests());
    assertEquals(5, dispatcher.figures().retries());
    assertEquals(0, dispatcher.figures().waitedMillis());
  }

  @Test
  public void givenOthersAreAnswered_thenAFailedRequestIsTriedAgainSoon_andPatientlyAtLast()
      throws Exception {
    Dispatcher<String, String> dispatcher =
        dispatcher(FAST, 1, request -> request.equals("32") ? broken(null) : good(request));
    submit(dispatcher, 33);
    assertEquals(33, drain(dispatcher).size());
    assertEquals(List.of(100L, 200L, 400L, 800L, 8000L), gaps().subList(32, 37));
  }

  @Test
  public void givenFewAnswersYet_thenAFailedRequestWaitsAsLongAsAny() throws Exception {
    Dispatcher<String, String> dispatcher =
        dispatcher(FAST, 1, request -> request.equals("31") ? broken(null) : good(request));
    submit(dispatcher, 32);
    assertEquals(32, drain(dispatcher).size());
    assertEquals(500L, (long) gaps().get(31));
  }

  @Test
  public void givenAllFailFromThenOn_thenOnlyTheFirstOnesAreTriedAgainSoon() throws Exception {
    Dispatcher<String, String> dispatcher =
        dispatcher(
            FAST, 100, request -> Integer.parseInt(request) < 100 ? good(request) : broken(null));
    submit(dispatcher, 200);
    assertEquals(200, drain(dispatcher).size());
    assertEquals(List.of(100L, 1000L, 2000L, 4000L, 8000L), waitsOf("100"));
    assertEquals(List.of(500L, 1000L, 2000L, 4000L, 8000L), waitsOf("199"));
  }

  @Test
  public void givenErrorsThatPass_thenAttemptsAreCounted() throws Exception {
    Dispatcher<String, String> dispatcher =
        dispatcher(FAST, 1, request -> tried(request) <= 2 ? broken(null) : good(request));
    submit(dispatcher, 1);
    List<Dispatcher.Completion<String, String>> done = drain(dispatcher);
    assertEquals(1, done.size());
    assertTrue(done.get(0).answer() instanceof Answer.Ok);
    assertEquals(3, done.get(0).attempts());
    assertEquals(2, dispatcher.figures().retries());
  }

  @Test
  public void givenEveryKind_thenOnlyWhatMayPassIsTriedAgain() throws Exception {
    List<FailureKind> kinds = List.of(FailureKind.values());
    Dispatcher<String, String> dispatcher =
        dispatcher(
            FAST,
            32,
            request -> {
              FailureKind kind = FailureKind.valueOf(request);
              boolean limited = kind == FailureKind.RATE_LIMITED && tried(request) > 1;
              return limited ? good(request) : failed(kind, null);
            });
    kinds.forEach(kind -> dispatcher.submit(kind.name(), 0));
    List<Dispatcher.Completion<String, String>> done = drain(dispatcher);
    assertEquals(kinds.size(), done.size());
    for (Dispatcher.Completion<String, String> completion : done) {
      FailureKind kind = FailureKind.valueOf(completion.request());
      boolean again = kind.retryable() && kind != FailureKind.RATE_LIMITED;
      assertEquals(kind.name(), again ? 6 : 1, completion.attempts());
    }
  }

  @Test
  public void givenWaitingRequest_thenItsPlaceInFlightIsAnothers() throws Exception {
    Dispatcher<String, String> dispatcher =
        dispatcher(
            FAST,
            1,
            request ->
                request.equals("0") && tried(request) == 1
                    ? broken(Duration.ofSeconds(30))
                    : good(request));
    submit(dispatcher, 4);
    List<Dispatcher.Completion<String, String>> done = drain(dispatcher);
    assertEquals(List.of("1", "2", "3", "0"), done.stream().map(c -> c.request()).toList());
    assertEquals(List.of("0", "1", "2", "3", "0"), order());
    assertEquals(LATENCY.plusSeconds(30).toMillis(), sent.get(4).at().toMillis());
  }

  @Test
  public void givenRetryAfterOf503ShorterThanTheBackoff_thenTheBackoff() throws Exception {
    Dispatcher<String, String> dispatcher =
        dispatcher(
            FAST,
            1,
            request -> tried(request) == 1 ? broken(Duration.ofMillis(10)) : good(request));
    submit(dispatcher, 1);
    assertEquals(1, drain(dispatcher).size());
    assertEquals(List.of(500L), gaps());
  }

  @Test
  public void givenPriorityOfARetriedRequest_thenItKeepsItsPlace() throws Exception {
    Dispatcher<String, String> dispatcher =
        dispatcher(
            FAST,
            1,
            request -> request.equals("0") && tried(request) == 1 ? broken(null) : good(request));
    submit(dispatcher, 20);
    assertEquals(20, drain(dispatcher).size());
    assertEquals("0", sent.get(11).request());
  }

  @Test
  public void givenExchangeThatThrows_thenItSurfaces() {
    for (Throwable thrown :
        new Throwable[] {new IllegalArgumentException("bug"), new AssertionError("bug")}) {
      Dispatcher<String, String> dispatcher =
          dispatcher(
              FAST,
              1,
              request -> {
                if (thrown instanceof Error error) {
                  throw error;
                }
                throw (RuntimeException) thrown;
              });
      submit(dispatcher, 1);
      assertSame(thrown, assertThrows(IllegalStateException.class, dispatcher::next).getCause());
    }
  }

  @Test
  public void givenTwoDispatchersOnOneLimit_thenTheSecondGoesOnWhereTheFirstStopped()
      throws Exception {
    RateLimit limit = new FixedRateLimit(10, time.nanoTime());
    for (int i = 0; i < 2; i++) {
      Dispatcher<String, String> dispatcher = dispatcher(limit, 32, this::good);
      submit(dispatcher, 30);
      assertEquals(30, drain(dispatcher).size());
    }
    assertEquals(60, sent.size());
    assertLimited(10);
  }

  @Test
  public void givenStopWhileTheLimitIsWaitedFor_thenAtOnceAndTheRestIsDropped() throws Exception {
    Dispatcher<String, String> dispatcher = dispatcher(1, 4, this::good);
    submit(dispatcher, 10);
    Duration stop = Duration.ofMillis(2500);
    time.in(stop, dispatcher::stop);
    assertEquals(3, drain(dispatcher).size());
    assertEquals(stop, time.elapsed());
    assertEquals(7, dispatcher.dropped().size());
    assertAllAccountedFor(dispatcher, 10);
  }

  @Test
  public void givenStopDuringAPauseOf429_thenAtOnce() throws Exception {
    Dispatcher<String, String> dispatcher =
        dispatcher(FAST, 1, request -> tooMany(Duration.ofMinutes(5)));
    submit(dispatcher, 3);
    Duration stop = Duration.ofSeconds(10);
    time.in(stop, dispatcher::stop);
    assertNull(dispatcher.next());
    assertEquals(stop, time.elapsed());
    assertEquals("the refused one, too", 3, dispatcher.dropped().size());
    assertAllAccountedFor(dispatcher, 3);
  }

  @Test
  public void givenStopWithRequestsInFlight_thenTheyAreStillReturned() throws Exception {
    Dispatcher<String, String> dispatcher = dispatcher(FAST, 3, this::good);
    submit(dispatcher, 10);
    time.in(LATENCY.dividedBy(2), dispatcher::stop);
    List<Dispatcher.Completion<String, String>> done = drain(dispatcher);
    assertEquals(List.of("0", "1", "2"), done.stream().map(c -> c.request()).toList());
    assertEquals(LATENCY.toMillis(), time.elapsed().toMillis());
    assertEquals(7, dispatcher.dropped().size());
    assertAllAccountedFor(dispatcher, 10);
    assertNull("and nothing more", dispatcher.next());
  }

  @Test
  public void givenStopAndFailuresInFlight_thenNoneIsTriedAgain() throws Exception {
    Dispatcher<String, String> dispatcher =
        dispatcher(
            FAST, 4, request -> request.equals("0") ? tooMany(null) : broken(Duration.ofHours(1)));
    submit(dispatcher, 2);
    time.in(LATENCY.dividedBy(2), dispatcher::stop);
    assertNull(dispatcher.next());
    assertEquals(LATENCY.toMillis(), time.elapsed().toMillis());
    assertEquals(2, sent.size());
    assertAllAccountedFor(dispatcher, 2);
  }

  @Test
  public void givenStopWhileARequestWaitsToBeTriedAgain_thenItIsDropped() throws Exception {
    Dispatcher<String, String> dispatcher =
        dispatcher(FAST, 4, request -> broken(Duration.ofHours(1)));
    submit(dispatcher, 1);
    time.in(Duration.ofMinutes(1), dispatcher::stop);
    assertNull(dispatcher.next());
    assertEquals(Duration.ofMinutes(1), time.elapsed());
    assertEquals(List.of("0"), dispatcher.dropped());
  }

  @Test
  public void givenStopBeforeOrBetween_thenNothingMoreIsSent() throws Exception {
    Dispatcher<String, String> dispatcher = dispatcher(FAST, 1, this::good);
    assertFalse(dispatcher.isStopped());
    submit(dispatcher, 2);
    dispatcher.stop();
    assertTrue(dispatcher.isStopped());
    assertNull(dispatcher.next());
    dispatcher.submit("late", 0);
    assertNull(dispatcher.next());
    assertEquals(List.of(), sent);
    assertEquals(Set.of("0", "1", "late"), Set.copyOf(dispatcher.dropped()));
    assertEquals(3, dispatcher.dropped().size());
  }

  @Test
  public void givenOneKey_thenOneLimit() {
    String key = DispatcherTest.class.getName();
    RateLimit first = RateLimits.shared(key + "/0", () -> new FixedRateLimit(1, 0));
    assertSame(first, RateLimits.shared(key + "/0", () -> new FixedRateLimit(2, 0)));
    assertTrue(first != RateLimits.shared(key + "/1", () -> new FixedRateLimit(1, 0)));
  }

  @Test
  public void givenRetryPolicy_thenWaitsAreSpreadAndBounded() {
    for (double random : new double[] {0, 0.5, 1}) {
      RetryPolicy policy =
          new RetryPolicy(6, Duration.ofMillis(500), Duration.ofSeconds(10), () -> random);
      assertEquals(Duration.ofMillis((long) (500 * (0.5 + random))), policy.wait(1));
      assertEquals(Duration.ofMillis((long) (1000 * (0.5 + random))), policy.wait(2));
      assertEquals(Duration.ofSeconds(10), policy.wait(40));
    }
    assertEquals(6, RetryPolicy.standard(LATENCY).attempts());
  }

  private Dispatcher<String, String> dispatcher(
      double rate, int maxInFlight, Function<String, Answer<String>> server) {
    return dispatcher(new FixedRateLimit(rate, time.nanoTime()), maxInFlight, server);
  }

  private Dispatcher<String, String> dispatcher(
      RateLimit limit, int maxInFlight, Function<String, Answer<String>> server) {
    RetryPolicy retries =
        new RetryPolicy(6, Duration.ofMillis(500), Duration.ofMinutes(1), () -> 0.5);
    threads = maxInFlight;
    return new Dispatcher<>(
        request -> {
          tries.merge(request, 1, Integer::sum);
          sent.add(new Sent(request, startOfThis));
          return server.apply(request);
        },
        this::start,
        limit,
        retries,
        maxInFlight,
        time,
        pauses::add);
  }

  private void start(Runnable work) {
    if (underWay == threads) {
      waiting.add(work);
      mostWaiting = Math.max(mostWaiting, waiting.size());
    } else {
      run(work);
    }
  }

  /** What is done by the executor is done when the answer arrives. */
  private void run(Runnable work) {
    Duration start = time.elapsed();
    starts.add(start);
    underWay++;
    mostUnderWay = Math.max(mostUnderWay, underWay);
    time.in(
        latency.get(),
        () -> {
          startOfThis = start;
          underWay--;
          work.run();
          if (!waiting.isEmpty()) {
            run(waiting.poll());
          }
        });
  }

  private static void submit(Dispatcher<String, String> dispatcher, int count) {
    for (int i = 0; i < count; i++) {
      dispatcher.submit(String.valueOf(i), 0);
    }
  }

  private static List<Dispatcher.Completion<String, String>> drain(
      Dispatcher<String, String> dispatcher) throws InterruptedException {
    List<Dispatcher.Completion<String, String>> all = new ArrayList<>();
    for (var next = dispatcher.next(); next != null; next = dispatcher.next()) {
      all.add(next);
    }
    return all;
  }

  /** Each request was either returned or dropped; returned ones were sent. */
  private void assertAllAccountedFor(Dispatcher<String, String> dispatcher, int submitted) {
    Set<String> known = new HashSet<>(order());
    known.addAll(dispatcher.dropped());
    assertEquals(submitted, known.size());
    assertEquals(dispatcher.dropped().size(), Set.copyOf(dispatcher.dropped()).size());
  }

  /** How often this request was sent, this time included. */
  private int tried(String request) {
    return tries.get(request);
  }

  private List<String> order() {
    return sent.stream().map(Sent::request).toList();
  }

  /** Milliseconds from each answer to the next start, where requests go one by one. */
  private List<Long> gaps() {
    List<Long> gaps = new ArrayList<>();
    for (int i = 1; i < sent.size(); i++) {
      gaps.add(sent.get(i).at().minus(sent.get(i - 1).at()).minus(LATENCY).toMillis());
    }
    return gaps;
  }

  /** Milliseconds from each answer to one request to its next start. */
  private List<Long> waitsOf(String request) {
    List<Long> waits = new ArrayList<>();
    Duration answered = null;
    for (Sent each : sent) {
      if (each.request().equals(request)) {
        if (answered != null) {
          waits.add(each.at().minus(answered).toMillis());
        }
        answered = each.at().plus(LATENCY);
      }
    }
    return waits;
  }

  private void assertLimited(int rate) {
    assertTrue(starts.size() > rate);
    for (int i = 0; i + rate < starts.size(); i++) {
      Duration took = starts.get(i + rate).minus(starts.get(i));
      assertTrue(rate + 1 + " in " + took, took.compareTo(Duration.ofSeconds(1)) >= 0);
    }
  }

  private Answer<String> good(String request) {
    return new Answer.Ok<>(request, Instant.EPOCH);
  }

  private static Answer<String> tooMany(Duration retryAfter) {
    return failed(FailureKind.RATE_LIMITED, retryAfter);
  }

  private static Answer<String> broken(Duration retryAfter) {
    return failed(FailureKind.SERVER_ERROR, retryAfter);
  }

  private static Answer<String> failed(FailureKind kind, Duration retryAfter) {
    return new Answer.Failed<>(new Failure(kind, 0, "no", null, retryAfter));
  }
}
