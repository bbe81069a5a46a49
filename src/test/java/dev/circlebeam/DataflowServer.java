package dev.circlebeam;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;

/** Dataflow's REST API on 127.0.0.1, as far as submitting needs it: takes jobs and runs none. */
public final class DataflowServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<ObjectNode> jobs = new CopyOnWriteArrayList<>();
  private final int status;
  private final String state;

  private DataflowServer(HttpServer server, int status, String state) {
    this.server = server;
    this.status = status;
    this.state = state;
  }

  /**
   * Starts it.
   *
   * @param state what all jobs are in, such as {@code JOB_STATE_RUNNING}
   */
  public static DataflowServer start(String state) throws IOException {
    return start(200, state);
  }

  /** Starts one that refuses everything. */
  public static DataflowServer refusing() throws IOException {
    return start(403, "");
  }

  private static DataflowServer start(int status, String state) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    DataflowServer dataflow = new DataflowServer(server, status, state);
    server.setExecutor(dataflow.threads);
    server.createContext("/v1b3/projects/", dataflow::answer);
    server.start();
    return dataflow;
  }

  /** Where it is, without a slash at the end. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** The requests so far: method and path. */
  public List<String> requests() {
    return requests;
  }

  /** The jobs that were submitted, as they came. */
  public List<ObjectNode> jobs() {
    return jobs;
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    requests.add(exchange.getRequestMethod() + " " + path);
    ObjectNode job = JSON.createObjectNode();
    if (exchange.getRequestMethod().equals("POST")) {
      JsonNode submitted = JSON.readTree(body(exchange));
      jobs.add((ObjectNode) submitted);
      job.put("name", submitted.path("name").asText());
      job.put("clientRequestId", submitted.path("clientRequestId").asText());
    }
    job.put("id", "2026-11-28_00_00_00-1").put("projectId", "test-project");
    job.put("location", "europe-west1").put("currentState", state);
    byte[] bytes = job.toString().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static byte[] body(HttpExchange exchange) throws IOException {
    InputStream in = exchange.getRequestBody();
    boolean isPacked = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    return (isPacked ? new GZIPInputStream(in) : in).readAllBytes();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
