package dev.circlebeam;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
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
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;

/** Stands before an emulator, knows what it was asked, and may keep a request from it. */
public final class RecordingProxy implements AutoCloseable {
  private static final Set<String> NOT_FORWARDED =
      Set.of(
          "connection", "host", "content-length", "transfer-encoding", "upgrade", "http2-settings");
  private static final int POLL_MILLIS = 50;

  private static final String FORBIDDEN =
      """
      {"error": {"code": 403, "message": "Access Denied: not you", "status": "PERMISSION_DENIED",
       "errors": [{"message": "Access Denied: not you", "domain": "global",
        "reason": "accessDenied"}]}}
      """;

  /** A request. */
  public record Request(String method, String path, String body) {}

  private final String server;
  private final HttpServer http;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final CountDownLatch arrived = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);
  private final Predicate<Request> held;
  private final Predicate<Request> refused;

  private RecordingProxy(String server, Predicate<Request> held, Predicate<Request> refused)
      throws IOException {
    this.server = server;
    this.held = held;
    this.refused = refused;
    this.http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.setExecutor(threads);
    http.createContext("/", this::handle);
  }

  /** Starts a proxy that lets everything pass. */
  public static RecordingProxy start(String server) throws IOException {
    return start(server, request -> false, request -> false);
  }

  /** Starts a proxy that lets everything pass, but nothing of a kind until it is closed. */
  public static RecordingProxy holding(String server, Predicate<Request> held) throws IOException {
    return start(server, held, request -> false);
  }

  /** Starts a proxy that answers requests of a kind as Google does when a permission is missing. */
  public static RecordingProxy refusing(String server, Predicate<Request> refused)
      throws IOException {
    return start(server, request -> false, refused);
  }

  private static RecordingProxy start(
      String server, Predicate<Request> held, Predicate<Request> refused) throws IOException {
    RecordingProxy proxy = new RecordingProxy(server, held, refused);
    proxy.http.start();
    return proxy;
  }

  public String url() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  /** All requests so far, in their order. */
  public List<Request> requests() {
    return List.copyOf(requests);
  }

  /** Waits until a request of a process is held. */
  public void awaitHeld(Process process) throws InterruptedException {
    while (!arrived.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
      if (!process.isAlive()) {
        throw new AssertionError("nothing to hold came among " + requests);
      }
    }
  }

  @Override
  public void close() {
    released.countDown();
    http.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      Request request =
          new Request(
              exchange.getRequestMethod(),
              exchange.getRequestURI().toString(),
              text(body, exchange.getRequestHeaders().getFirst("content-encoding")));
      requests.add(request);
      if (held.test(request)) {
        arrived.countDown();
        released.await();
        return;
      }
      if (refused.test(request)) {
        refuse(exchange);
      } else {
        forward(exchange, body);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void refuse(HttpExchange exchange) throws IOException {
    byte[] answer = FORBIDDEN.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("content-type", "application/json");
    exchange.sendResponseHeaders(403, answer.length);
    exchange.getResponseBody().write(answer);
  }

  private static String text(byte[] body, String encoding) throws IOException {
    if (!"gzip".equals(encoding)) {
      return new String(body, StandardCharsets.UTF_8);
    }
    try (GZIPInputStream plain = new GZIPInputStream(new ByteArrayInputStream(body))) {
      return new String(plain.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void forward(HttpExchange exchange, byte[] body)
      throws IOException, InterruptedException {
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
        client.send(
            request
                .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    answer
        .headers()
        .map()
        .forEach(
            (name, values) -> {
              if (!name.equals("content-length") && !name.equals("transfer-encoding")) {
                exchange.getResponseHeaders().put(name, values);
              }
            });
    boolean empty = answer.body().length == 0;
    exchange.sendResponseHeaders(answer.statusCode(), empty ? -1 : answer.body().length);
    if (!empty) {
      exchange.getResponseBody().write(answer.body());
    }
  }
}
