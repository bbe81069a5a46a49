package dev.circlebeam;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between a sync and a server, and keeps one request waiting for as long as a test likes. A
 * sync that has but one request in flight stands still then.
 */
final class HoldingProxy implements AutoCloseable {
  private static final Set<String> NOT_FORWARDED =
      Set.of("connection", "host", "content-length", "upgrade", "http2-settings");
  private static final int PATIENCE_SECONDS = 60;

  private final String server;
  private final HttpServer http;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final AtomicInteger requests = new AtomicInteger();
  private volatile int held = -1;
  private volatile CountDownLatch arrived = new CountDownLatch(1);
  private volatile CountDownLatch released = new CountDownLatch(1);

  private HoldingProxy(String server) throws IOException {
    this.server = server;
    this.http =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), 0);
    http.setExecutor(threads);
    http.createContext("/", this::handle);
  }

  /** Starts a proxy that lets everything pass. */
  static HoldingProxy start(String server) throws IOException {
    HoldingProxy proxy = new HoldingProxy(server);
    proxy.http.start();
    return proxy;
  }

  String url() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  /** Holds the request that comes after some others, counted from now. */
  void holdAfter(int others) {
    arrived = new CountDownLatch(1);
    released = new CountDownLatch(1);
    requests.set(0);
    held = others;
  }

  /** Waits until that request is there. */
  void awaitHeld() throws InterruptedException {
    if (!arrived.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("only " + requests() + " requests came, not " + (held + 1));
    }
  }

  /** Lets it pass. */
  void release() {
    released.countDown();
  }

  /** Returns how many came since {@link #holdAfter}. */
  int requests() {
    return requests.get();
  }

  @Override
  public void close() {
    release();
    http.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (requests.getAndIncrement() == held) {
        arrived.countDown();
        released.await();
      }
      forward(exchange);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void forward(HttpExchange exchange) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server + exchange.getRequestURI()));
    exchange
        .getRequestHeaders()
        .forEach(
            (name, values) -> {
              if (!NOT_FORWARDED.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
              }
            });
    HttpResponse<byte[]> answer =
        client.send(request.GET().build(), HttpResponse.BodyHandlers.ofByteArray());
    answer
        .headers()
        .map()
        .forEach(
            (name, values) -> {
              if (!name.equals("content-length") && !name.equals("transfer-encoding")) {
                exchange.getResponseHeaders().put(name, values);
              }
            });
    exchange.sendResponseHeaders(answer.statusCode(), answer.body().length);
    exchange.getResponseBody().write(answer.body());
  }
}
