package dev.circlebeam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.Assume;

/** A Flink cluster with two task managers, as {@code scripts/flink-cluster} starts it. */
final class FlinkCluster implements AutoCloseable {
  static final List<String> TASK_MANAGERS = List.of("task-manager-1", "task-manager-2");

  /** circlebeam with Beam's Flink runner. */
  static final Path JAR = Path.of("target", "circlebeam-flink.jar").toAbsolutePath();

  private static final Path SCRIPT = Path.of("scripts", "flink-cluster").toAbsolutePath();
  private static final long PATIENCE_SECONDS = 120;

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Path folder;
  private final String address;

  private FlinkCluster(Path folder, String address) {
    this.folder = folder;
    this.address = address;
  }

  /** Skips the test when Flink or the jar for it is not there, or is not of these sources. */
  static void assumeThere() throws IOException {
    Assume.assumeTrue("no jar with Flink in target: run scripts/tools", Files.exists(JAR));
    Assume.assumeTrue("the jar with Flink is older than its sources: run scripts/tools", isNew());
    try (Stream<Path> libs = Files.list(Files.createDirectories(EmulatorProcess.TOOLS))) {
      Assume.assumeTrue(
          "no Flink in .tools: run scripts/tools",
          libs.anyMatch(lib -> Files.exists(lib.resolve("flink-libs"))));
    }
  }

  private static boolean isNew() throws IOException {
    long built = JAR.toFile().lastModified();
    if (Path.of("pom.xml").toFile().lastModified() > built) {
      return false;
    }
    try (Stream<Path> sources = Files.walk(Path.of("src", "main"))) {
      return sources.allMatch(source -> source.toFile().lastModified() <= built);
    }
  }

  /**
   * Starts a cluster.
   *
   * @param folder where its files go
   */
  static FlinkCluster start(Path folder) throws Exception {
    return new FlinkCluster(folder, script(folder, "start"));
  }

  /** Runs the script; returns the last line that it prints. */
  private static String script(Path folder, String command) throws Exception {
    Path out = folder.resolve(command + ".out");
    ProcessBuilder builder = new ProcessBuilder(SCRIPT.toString(), command);
    builder.environment().put("FLINK_CLUSTER", folder.toString());
    Process process = builder.redirectErrorStream(true).redirectOutput(out.toFile()).start();
    assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
    String said = Files.readString(out);
    assertEquals(said, 0, process.exitValue());
    return said.lines().reduce("", (line, next) -> next);
  }

  /** What {@code --flinkMaster} is to be. */
  String address() {
    return address;
  }

  /** The task manager that runs code of a package. */
  Optional<String> runs(String code) throws Exception {
    for (String taskManager : TASK_MANAGERS) {
      HttpRequest dump =
          HttpRequest.newBuilder(
                  URI.create("http://" + address + "/taskmanagers/" + taskManager + "/thread-dump"))
              .build();
      if (client.send(dump, HttpResponse.BodyHandlers.ofString()).body().contains(code)) {
        return Optional.of(taskManager);
      }
    }
    return Optional.empty();
  }

  /** Kills a task manager, as an operating system does that is out of memory. */
  void kill(String taskManager) throws Exception {
    long pid = Long.parseLong(Files.readString(folder.resolve(taskManager + ".pid")).strip());
    ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
    process.destroyForcibly();
    process.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws Exception {
    script(folder, "stop");
  }
}
