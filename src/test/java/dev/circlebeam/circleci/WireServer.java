package dev.circlebeam.circleci;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;

/** Answers on 127.0.0.1 byte by byte as a test wants it, and remembers what it was asked. */
final class WireServer implements AutoCloseable {
  /** Answers one request. */
  @FunctionalInterface
  interface Script {
    void answer(Request request, Wire wire) throws IOException;
  }

  /**
   * What was asked.
   *
   * @param line the first line
   * @param headers by name, whose case does not matter
   */
  record Request(String line, Map<String, String> headers) {}

  /** The connection that a request came by. */
  static final class Wire {
    private final OutputStream out;
    private final Socket socket;
    private final CountDownLatch closing;

    private Wire(Socket socket, CountDownLatch closing) throws IOException {
      this.socket = socket;
      this.out = socket.getOutputStream();
      this.closing = closing;
    }

    void send(String text) throws IOException {
      send(text.getBytes(StandardCharsets.UTF_8));
    }

    void send(byte[] bytes) throws IOException {
      out.write(bytes);
      out.flush();
    }

    void close() throws IOException {
      socket.close();
    }

    /** Does nothing more until the server is closed, or the time is up. */
    boolean holds(long millis) {
      try {
        return !closing.await(millis, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }

  private final ServerSocket listening;
  private final Script script;
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private final CountDownLatch closing = new CountDownLatch(1);

  private WireServer(Script script) throws IOException {
    this.script = script;
    this.listening = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
  }

  static WireServer start(Script script) throws IOException {
    WireServer server = new WireServer(script);
    server.thread(server::accept);
    return server;
  }

  /** An answer that says how long it is. */
  static Script answering(String status, String body, String... headers) {
    return answering(status, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  /** An answer that says how long it is. */
  static Script answering(String status, byte[] body, String... headers) {
    return (request, wire) -> {
      wire.send(head(status, headers) + "Content-Length: " + body.length + "\r\n\r\n");
      wire.send(body);
    };
  }

  /** Status and headers; the empty line is still to come. */
  static String head(String status, String... headers) {
    StringBuilder head = new StringBuilder("HTTP/1.1 " + status + "\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    return head.toString();
  }

  static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  String url() {
    return "http://127.0.0.1:" + listening.getLocalPort();
  }

  List<Request> requests() {
    return requests;
  }

  /** How many connections were opened so far. */
  int connections() {
    return connections.get();
  }

  @Override
  public void close() throws IOException {
    closing.countDown();
    listening.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listening.accept();
        socket.setTcpNoDelay(true);
        connections.incrementAndGet();
        sockets.add(socket);
        thread(() -> serve(socket));
      }
    } catch (IOException e) {
      closing.countDown();
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      Wire wire = new Wire(socket, closing);
      for (Request request = read(in); request != null; request = read(in)) {
        requests.add(request);
        script.answer(request, wire);
      }
    } catch (IOException e) {
      // The client went away, or the test is over.
      sockets.remove(socket);
    }
  }

  private static Request read(InputStream in) throws IOException {
    String first = line(in);
    if (first == null) {
      return null;
    }
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
    }
    return new Request(first, headers);
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        return null;
      }
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  private void thread(Runnable work) {
    Thread thread = new Thread(work, "wire-server");
    thread.setDaemon(true);
    thread.start();
  }
}
