package dev.circlebeam.sample;

import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Delivers answers past the JDK's server, byte by byte, or not at all. */
final class BrokenReplies {
  private static final Logger LOG = Logger.getLogger(BrokenReplies.class.getName());
  private static final int PIECES = 20;
  private static final long BETWEEN_PIECES_MILLIS = 40;
  private static final long BETWEEN_BYTES_MILLIS = 50;

  private final Wire wire;
  private final ScheduledExecutorService later;

  /** Delivers by that wire; what takes long waits in the executor and holds no thread. */
  BrokenReplies(Wire wire, ScheduledExecutorService later) {
    this.wire = wire;
    this.later = later;
  }

  /**
   * Delivers an answer and ends the exchange when that is done.
   *
   * @throws IOException if the client is gone
   */
  void send(HttpExchange exchange, Reply reply) throws IOException {
    Wire.Line line = wire.of(exchange);
    if (line == null) {
      exchange.close();
      return;
    }
    byte[] body = ReplySender.body(reply, exchange.getRequestHeaders().getFirst("Accept"));
    byte[] whole = whole(reply, body);
    int half = whole.length - body.length / 2;
    switch (reply.delivery()) {
      case RESET -> {
        line.reset();
        exchange.close();
      }
      case RESET_IN_BODY -> {
        line.send(whole, 0, half);
        line.reset();
        exchange.close();
      }
      case DOWN_FOR_A_MOMENT -> {
        wire.goDown();
        exchange.close();
        after(Wire.MOMENT.toMillis(), wire::comeBack, exchange);
      }
      case DOWN_FOR_GOOD -> {
        wire.goDown();
        exchange.close();
      }
      case STALLED_IN_BODY -> line.send(whole, 0, half);
      case SLOW -> {
        int head = whole.length - body.length;
        line.send(whole, 0, head);
        int piece = body.length / PIECES + 1;
        send(line, whole, head, piece, BETWEEN_PIECES_MILLIS, exchange);
      }
      case TRICKLING -> {
        int head = whole.length - body.length;
        line.send(whole, 0, head);
        send(line, whole, head, 1, BETWEEN_BYTES_MILLIS, exchange);
      }
      default -> {
        line.send(whole, 0, whole.length);
        exchange.close();
      }
    }
  }

  private void send(
      Wire.Line line, byte[] whole, int from, int piece, long pauseMillis, HttpExchange exchange)
      throws IOException {
    int to = Math.min(from + piece, whole.length);
    line.send(whole, from, to);
    if (to == whole.length) {
      exchange.close();
    } else {
      after(pauseMillis, () -> send(line, whole, to, piece, pauseMillis, exchange), exchange);
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private void after(long millis, Step step, HttpExchange exchange) {
    try {
      Future<?> unused =
          later.schedule(
              () -> {
                try {
                  step.run();
                } catch (IOException e) {
                  LOG.log(Level.FINE, "The client has given up", e);
                  exchange.close();
                }
              },
              millis,
              TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.log(Level.FINE, "The sample server is closing", e);
      exchange.close();
    }
  }

  private static byte[] whole(Reply reply, byte[] body) {
    Map<String, String> headers = new TreeMap<>(reply.headers());
    headers.put("Content-Type", reply.contentType());
    headers.put("Content-Length", Integer.toString(body.length));
    headers.put("Connection", "close");
    StringBuilder head = new StringBuilder("HTTP/1.1 " + reply.status() + " \r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    bytes.writeBytes(body);
    return bytes.toByteArray();
  }
}
