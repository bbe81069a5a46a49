package dev.circlebeam.circleci;

import static dev.circlebeam.circleci.TestClients.TOKEN;
import static dev.circlebeam.circleci.WireServer.answering;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.google.GoogleApi;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.Test;

/** Tokens from Secret Manager, as a server on this machine plays it. */
public class SecretManagerTest {
  private static final String VERSION = "projects/my-project/secrets/circleci/versions/3";
  private static final String ACCESS = "ya29.access-token-of-google";

  @Test
  public void givenASecret_thenItIsReadOnce_withTheCredentials() throws Exception {
    try (WireServer server = WireServer.start(answering("200 OK", answer(TOKEN + "\n")))) {
      assertEquals(TOKEN, resolve(server).value());
      assertEquals(1, server.requests().size());
      WireServer.Request request = server.requests().get(0);
      assertEquals("GET /v1/" + VERSION + ":access HTTP/1.1", request.line());
      assertEquals("Bearer " + ACCESS, request.headers().get("Authorization"));
    }
  }

  @Test
  public void givenRefusals_thenEachSaysWhatToDo() throws Exception {
    Map<String, String> whatToDo =
        Map.of(
            "403 Forbidden", "roles/secretmanager.secretAccessor",
            "401 Unauthorized", "roles/secretmanager.secretAccessor",
            "404 Not Found", "check project, secret and version",
            "400 Bad Request", "disabled or destroyed",
            "302 Found", "try again later");
    for (Map.Entry<String, String> refusal : whatToDo.entrySet()) {
      try (WireServer server =
          WireServer.start(
              answering(refusal.getKey(), answer(TOKEN), "Location: http://127.0.0.1:9/"))) {
        String message = refused(server);
        assertThat(message, containsString("--token=secret:" + VERSION + " cannot be read"));
        assertThat(message, containsString("HTTP " + refusal.getKey().substring(0, 3)));
        assertThat(message, containsString(refusal.getValue()));
        assertEquals(refusal.getKey(), 1, server.requests().size());
      }
    }
  }

  @Test
  public void givenAServerErrorThatPasses_thenAskedAgain() throws Exception {
    List<String> asked = new ArrayList<>();
    try (WireServer server =
        WireServer.start(
            (request, wire) -> {
              asked.add(request.line());
              answering(asked.size() == 1 ? "503 Busy" : "200 OK", answer(TOKEN))
                  .answer(request, wire);
            })) {
      assertEquals(TOKEN, resolve(server).value());
      assertEquals(2, asked.size());
    }
  }

  @Test
  public void givenAnswersThatAreNoSecret_thenNothingOfThemIsRepeated() throws Exception {
    String[] bodies = {
      "{\"payload\": {\"data\": \"" + TOKEN + "\"}}", // not encoded
      TOKEN,
      "{\"payload\": " + TOKEN,
      answer(TOKEN + " and more"),
      answer(""),
      "{}",
    };
    for (String body : bodies) {
      try (WireServer server = WireServer.start(answering("200 OK", body))) {
        TokenReference reference = TokenReference.parse("secret:" + VERSION);
        IllegalStateException thrown =
            assertThrows(
                body, IllegalStateException.class, () -> reference.resolve(Map.of(), at(server)));
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
          assertFalse(cause.toString(), cause.toString().contains(TOKEN.substring(0, 10)));
          assertFalse(cause.toString(), cause.toString().contains(ACCESS));
        }
      }
    }
  }

  @Test
  public void givenAllOfTheLibrarysLoggingTurnedOn_thenNoSecretIsInTheLog() throws Exception {
    Logger logger = Logger.getLogger("com.google.api.client");
    Level before = logger.getLevel();
    List<String> logged = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord message) {
            logged.add(new SimpleFormatter().format(message));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    handler.setLevel(Level.ALL);
    logger.setLevel(Level.ALL);
    logger.addHandler(handler);
    try (WireServer server = WireServer.start(answering("200 OK", answer(TOKEN)))) {
      assertEquals(TOKEN, resolve(server).value());
    } finally {
      logger.removeHandler(handler);
      logger.setLevel(before);
    }
    String all = String.join("\n", logged);
    for (String secret : List.of(TOKEN, encoded(TOKEN), ACCESS)) {
      assertFalse(all, all.contains(secret));
    }
  }

  @Test
  public void givenWhatIsNoVersion_thenRefusedWithoutRepeatingIt() {
    String[] texts = {
      "secret:",
      "secret:" + TOKEN,
      "secret:projects/p/secrets/s",
      "secret:projects/p/secrets/s/versions/",
      "secret:projects/p/secrets/s/versions/1/x",
      "secret:projects/p/secrets/../versions/1",
      "secret:projects/p/locations/l/secrets/s/versions/1",
      "secret:" + VERSION + "?x=" + TOKEN,
      "secret:https://elsewhere/" + VERSION,
    };
    for (String text : texts) {
      IllegalArgumentException refused =
          assertThrows(text, IllegalArgumentException.class, () -> TokenReference.parse(text));
      assertFalse(refused.getMessage(), refused.getMessage().contains(TOKEN.substring(0, 10)));
      assertThat(refused.getMessage(), containsString("secret:projects/P/secrets/S/versions/V"));
    }
  }

  @Test
  public void givenReferences_thenOnlyThoseIntoSecretManagerAreSecrets() {
    assertTrue(TokenReference.parse("secret:" + VERSION).isSecret());
    assertTrue(
        TokenReference.parse("secret:projects/example.com:p/secrets/s/versions/latest").isSecret());
    assertFalse(TokenReference.parse("env:secret").isSecret());
    assertFalse(TokenReference.parse("file:secret:x").isSecret());
    assertFalse(TokenReference.ofSampleServer().isSecret());
  }

  private static Supplier<SecretManager> at(WireServer server) {
    return () ->
        new SecretManager(
            GoogleApi.at(
                server.url(),
                request -> request.getHeaders().setAuthorization("Bearer " + ACCESS)));
  }

  private static Token resolve(WireServer server) {
    return TokenReference.parse("secret:" + VERSION).resolve(Map.of(), at(server));
  }

  private static String refused(WireServer server) {
    String message = assertThrows(IllegalStateException.class, () -> resolve(server)).getMessage();
    assertFalse(message, message.contains(TOKEN.substring(0, 10)));
    return message;
  }

  private static String answer(String secret) {
    return "{\"name\": \"" + VERSION + "\", \"payload\": {\"data\": \"" + encoded(secret) + "\"}}";
  }

  private static String encoded(String secret) {
    return Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8));
  }
}
