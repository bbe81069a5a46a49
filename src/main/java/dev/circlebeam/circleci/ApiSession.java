package dev.circlebeam.circleci;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.LongConsumer;

/** A client and the threads that wait for its answers. */
public final class ApiSession implements AutoCloseable {
  private final ApiAccess access;
  private final CircleCiClient client;
  private final ExecutorService executor;

  ApiSession(ApiAccess access) {
    this.access = access;
    this.client = new CircleCiClient(access.connection(), System.getenv(), Clock.systemUTC());
    this.executor =
        Executors.newFixedThreadPool(
            access.maxConcurrentRequests(),
            new ThreadFactoryBuilder().setNameFormat("circleci-%d").setDaemon(true).build());
  }

  /**
   * Returns how often and when this session's run tries again.
   *
   * @return the policy
   */
  public RetryPolicy retries() {
    return RetryPolicy.standard(access.firstRetryWait());
  }

  /**
   * Returns the client, for requests that do not draw on the limit since they have one of their
   * own.
   *
   * @return the session's; not to be closed
   */
  public CircleCiClient client() {
    return client;
  }

  /**
   * Makes a dispatcher that draws on one shard's part of the limit.
   *
   * @param shard the shard, from 0
   * @param retries how often to try
   * @param exchange sends a request with this session's client
   * @param onPause told how many nanoseconds nothing will be sent because of a 429
   * @param <Q> the request
   * @param <T> what a good answer holds
   * @return the dispatcher; no other may draw on the same shard meanwhile
   */
  public <Q, T> Dispatcher<Q, T> dispatcher(
      int shard,
      RetryPolicy retries,
      Function<CircleCiClient, Exchange<Q, T>> exchange,
      LongConsumer onPause) {
    RateLimit limit =
        RateLimits.shared(
            access.runId() + "/" + shard, () -> access.pace().limit(Waiting.REAL.nanoTime()));
    return new Dispatcher<>(
        exchange.apply(client),
        executor,
        limit,
        retries,
        access.maxConcurrentRequests(),
        Waiting.REAL,
        onPause);
  }

  @Override
  public void close() {
    executor.shutdownNow();
    client.close();
  }
}
