package dev.circlebeam.fetch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Ascii;
import dev.circlebeam.circleci.Answer;
import dev.circlebeam.circleci.ApiRequest;
import dev.circlebeam.circleci.CircleCiClient;
import dev.circlebeam.circleci.Failure;
import dev.circlebeam.circleci.FailureKind;
import dev.circlebeam.circleci.RetryPolicy;
import dev.circlebeam.circleci.SignedFiles;
import dev.circlebeam.circleci.StreamReader;
import dev.circlebeam.state.Interval;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Asks for exports, looks after them and fetches their files: one request after the other, for
 * CircleCI takes ten a minute, and by its own limit, for it has nothing to do with others'.
 */
final class ExportAccess {
  /** Who asks for a longer wait is asked again by another run. */
  static final Duration LONGEST_WAIT = Duration.ofMinutes(2);

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Waits, unless somebody ends the run. */
  @FunctionalInterface
  interface Pause {
    /**
     * Waits.
     *
     * @return false when somebody ends the run
     */
    boolean pause(Duration wait) throws InterruptedException;
  }

  /**
   * An export, as CircleCI tells of it.
   *
   * @param id its id
   * @param state in small letters, such as {@code completed}
   * @param files addresses of its files
   * @param reason why it failed; null when it did not
   */
  record Export(String id, String state, List<String> files, @Nullable String reason) {}

  /**
   * What became of a request.
   *
   * @param value what it brought; null when it failed, or the run is being ended
   * @param failure why it failed; null when it did not
   * @param attempts how often it was tried
   */
  record Outcome<T>(@Nullable T value, @Nullable Failure failure, int attempts) {}

  private final CircleCiClient client;
  private final SignedFiles files;
  private final RetryPolicy retries;
  private final Pause pause;
  private long requests;
  private long repeated;
  private long rateLimited;

  /**
   * @param client asks CircleCI
   * @param files fetches files
   * @param retries how often to try
   * @param pause waits
   */
  ExportAccess(CircleCiClient client, SignedFiles files, RetryPolicy retries, Pause pause) {
    this.client = client;
    this.files = files;
    this.retries = retries;
    this.pause = pause;
  }

  /** Asks for an export of some days. */
  Outcome<Export> create(ApiRequest exports, Interval days) throws InterruptedException {
    ObjectNode body = JSON.createObjectNode();
    body.put("start", days.from().toString());
    body.put("end", days.to().truncatedTo(ChronoUnit.SECONDS).toString());
    byte[] json = body.toString().getBytes(StandardCharsets.UTF_8);
    return ask(() -> client.post(exports, json, ExportAccess::export));
  }

  /** Looks how far an export is. */
  Outcome<Export> look(ApiRequest export) throws InterruptedException {
    return ask(() -> client.get(export, ExportAccess::export));
  }

  /** Fetches a file; after a failure from its beginning. */
  Outcome<Boolean> fetch(String url, Supplier<StreamReader> reader) throws InterruptedException {
    return ask(
        () -> {
          Failure failure = files.read(url, reader.get());
          return failure == null
              ? new Answer.Ok<>(true, Instant.now())
              : new Answer.Failed<>(failure);
        });
  }

  /** Waits. */
  boolean pause(Duration wait) throws InterruptedException {
    return pause.pause(wait);
  }

  /** How many requests were sent. */
  long requests() {
    return requests;
  }

  /** How many of them because an earlier one had failed. */
  long retries() {
    return repeated;
  }

  /** How many were answered 429. */
  long rateLimited() {
    return rateLimited;
  }

  private <T> Outcome<T> ask(Supplier<Answer<T>> request) throws InterruptedException {
    for (int failures = 0; ; ) {
      requests++;
      Answer<T> answer = request.get();
      if (answer instanceof Answer.Ok<T> ok) {
        return new Outcome<>(ok.body(), null, failures + 1);
      }
      Failure failure = ((Answer.Failed<T>) answer).failure();
      Duration wait = failure.retryAfter() == null ? Duration.ZERO : failure.retryAfter();
      if (failure.kind() == FailureKind.RATE_LIMITED) {
        rateLimited++;
      }
      failures++;
      boolean again = failure.kind().retryable() && failures < retries.attempts();
      if (!again || wait.compareTo(LONGEST_WAIT) > 0) {
        return new Outcome<>(null, failure, failures);
      }
      repeated++;
      Duration own = retries.wait(failures);
      if (!pause.pause(own.compareTo(wait) > 0 ? own : wait)) {
        return new Outcome<>(null, null, failures);
      }
    }
  }

  private static Export export(byte[] body) throws IOException {
    JsonNode json = JSON.readTree(body);
    String id = json.path("usage_export_job_id").asText("");
    String state = Ascii.toLowerCase(json.path("state").asText(""));
    if (id.isEmpty() || state.isEmpty()) {
      throw new IOException("no export");
    }
    List<String> files = new ArrayList<>();
    json.path("download_urls").forEach(url -> files.add(url.asText()));
    return new Export(id, state, files, json.path("error_reason").asText(null));
  }

  /** The request by which an export is looked at. */
  static ApiRequest export(ApiRequest exports, String id) {
    return ApiRequest.of(exports.api(), exports.path() + "/{id}", Map.of("id", id));
  }
}
