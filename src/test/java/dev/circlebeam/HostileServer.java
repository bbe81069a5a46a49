package dev.circlebeam;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Answers each path below {@code /api/v2/} as a test wants it, on 127.0.0.1. */
final class HostileServer implements AutoCloseable {
  private record Reply(int status, String body, String header, String value) {}

  private final HttpServer server;
  private final Map<String, Reply> replies = new LinkedHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();

  HostileServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    server.createContext("/", this::answer);
    server.start();
  }

  /** Sets what is answered; the longest path that begins the one that is asked for counts. */
  HostileServer with(String path, int status, String body) {
    return with(path, status, body, null, null);
  }

  /** Sets what is answered, with a header. */
  HostileServer with(String path, int status, String body, String header, String value) {
    replies.put("/api/v2/" + path, new Reply(status, body, header, value));
    return this;
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** The raw paths that were asked for. */
  List<String> asked() {
    return asked;
  }

  private void answer(HttpExchange exchange) {
    String path = exchange.getRequestURI().getRawPath();
    asked.add(path);
    Reply reply =
        replies.entrySet().stream()
            .filter(entry -> path.startsWith(entry.getKey()))
            .max((a, b) -> Integer.compare(a.getKey().length(), b.getKey().length()))
            .map(Map.Entry::getValue)
            .orElse(new Reply(404, "{\"message\": \"not found\"}", null, null));
    byte[] body = reply.body.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      if (reply.header != null) {
        exchange.getResponseHeaders().set(reply.header, reply.value);
      }
      exchange.sendResponseHeaders(reply.status, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
