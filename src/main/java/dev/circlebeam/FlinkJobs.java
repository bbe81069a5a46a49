package dev.circlebeam;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.net.HostAndPort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The jobs of a Flink cluster, as its REST endpoint tells of them. */
final class FlinkJobs {
  private static final Logger LOG = LoggerFactory.getLogger(FlinkJobs.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Set<String> ENDED = Set.of("FINISHED", "CANCELED", "FAILED");

  private final ObjectMapper json = new ObjectMapper();
  private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final String url;

  /**
   * @param address the REST endpoint's
   */
  FlinkJobs(HostAndPort address) {
    this.url = "http://" + address;
  }

  /** Cancels what runs under a name; an endpoint that does not do so is left alone. */
  void cancel(String name) {
    try {
      JsonNode jobs = json.readTree(send("GET", "/jobs/overview")).path("jobs");
      for (JsonNode job : jobs) {
        if (job.path("name").asText().equals(name) && !ENDED.contains(job.path("state").asText())) {
          send("PATCH", "/jobs/" + job.path("jid").asText() + "?mode=cancel");
        }
      }
    } catch (IOException e) {
      LOG.warn("The job {} cannot be cancelled.", name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String send(String method, String path) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(PATIENCE)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build();
    return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
  }
}
