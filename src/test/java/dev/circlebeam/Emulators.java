package dev.circlebeam;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.Assume;

/**
 * A BigQuery and a Cloud Storage of our own, on 127.0.0.1. What is stored in the one is a file that
 * the other loads.
 */
public final class Emulators implements AutoCloseable {
  /** The project that everything is in. */
  public static final String PROJECT = "test-project";

  /** A bucket for rows that wait to be loaded. */
  public static final String BUCKET = "waiting-rows";

  private static final Path TOOLS = Path.of(".tools").toAbsolutePath();
  private static final Path BIGQUERY = TOOLS.resolve("bqemulator/bin/bqemulator");
  private static final Path STORAGE = TOOLS.resolve("bin/fake-gcs-server");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<Process> processes = new ArrayList<>();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String bigQuery;
  private final String storage;

  private Emulators(int bigQueryPort, int storagePort) {
    this.bigQuery = "http://127.0.0.1:" + bigQueryPort;
    this.storage = "http://127.0.0.1:" + storagePort;
  }

  /**
   * Starts both, with a bucket; skips the test when they are not installed.
   *
   * @param folder where their files go
   */
  public static Emulators start(Path folder) throws Exception {
    Assume.assumeTrue(
        "no BigQuery emulator in .tools: run scripts/tools", Files.isExecutable(BIGQUERY));
    Assume.assumeTrue(
        "no Cloud Storage emulator in .tools: run scripts/tools", Files.isExecutable(STORAGE));
    Path files = Files.createDirectories(folder.resolve("buckets"));
    int bigQueryPort = freePort();
    int storagePort = freePort();
    Emulators emulators = new Emulators(bigQueryPort, storagePort);
    boolean started = false;
    try {
      emulators.startBigQuery(folder, files, bigQueryPort);
      emulators.startStorage(folder, files, storagePort);
      emulators.send("POST", emulators.storage + "/storage/v1/b?project=p", named(BUCKET));
      started = true;
    } finally {
      if (!started) {
        emulators.close();
      }
    }
    return emulators;
  }

  private void startBigQuery(Path folder, Path files, int port) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            BIGQUERY.toString(),
            "start",
            "--rest-port=" + port,
            "--grpc-port=" + freePort(),
            "--log-level=warning");
    builder.environment().put("HOME", TOOLS.resolve("bqemulator/home").toString());
    builder.environment().put("BQEMU_GCS_LOCAL_ROOT", files.toString());
    start(builder, folder.resolve("bigquery.log"), bigQuery + "/healthz");
  }

  private void startStorage(Path folder, Path files, int port) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            STORAGE.toString(),
            "-backend=filesystem",
            "-filesystem-root=" + files,
            "-scheme=http",
            "-host=127.0.0.1",
            "-port=" + port,
            "-public-host=127.0.0.1:" + port,
            "-external-url=" + storage);
    start(builder, folder.resolve("storage.log"), storage + "/storage/v1/b?project=p");
  }

  private void start(ProcessBuilder builder, Path log, String ready) throws Exception {
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    processes.add(process);
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!answers(ready)) {
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new AssertionError(builder.command() + ": " + Files.readString(log));
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  private boolean answers(String url) throws InterruptedException {
    try {
      HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
      return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** Where BigQuery is. */
  public String bigQueryUrl() {
    return bigQuery;
  }

  /** Where Cloud Storage is. */
  public String storageUrl() {
    return storage;
  }

  /** Flags that make Beam go there. */
  public List<String> flags() {
    return flags(bigQuery, storage);
  }

  /** The same, with something between. */
  public static List<String> flags(String bigQueryUrl, String storageUrl) {
    return List.of(
        "--bigQueryEndpoint=" + bigQueryUrl,
        "--gcsEndpoint=" + storageUrl + "/storage/v1/",
        "--credentialFactoryClass=org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory",
        "--tempLocation=gs://" + BUCKET + "/rows",
        "--project=" + PROJECT);
  }

  /** Makes a dataset. */
  public void createDataset(String dataset) throws Exception {
    ObjectNode body = JSON.createObjectNode().put("location", "US");
    body.putObject("datasetReference").put("projectId", PROJECT).put("datasetId", dataset);
    send("POST", url("/datasets"), body);
  }

  /** Names of a dataset's tables. */
  public List<String> tables(String dataset) throws Exception {
    List<String> names = new ArrayList<>();
    send("GET", url("/datasets/" + dataset + "/tables"), null)
        .path("tables")
        .forEach(t -> names.add(t.path("tableReference").path("tableId").asText()));
    return names;
  }

  /** A table as the API describes it. */
  public JsonNode table(String dataset, String table) throws Exception {
    return send("GET", url("/datasets/" + dataset + "/tables/" + table), null);
  }

  /** Makes a table. */
  public void createTable(String dataset, JsonNode table) throws Exception {
    send("POST", url("/datasets/" + dataset + "/tables"), table);
  }

  /** Names of the objects in the bucket. */
  public List<String> objects() throws Exception {
    List<String> names = new ArrayList<>();
    send("GET", storage + "/storage/v1/b/" + BUCKET + "/o", null)
        .path("items")
        .forEach(object -> names.add(object.path("name").asText()));
    return names;
  }

  /** Runs a statement and returns each row's values as text. */
  public List<List<String>> query(String sql) throws Exception {
    ObjectNode body = JSON.createObjectNode().put("query", sql).put("useLegacySql", false);
    body.put("maxResults", 1_000_000);
    JsonNode answer = send("POST", url("/queries"), body);
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode row : answer.path("rows")) {
      List<String> values = new ArrayList<>();
      row.path("f").forEach(cell -> values.add(cell.path("v").isNull() ? null : text(cell)));
      rows.add(values);
    }
    if (answer.path("totalRows").asInt(rows.size()) != rows.size()) {
      throw new AssertionError("only " + rows.size() + " of " + answer.path("totalRows"));
    }
    return rows;
  }

  private static String text(JsonNode cell) {
    return cell.path("v").isTextual() ? cell.path("v").asText() : cell.path("v").toString();
  }

  private String url(String path) {
    return bigQuery + "/bigquery/v2/projects/" + PROJECT + path;
  }

  private static ObjectNode named(String name) {
    return JSON.createObjectNode().put("name", name);
  }

  private JsonNode send(String method, String url, JsonNode body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url))
            .header("content-type", "application/json")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body.toString()))
            .build();
    HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() / 100 != 2) {
      throw new AssertionError(method + " " + url + ": " + answer.statusCode() + answer.body());
    }
    return JSON.readTree(answer.body());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() throws IOException {
    for (Process process : processes) {
      process.destroy();
      try {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
