package dev.circlebeam;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  private static final Path BIGQUERY = EmulatorProcess.TOOLS.resolve("bqemulator/bin/bqemulator");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final EmulatorProcess bigQuery;
  private final EmulatorProcess storage;

  private Emulators(EmulatorProcess bigQuery, EmulatorProcess storage) {
    this.bigQuery = bigQuery;
    this.storage = storage;
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
        "no Cloud Storage emulator in .tools: run scripts/tools",
        Files.isExecutable(EmulatorProcess.STORAGE));
    Path files = Files.createDirectories(folder.resolve("buckets"));
    EmulatorProcess bigQuery = startBigQuery(folder, files);
    Emulators emulators;
    try {
      emulators =
          new Emulators(
              bigQuery,
              EmulatorProcess.storage(
                  List.of("-backend=filesystem", "-filesystem-root=" + files),
                  folder.resolve("storage.log").toFile()));
    } catch (Exception | Error e) {
      bigQuery.close();
      throw e;
    }
    try {
      emulators.send("POST", emulators.storageUrl() + "/storage/v1/b?project=p", named(BUCKET));
    } catch (Exception | Error e) {
      emulators.close();
      throw e;
    }
    return emulators;
  }

  private static EmulatorProcess startBigQuery(Path folder, Path files) throws Exception {
    int grpcPort = EmulatorProcess.freePort();
    return EmulatorProcess.start(
        port ->
            new ProcessBuilder(
                BIGQUERY.toString(),
                "start",
                "--rest-port=" + port,
                "--grpc-port=" + grpcPort,
                "--log-level=warning"),
        Map.of(
            "HOME", EmulatorProcess.TOOLS.resolve("bqemulator/home").toString(),
            "BQEMU_GCS_LOCAL_ROOT", files.toString()),
        "/healthz",
        folder.resolve("bigquery.log").toFile());
  }

  /** Where BigQuery is. */
  public String bigQueryUrl() {
    return bigQuery.url();
  }

  /** Where Cloud Storage is. */
  public String storageUrl() {
    return storage.url();
  }

  /** Flags that make Beam go there. */
  public List<String> flags() {
    return flags(bigQueryUrl(), storageUrl());
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
    send("GET", storageUrl() + "/storage/v1/b/" + BUCKET + "/o", null)
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
    return bigQueryUrl() + "/bigquery/v2/projects/" + PROJECT + path;
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

  @Override
  public void close() throws InterruptedException {
    bigQuery.close();
    storage.close();
  }
}
