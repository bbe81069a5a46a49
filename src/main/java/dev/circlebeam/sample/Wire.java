package dev.circlebeam.sample;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Stands before the JDK's server and hands on every byte, so that its connections can be reset,
 * refused, or written to as no server should.
 */
final class Wire implements AutoCloseable {
  /** How long things take that pass. */
  static final Duration MOMENT = Duration.ofMillis(300);

  private static final Logger LOG = Logger.getLogger(Wire.class.getName());
  private static final int BACKLOG = 1_024;

  private final InetSocketAddress server;
  private final InetSocketAddress address;
  private final ConcurrentMap<Integer, Line> lines = new ConcurrentHashMap<>();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          new ThreadFactoryBuilder().setDaemon(true).setNameFormat("sample-wire-%d").build());
  private ServerSocket listening;
  private boolean closed;

  /**
   * Listens before a server.
   *
   * @param server where it is
   * @param port where to listen on the same address; 0 for any
   * @throws IOException if that port is taken
   */
  Wire(InetSocketAddress server, int port) throws IOException {
    this.server = server;
    this.listening = new ServerSocket(port, BACKLOG, server.getAddress());
    this.address = new InetSocketAddress(server.getAddress(), listening.getLocalPort());
    serve(listening);
  }

  /** Where clients find it. */
  int port() {
    return address.getPort();
  }

  /** The connection that a request of the server came by. */
  Line of(HttpExchange exchange) {
    return lines.get(exchange.getRemoteAddress().getPort());
  }

  /** Resets all connections and refuses new ones. */
  void goDown() throws IOException {
    synchronized (this) {
      listening.close();
    }
    for (Line line : lines.values()) {
      try {
        line.reset();
      } catch (IOException e) {
        LOG.log(Level.FINE, "A connection was gone already", e);
      }
    }
  }

  /** Listens again. */
  synchronized void comeBack() throws IOException {
    if (!closed && listening.isClosed()) {
      listening = new ServerSocket(address.getPort(), BACKLOG, address.getAddress());
      serve(listening);
    }
  }

  @Override
  public void close() {
    try {
      synchronized (this) {
        closed = true;
      }
      goDown();
    } catch (IOException e) {
      LOG.log(Level.FINE, "A connection was gone already", e);
    }
    threads.shutdownNow();
  }

  private void serve(ServerSocket socket) {
    threads.execute(
        () -> {
          try {
            while (true) {
              connect(socket.accept());
            }
          } catch (IOException e) {
            LOG.log(Level.FINE, "Nobody listens any more", e);
          }
        });
  }

  private void connect(Socket client) throws IOException {
    client.setTcpNoDelay(true);
    Socket inner = new Socket(server.getAddress(), server.getPort());
    inner.setTcpNoDelay(true);
    lines.put(inner.getLocalPort(), new Line(client, inner));
    threads.execute(() -> pump(client, inner, inner.getLocalPort()));
    threads.execute(() -> pump(inner, client, inner.getLocalPort()));
  }

  private void pump(Socket from, Socket to, int line) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      LOG.log(Level.FINE, "A connection has ended", e);
    } finally {
      lines.remove(line);
    }
  }

  /** A client's connection. */
  static final class Line {
    private final Socket client;
    private final Socket inner;

    private Line(Socket client, Socket inner) {
      this.client = client;
      this.inner = inner;
    }

    /** Sends bytes that the server knows nothing of. */
    void send(byte[] bytes, int from, int to) throws IOException {
      OutputStream out = client.getOutputStream();
      out.write(bytes, from, to - from);
      out.flush();
    }

    /** Resets the connection: the client is told that it broke, not that it ended. */
    void reset() throws IOException {
      client.setSoLinger(true, 0);
      client.close();
      inner.close();
    }
  }
}
