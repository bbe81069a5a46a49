package dev.circlebeam.sample;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A CircleCI server for tests and trials, on the loopback address only.
 *
 * <p>Example: {@code try (SampleServer server = SampleServer.start(SampleConfig.defaults())) {
 * read(server.url()); }}. Beside the API it serves {@code /sample/stats} and {@code /sample/clock}
 * to other processes.
 */
public final class SampleServer implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(SampleServer.class.getName());
  private static final byte[] LOOPBACK = {127, 0, 0, 1};

  /** Few: many take turns, and of requests that come together all are ready as late as the last. */
  private static final int HANDLER_THREADS = 4;

  private static final int DELAY_THREADS = 2;
  private static final int LONGEST_BODY = 1 << 16;

  static {
    // The JDK's server reads these once, when its first class is loaded. Without the first one
    // every answer waits for the client's acknowledgement; without the others it closes idle
    // connections of busy clients.
    setIfAbsent("sun.net.httpserver.nodelay", "true");
    setIfAbsent("sun.net.httpserver.maxIdleConnections", "4000");
    setIfAbsent("sun.net.httpserver.idleInterval", "300");
  }

  private final SampleConfig config;
  private final SampleOrganization organization;
  private final SampleClock clock;
  private final StatsRecorder stats;
  private final Api api;
  private final ControlRoutes control;
  private final ReplySender sender;
  private final HttpServer http;
  private final @Nullable Wire wire;
  private final @Nullable BrokenReplies broken;
  private final ExecutorService handlers;
  private final ScheduledExecutorService delays;
  private final Set<HttpExchange> stalled = ConcurrentHashMap.newKeySet();

  private SampleServer(SampleConfig config) throws IOException {
    long nanos = System.nanoTime();
    this.config = config;
    this.organization = new SampleOrganization(config);
    this.clock = new SampleClock(config.now());
    this.stats = new StatsRecorder(nanos);
    this.api = new Api(organization, nanos);
    this.control = new ControlRoutes(stats, clock);
    this.sender = new ReplySender(config.gzip());
    this.handlers = Executors.newFixedThreadPool(HANDLER_THREADS, threads("sample-handler-%d"));
    this.delays = Executors.newScheduledThreadPool(DELAY_THREADS, threads("sample-delay-%d"));
    // A wire costs threads and copies: it is there only when something is to go wrong with it.
    boolean onWire = config.faults().rules().stream().anyMatch(rule -> rule.kind().needsWire());
    this.http =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), onWire ? 0 : config.port()),
            1_024);
    http.setExecutor(handlers);
    http.createContext("/", this::handle);
    this.wire = onWire ? new Wire(http.getAddress(), config.port()) : null;
    this.broken = onWire ? new BrokenReplies(wire, delays) : null;
  }

  /**
   * Starts a server.
   *
   * @param config what it serves and how
   * @return the server, which answers already
   * @throws UncheckedIOException if it cannot listen on the port
   */
  public static SampleServer start(SampleConfig config) {
    try {
      SampleServer server = new SampleServer(config);
      server.http.start();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on port " + config.port(), e);
    }
  }

  /**
   * Where the server is.
   *
   * @return for example {@code http://127.0.0.1:8080}, without {@code /api/v2}
   */
  public String url() {
    return "http://127.0.0.1:" + (wire != null ? wire.port() : http.getAddress().getPort());
  }

  /**
   * What the server serves; with {@link #clock} it lists all that the server answers right now.
   *
   * @return the organization
   */
  public SampleOrganization organization() {
    return organization;
  }

  /**
   * What the server's clock shows.
   *
   * @return the instant; it stands still until it is moved
   */
  public Instant clock() {
    return clock.now();
  }

  /**
   * Moves the server's clock.
   *
   * @param duration by how much; may be negative
   * @return what it shows then
   */
  public Instant advance(Duration duration) {
    return clock.advance(duration);
  }

  /**
   * Sets the server's clock.
   *
   * @param now what it shows from now on
   */
  public void setClock(Instant now) {
    clock.set(now);
  }

  /**
   * What the server has counted.
   *
   * @return the counts of this moment
   */
  public SampleStats stats() {
    return stats.snapshot();
  }

  /** Forgets what was counted. */
  public void resetStats() {
    stats.reset(System.nanoTime());
  }

  /** Closes all connections, also those of requests that were never answered. */
  @Override
  public void close() {
    delays.shutdownNow();
    if (wire != null) {
      wire.close();
    }
    http.stop(0);
    for (HttpExchange exchange : stalled) {
      exchange.close();
    }
    handlers.shutdownNow();
  }

  private void handle(HttpExchange exchange) {
    long nanos = System.nanoTime();
    Api.Call call =
        api.call(
            exchange.getRequestMethod(),
            exchange.getRequestURI(),
            exchange.getRequestHeaders(),
            clock.now());
    ApiRequest request = call.request();
    Headers headers = exchange.getRequestHeaders();
    if (request.path().startsWith(ControlRoutes.PREFIX)) {
      send(exchange, sender.ready(headers, control.handle(request)));
      return;
    }
    stats.arrived(call.route(), request.url(), nanos);
    ReplySender.Outgoing outgoing = answer(call.withBody(body(exchange)), headers, nanos);
    if (outgoing.reply().delivery() == Reply.Delivery.STALLED) {
      stalled.add(exchange);
    } else if (config.latency().isZero()) {
      finish(exchange, request, outgoing);
    } else {
      sendLater(exchange, request, outgoing, nanos);
    }
  }

  /** What came with the request; nothing if the client went away meanwhile. */
  private static String body(HttpExchange exchange) {
    try {
      byte[] sent = exchange.getRequestBody().readNBytes(LONGEST_BODY);
      return new String(sent, StandardCharsets.UTF_8);
    } catch (IOException e) {
      LOG.log(Level.FINE, "A request did not arrive as a whole", e);
      return "";
    }
  }

  /** An answer whatever happens: a request without one would hang its client. */
  private ReplySender.Outgoing answer(Api.Call call, Headers headers, long nanos) {
    try {
      return sender.ready(headers, api.answer(call, nanos));
    } catch (RuntimeException e) {
      LOG.log(Level.SEVERE, e, () -> "The sample server failed at " + call.request().url());
      return sender.ready(headers, Reply.message(500, "Internal server error."));
    }
  }

  /**
   * Waits without a thread, so that any number of requests can wait at once. What the server had to
   * do for the answer is part of the wait: only sending it comes after.
   */
  private void sendLater(
      HttpExchange exchange, ApiRequest request, ReplySender.Outgoing outgoing, long nanos) {
    long wait = config.latency().toNanos() - (System.nanoTime() - nanos);
    try {
      Future<?> unused =
          delays.schedule(
              () -> finish(exchange, request, outgoing), Math.max(0, wait), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      LOG.log(Level.FINE, "The sample server is closing", e);
      exchange.close();
    }
  }

  private void finish(HttpExchange exchange, ApiRequest request, ReplySender.Outgoing outgoing) {
    // Counted before it is sent: who has the answer finds it in the counts.
    if (outgoing.reply().delivery().isNothing()) {
      stats.dropped();
    } else {
      stats.answered(request.url(), outgoing.reply().status());
    }
    send(exchange, outgoing);
  }

  private void send(HttpExchange exchange, ReplySender.Outgoing outgoing) {
    try {
      Reply reply = outgoing.reply();
      if (broken != null && reply.delivery().needsWire()) {
        broken.send(exchange, reply);
      } else {
        sender.send(exchange, outgoing);
      }
    } catch (IOException | RuntimeException e) {
      // The client went away, or an answer was cut short on purpose.
      LOG.log(Level.FINE, "An answer did not reach its client", e);
      exchange.close();
    }
  }

  private static ThreadFactory threads(String nameFormat) {
    return new ThreadFactoryBuilder().setDaemon(true).setNameFormat(nameFormat).build();
  }

  private static void setIfAbsent(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
