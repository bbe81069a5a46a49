package dev.circlebeam.fetch;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.circlebeam.circleci.Answer;
import dev.circlebeam.circleci.ApiRequest;
import dev.circlebeam.circleci.ApiSession;
import dev.circlebeam.circleci.DispatchFigures;
import dev.circlebeam.circleci.Dispatcher;
import dev.circlebeam.circleci.Failure;
import dev.circlebeam.circleci.RetryPolicy;
import dev.circlebeam.report.Progress;
import dev.circlebeam.report.RunFailure;
import java.io.IOException;
import java.time.Duration;

/**
 * The first request of a run: who is the token's owner? A project token, which is good for nothing
 * here, gets 403 for an answer; anything else than 200 means that there is no point in going on.
 */
final class TokenProof {
  private static final ApiRequest ME = new ApiRequest("me");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A server that cannot be reached at all is most often a wrong address: that is said soon. */
  private static final RetryPolicy SHORT =
      new RetryPolicy(4, Duration.ofMillis(300), Duration.ofSeconds(2), Math::random);

  private TokenProof() {}

  /**
   * Asks.
   *
   * @return what it took
   * @throws RunFailure when the token is not accepted, the server is not CircleCI's API, or
   *     somebody ends the run meanwhile
   */
  static DispatchFigures prove(ApiSession session, Progress progress) throws InterruptedException {
    Dispatcher<ApiRequest, Boolean> dispatcher =
        session.dispatcher(
            0,
            SHORT,
            client -> request -> client.get(request, TokenProof::isUser),
            progress::paused);
    dispatcher.submit(ME, 0);
    Runnable stop = dispatcher::stop;
    progress.onStop(stop);
    Dispatcher.Completion<ApiRequest, Boolean> done = dispatcher.next();
    progress.forget(stop);
    if (done == null) {
      throw ProjectReading.interrupted();
    }
    if (done.answer() instanceof Answer.Failed<Boolean> failed) {
      throw failure(failed.failure());
    }
    return dispatcher.figures();
  }

  /** An empty page, or a login form, is no user. */
  private static boolean isUser(byte[] body) throws IOException {
    if (!JSON.readTree(body).isObject()) {
      throw new IOException("no user");
    }
    return true;
  }

  private static RunFailure failure(Failure failure) {
    return switch (failure.kind()) {
      case UNAUTHORIZED, FORBIDDEN -> Tally.invalidCredentials(ME, failure);
      case REDIRECT ->
          RunFailure.failed(
              "redirect",
              "the server answers " + failure.message() + ", which is never followed",
              "give the address it leads to with --circleciUrl");
      case NOT_FOUND, BAD_REQUEST, CLIENT_ERROR, MALFORMED ->
          RunFailure.failed(
              "unreachable",
              "the server does not answer as CircleCI's API v2 does: " + failure.message(),
              "check --circleciUrl");
      default ->
          RunFailure.failed(
              "unreachable",
              "the server cannot be reached: " + failure.message(),
              "check --circleciUrl, the network, HTTPS_PROXY and --caFile");
    };
  }
}
