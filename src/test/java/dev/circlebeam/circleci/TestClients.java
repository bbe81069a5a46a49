package dev.circlebeam.circleci;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;

/** Clients with a made-up token. */
final class TestClients {
  static final String TOKEN = "CCIPAT_Q7mZ2xW9kLp4_0f1e2d3c4b5a69788796a5b4c3d2e1f0";
  static final Instant NOW = Instant.parse("2026-06-30T12:00:00Z");
  static final Duration PATIENT = Duration.ofSeconds(20);
  static final ApiRequest ME = new ApiRequest("me");
  static final BodyReader<String> TEXT = body -> new String(body, StandardCharsets.UTF_8);

  private TestClients() {}

  static CircleCiClient client(String url, Duration readTimeout) {
    return client(url, readTimeout, null);
  }

  static CircleCiClient client(String url, Duration readTimeout, String caFile) {
    Connection connection =
        new Connection(
            CircleCiUrl.parse(url, false),
            TokenReference.parse("env:TEST_TOKEN"),
            caFile,
            PATIENT,
            readTimeout,
            32);
    return new CircleCiClient(
        connection, Map.of("TEST_TOKEN", TOKEN), Clock.fixed(NOW, ZoneOffset.UTC));
  }

  /** Asks for {@code me} once, with time enough. */
  static Answer<String> ask(WireServer server) {
    return ask(server, PATIENT);
  }

  static Answer<String> ask(WireServer server, Duration readTimeout) {
    try (CircleCiClient client = client(server.url(), readTimeout)) {
      return client.get(ME, TEXT);
    }
  }

  /** What {@code me} is answered with by this script. */
  static Answer<String> ask(WireServer.Script script) throws Exception {
    try (WireServer server = WireServer.start(script)) {
      return ask(server);
    }
  }

  static Failure failure(Answer<?> answer) {
    if (answer instanceof Answer.Failed<?> failed) {
      return failed.failure();
    }
    throw new AssertionError("no failure: " + answer);
  }
}
