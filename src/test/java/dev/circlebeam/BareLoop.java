package dev.circlebeam;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.circlebeam.circleci.Answer;
import dev.circlebeam.circleci.ApiAccess;
import dev.circlebeam.circleci.ApiRequest;
import dev.circlebeam.circleci.ApiSession;
import dev.circlebeam.circleci.CircleCiUrl;
import dev.circlebeam.circleci.Connection;
import dev.circlebeam.circleci.Dispatcher;
import dev.circlebeam.circleci.Pace;
import dev.circlebeam.circleci.TokenReference;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/**
 * What {@code scripts/bench} holds a sync against: the same client, asking for the same things of
 * the same server, without Beam, tables or files. Prints how many requests it made and how many a
 * second.
 */
public final class BareLoop {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int LISTS = 0;
  private static final int REST = 1;

  private final Dispatcher<ApiRequest, JsonNode> dispatcher;

  private BareLoop(Dispatcher<ApiRequest, JsonNode> dispatcher) {
    this.dispatcher = dispatcher;
  }

  /**
   * Asks for all pipelines, workflows and jobs.
   *
   * @param args the server's address, how many requests may be in flight, and project slugs
   * @throws InterruptedException when the thread is asked to stop
   */
  public static void main(String[] args) throws InterruptedException {
    int maxInFlight = Integer.parseInt(args[1]);
    Connection connection =
        new Connection(
            CircleCiUrl.parse(args[0], false),
            TokenReference.ofSampleServer(),
            null,
            PATIENCE,
            PATIENCE,
            maxInFlight);
    ApiAccess access =
        new ApiAccess("bare", connection, Pace.fixed(1_000_000, 1), maxInFlight, PATIENCE);
    try (ApiSession session = access.open()) {
      Dispatcher<ApiRequest, JsonNode> dispatcher =
          session.dispatcher(
              0,
              session.retries(),
              client -> request -> client.get(request, JSON::readTree),
              nanos -> {});
      long begun = System.nanoTime();
      new BareLoop(dispatcher).run(Arrays.asList(args).subList(2, args.length));
      double seconds = (System.nanoTime() - begun) / 1e9;
      long requests = dispatcher.figures().requests();
      System.out.printf(Locale.ROOT, "%d %.1f%n", requests, requests / seconds);
    }
  }

  private void run(Iterable<String> slugs) throws InterruptedException {
    for (String slug : slugs) {
      dispatcher.submit(new ApiRequest("project/" + slug + "/pipeline"), LISTS);
    }
    Dispatcher.Completion<ApiRequest, JsonNode> done = dispatcher.next();
    while (done != null) {
      Answer.Ok<JsonNode> ok = (Answer.Ok<JsonNode>) done.answer();
      follow(done.request().path(), ok.body());
      done = dispatcher.next();
    }
  }

  private void follow(String path, JsonNode page) {
    String list = path.replaceAll("\\?.*", "");
    String next = page.path("next_page_token").textValue();
    if (next != null) {
      dispatcher.submit(new ApiRequest(list).with(Map.of("page-token", next)), LISTS);
    }
    for (JsonNode item : page.path("items")) {
      String id = item.path("id").textValue();
      if (list.startsWith("project/")) {
        dispatcher.submit(new ApiRequest("pipeline/" + id + "/workflow"), REST);
      } else if (list.startsWith("pipeline/")) {
        dispatcher.submit(new ApiRequest("workflow/" + id + "/job"), REST);
      }
    }
  }
}
