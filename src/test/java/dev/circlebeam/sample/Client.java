package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Asks a sample server over real HTTP. */
final class Client {
  static final ObjectMapper MAPPER = new ObjectMapper();
  static final String TOKEN = SampleConfig.defaults().token();

  /** An answer that is lost is to end the test, not to hold up all others. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String origin;

  Client(SampleServer server) {
    this.origin = server.url();
  }

  /** A request to a path, to which tests add what they need. */
  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(origin + path)).timeout(PATIENCE);
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
  }

  CompletableFuture<HttpResponse<String>> sendLater(HttpRequest.Builder request) {
    return http.sendAsync(
        request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
  }

  HttpResponse<byte[]> sendForBytes(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  /** The request with the right token and asking for JSON. */
  HttpRequest.Builder authorized(String path) {
    return request("/api/v2" + path)
        .header("Circle-Token", TOKEN)
        .header("Accept", "application/json");
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(authorized(path));
  }

  JsonNode json(String path) throws IOException, InterruptedException {
    HttpResponse<String> response = get(path);
    if (response.statusCode() != 200) {
      throw new AssertionError(path + " -> " + response.statusCode() + " " + response.body());
    }
    return MAPPER.readTree(response.body());
  }

  /** All items of a list, page by page. */
  List<ObjectNode> items(String path) throws IOException, InterruptedException {
    List<ObjectNode> items = new ArrayList<>();
    JsonNode page = json(path);
    while (true) {
      page.get("items").forEach(item -> items.add((ObjectNode) item));
      JsonNode next = page.get("next_page_token");
      if (next.isNull()) {
        return items;
      }
      page = json(path + (path.contains("?") ? "&" : "?") + "page-token=" + next.asText());
    }
  }
}
