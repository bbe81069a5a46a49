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
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Stands between a client and {@link GcsEmulator}: writes down what is asked, and lets an upload
 * arrive late, or refuses what it is told to.
 */
public final class GcsProxy implements AutoCloseable {
  private static final Set<String> NOT_FORWARDED =
      Set.of(
          "connection",
          "host",
          "content-length",
          "upgrade",
          "http2-settings",
          "expect",
          "transfer-encoding");
  private static final int PATIENCE_SECONDS = 60;

  private final String emulator;
  private final HttpServer http;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final AtomicBoolean holdsNext = new AtomicBoolean();
  private final CountDownLatch arrived = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);
  private volatile String refused = "nothing";

  private GcsProxy(String emulator) throws IOException {
    this.emulator = emulator;
    this.http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.setExecutor(threads);
    http.createContext("/", this::handle);
  }

  /** Starts a proxy that lets everything pass. */
  public static GcsProxy start(GcsEmulator emulator) throws IOException {
    GcsProxy proxy = new GcsProxy(emulator.endpoint().replace("/storage/v1/", ""));
    proxy.http.start();
    return proxy;
  }

  /** Where its API is, as {@code --gcsEndpoint} has it. */
  public String endpoint() {
    return "http://127.0.0.1:" + http.getAddress().getPort() + "/storage/v1/";
  }

  /** Holds the next upload until {@link #release}. */
  public void holdNextUpload() {
    holdsNext.set(true);
  }

  /** Waits until that upload is there. */
  public void awaitHeld() throws InterruptedException {
    if (!arrived.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("no upload came");
    }
  }

  /** Lets it pass. */
  public void release() {
    released.countDown();
  }

  /** Answers 403 to requests that begin like this, such as {@code "DELETE "}. */
  public void refuse(String beginning) {
    refused = beginning;
  }

  /** What was asked: method, path and query. */
  public List<String> requests() {
    return requests;
  }

  @Override
  public void close() {
    release();
    http.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String line = exchange.getRequestMethod() + " " + exchange.getRequestURI();
      requests.add(line);
      if (line.startsWith("POST /upload/") && holdsNext.compareAndSet(true, false)) {
        arrived.countDown();
        released.await();
      }
      if (line.startsWith(refused)) {
        byte[] message =
            "{\"error\": {\"code\": 403, \"message\": \"somebody does not have access\"}}"
                .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(403, message.length);
        exchange.getResponseBody().write(message);
        return;
      }
      forward(exchange, body);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void forward(HttpExchange exchange, byte[] body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(emulator + exchange.getRequestURI()))
            .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
    exchange
        .getRequestHeaders()
        .forEach(
            (name, values) -> {
              if (!NOT_FORWARDED.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
              }
            });
    HttpResponse<byte[]> answer =
        client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    answer
        .headers()
        .map()
        .forEach(
            (name, values) -> {
              if (!name.equals("content-length") && !name.equals("transfer-encoding")) {
                exchange.getResponseHeaders().put(name, values);
              }
            });
    exchange.sendResponseHeaders(
        answer.statusCode(), answer.body().length == 0 ? -1 : answer.body().length);
    exchange.getResponseBody().write(answer.body());
  }
}
