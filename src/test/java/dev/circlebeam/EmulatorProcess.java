package dev.circlebeam;

import java.io.File;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** An emulator that {@code scripts/tools} brought, as a process on 127.0.0.1. */
final class EmulatorProcess implements AutoCloseable {
  /** Where {@code scripts/tools} puts things. */
  static final Path TOOLS = Path.of(".tools").toAbsolutePath();

  /** The emulator of Cloud Storage. */
  static final Path STORAGE = TOOLS.resolve("bin/fake-gcs-server");

  private static final int STARTS = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final String url;

  private EmulatorProcess(Process process, String url) {
    this.process = process;
    this.url = url;
  }

  /**
   * Starts fake-gcs-server and waits until it answers.
   *
   * @param backend its flags that say where objects are kept
   * @param log where it writes what it has to say
   */
  static EmulatorProcess storage(List<String> backend, File log) throws Exception {
    return start(
        port -> {
          ProcessBuilder builder =
              new ProcessBuilder(
                  STORAGE.toString(),
                  "-scheme=http",
                  "-host=127.0.0.1",
                  "-port=" + port,
                  "-public-host=127.0.0.1:" + port,
                  "-external-url=http://127.0.0.1:" + port,
                  "-log-level=error");
          builder.command().addAll(backend);
          return builder;
        },
        Map.of(),
        "/storage/v1/b?project=project",
        log);
  }

  /**
   * Starts a process and waits until it answers.
   *
   * @param command makes the command of a port
   * @param environment variables that it gets beside ours
   * @param ready a path that is answered with 200 once it works
   * @param log where it writes what it has to say
   */
  static EmulatorProcess start(
      IntFunction<ProcessBuilder> command, Map<String, String> environment, String ready, File log)
      throws Exception {
    // Another process may take the port in between.
    for (int i = 0; i < STARTS; i++) {
      int port = freePort();
      ProcessBuilder builder = command.apply(port);
      builder.environment().putAll(environment);
      Process process =
          builder
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
              .start();
      EmulatorProcess emulator = new EmulatorProcess(process, "http://127.0.0.1:" + port);
      if (emulator.waitUntilAnswered(ready)) {
        return emulator;
      }
      emulator.close();
    }
    throw new AssertionError("an emulator does not start; it says why in " + log);
  }

  private boolean waitUntilAnswered(String path) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (process.isAlive() && System.nanoTime() < end) {
      if (isAnswered(path)) {
        return true;
      }
      process.waitFor(20, TimeUnit.MILLISECONDS);
    }
    return false;
  }

  private boolean isAnswered(String path) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) URI.create(url + path).toURL().openConnection();
      return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns a port of this machine that nobody listened on a moment ago. */
  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Where it is, without a slash at the end. */
  String url() {
    return url;
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }
}
