package dev.circlebeam.circleci;

import static dev.circlebeam.circleci.TestClients.ME;
import static dev.circlebeam.circleci.TestClients.NOW;
import static dev.circlebeam.circleci.TestClients.PATIENT;
import static dev.circlebeam.circleci.TestClients.TEXT;
import static dev.circlebeam.circleci.TestClients.TOKEN;
import static dev.circlebeam.circleci.TestClients.ask;
import static dev.circlebeam.circleci.TestClients.client;
import static dev.circlebeam.circleci.TestClients.failure;
import static dev.circlebeam.circleci.WireServer.answering;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.Test;

/** What the client sends, and what it makes of whole answers. */
public class CircleCiClientTest {
  @Test
  public void givenRequest_thenHeadersAndPathAreSent() throws Exception {
    try (WireServer server = WireServer.start(answering("200 OK", "{}"));
        CircleCiClient client = client(server.url(), PATIENT)) {
      client.get(
          ApiRequest.of("project/{slug}/pipeline", Map.of("slug", "gh/acme/web"))
              .with(Map.of("page-token", "a+b/c=", "branch", "main")),
          TEXT);
      assertEquals(1, server.requests().size());
      WireServer.Request request = server.requests().get(0);
      assertEquals(
          "GET /api/v2/project/gh/acme/web/pipeline?branch=main&page-token=a%2Bb%2Fc%3D HTTP/1.1",
          request.line());
      assertEquals(TOKEN, request.headers().get("Circle-Token"));
      assertEquals("application/json", request.headers().get("Accept"));
      assertEquals("gzip", request.headers().get("Accept-Encoding"));
      assertEquals("circlebeam", request.headers().get("User-Agent"));
      assertFalse(request.headers().containsKey("Authorization"));
    }
  }

  @Test
  public void givenOddCharactersInValues_thenTheyArriveEncodedAsTheyWere() throws Exception {
    try (WireServer server = WireServer.start(answering("200 OK", "{}"));
        CircleCiClient client = client(server.url(), PATIENT)) {
      client.get(
          ApiRequest.of("project/{slug}/x/{id}", Map.of("slug", "gh/a b/c%2Fd", "id", "e/f?g#é")),
          TEXT);
      assertEquals(1, server.requests().size());
      assertEquals(
          "GET /api/v2/project/gh/a%20b/c%252Fd/x/e%2Ff%3Fg%23%C3%A9 HTTP/1.1",
          server.requests().get(0).line());
    }
  }

  @Test
  public void given200_thenBodyIsReadAndDated() throws Exception {
    assertEquals(
        new Answer.Ok<>("{\"login\":\"kö\"}", NOW),
        ask(answering("200 OK", "{\"login\":\"kö\"}", "Content-Type: application/json")));
  }

  @Test
  public void given200WithoutContentType_thenBodyIsReadAllTheSame() throws Exception {
    assertEquals(new Answer.Ok<>("{}", NOW), ask(answering("200 OK", "{}")));
  }

  @Test
  public void givenGzip_thenBodyIsUnzipped() throws Exception {
    String body = "{\"items\":[" + "1,".repeat(5000) + "1]}";
    assertEquals(
        new Answer.Ok<>(body, NOW),
        ask(answering("200 OK", WireServer.gzip(body), "Content-Encoding: gzip")));
  }

  @Test
  public void givenChunks_thenBodyIsWhole() throws Exception {
    assertEquals(
        new Answer.Ok<>("hello, world", NOW),
        ask(
            (request, wire) -> {
              wire.send(WireServer.head("200 OK", "Transfer-Encoding: chunked") + "\r\n");
              wire.send("5\r\nhello\r\n");
              wire.send("7\r\n, world\r\n0\r\n\r\n");
            }));
  }

  @Test
  public void givenBodyUntilTheConnectionEnds_thenBodyIsWhole() throws Exception {
    assertEquals(
        new Answer.Ok<>("{}", NOW),
        ask(
            (request, wire) -> {
              wire.send(WireServer.head("200 OK", "Connection: close") + "\r\n{}");
              wire.close();
            }));
  }

  @Test
  public void given204_thenBodyIsEmpty() throws Exception {
    assertEquals(
        new Answer.Ok<>("", NOW),
        ask((request, wire) -> wire.send(WireServer.head("204 No Content") + "\r\n")));
  }

  @Test
  public void givenEachStatus_thenItsKind() throws Exception {
    Map<String, FailureKind> kinds =
        Map.ofEntries(
            Map.entry("301", FailureKind.REDIRECT),
            Map.entry("304", FailureKind.REDIRECT),
            Map.entry("400", FailureKind.BAD_REQUEST),
            Map.entry("401", FailureKind.UNAUTHORIZED),
            Map.entry("402", FailureKind.CLIENT_ERROR),
            Map.entry("403", FailureKind.FORBIDDEN),
            Map.entry("404", FailureKind.NOT_FOUND),
            Map.entry("407", FailureKind.CLIENT_ERROR),
            Map.entry("410", FailureKind.CLIENT_ERROR),
            Map.entry("422", FailureKind.CLIENT_ERROR),
            Map.entry("429", FailureKind.RATE_LIMITED),
            Map.entry("500", FailureKind.SERVER_ERROR),
            Map.entry("502", FailureKind.SERVER_ERROR),
            Map.entry("503", FailureKind.SERVER_ERROR),
            Map.entry("504", FailureKind.SERVER_ERROR),
            Map.entry("599", FailureKind.SERVER_ERROR));
    for (Map.Entry<String, FailureKind> entry : kinds.entrySet()) {
      Failure failure = failure(ask(answering(entry.getKey() + " Said", "")));
      assertEquals(entry.getKey(), entry.getValue(), failure.kind());
      assertEquals(Integer.parseInt(entry.getKey()), failure.status());
      assertTrue(failure.message(), failure.message().startsWith("HTTP " + entry.getKey()));
      assertNull(failure.body());
      assertNull(failure.retryAfter());
    }
  }

  @Test
  public void givenKinds_thenOnlyWhatMayPassIsRetryable() {
    List<FailureKind> retryable =
        List.of(
            FailureKind.RATE_LIMITED,
            FailureKind.SERVER_ERROR,
            FailureKind.TIMEOUT,
            FailureKind.CONNECTION,
            FailureKind.MALFORMED);
    for (FailureKind kind : FailureKind.values()) {
      assertEquals(kind.label(), retryable.contains(kind), kind.retryable());
    }
    assertEquals("rate_limited", FailureKind.RATE_LIMITED.label());
  }

  @Test
  public void givenJsonMessage_thenItIsTheMessageAndTheBodyIsKept() throws Exception {
    Failure failure = failure(ask(answering("404 Not Found", "{\"message\":\"No project.\"}")));
    assertEquals("HTTP 404: No project.", failure.message());
    assertEquals("{\"message\":\"No project.\"}", failure.body());
  }

  @Test
  public void givenJsonError_thenItIsTheMessage() throws Exception {
    assertEquals(
        "HTTP 403: Forbidden",
        failure(ask(answering("403 Forbidden", "{\"error\":\"Forbidden\"}"))).message());
  }

  @Test
  public void givenJsonOfAnotherForm_thenItIsShownAsItIs() throws Exception {
    assertEquals(
        "HTTP 400: {\"error\":{\"title\":\"x\"}}",
        failure(ask(answering("400 Bad Request", "{\"error\":{\"title\":\"x\"}}"))).message());
    assertEquals("HTTP 400: [1]", failure(ask(answering("400 Bad Request", "[1]"))).message());
  }

  @Test
  public void givenPlainText_thenItIsTheMessage() throws Exception {
    Failure failure = failure(ask(answering("429 Too Many Requests", "Rate limited.")));
    assertEquals("HTTP 429: Rate limited.", failure.message());
    assertEquals("Rate limited.", failure.body());
  }

  @Test
  public void givenHtml_thenOneLine() throws Exception {
    Failure failure = failure(ask(answering("502 Bad Gateway", "<html>\r\n<h1>502</h1>\n</html>")));
    assertEquals("HTTP 502: <html>  <h1>502</h1> </html>", failure.message());
    assertEquals("<html>\r\n<h1>502</h1>\n</html>", failure.body());
  }

  @Test
  public void givenGzippedErrorBody_thenItIsUnzipped() throws Exception {
    assertEquals(
        "HTTP 500: oh",
        failure(
                ask(
                    answering(
                        "500 Error",
                        WireServer.gzip("{\"message\":\"oh\"}"),
                        "Content-Encoding: gzip")))
            .message());
  }

  @Test
  public void givenRetryAfter_thenItIsPassedOnWhereItMatters() throws Exception {
    assertEquals(
        Duration.ofSeconds(7),
        failure(ask(answering("429 Slow", "", "Retry-After: 7"))).retryAfter());
    assertEquals(
        Duration.ofSeconds(7),
        failure(ask(answering("503 Later", "", "retry-after: 7"))).retryAfter());
    assertNull(failure(ask(answering("404 Gone", "", "Retry-After: 7"))).retryAfter());
  }

  @Test
  public void givenRedirect_thenNothingArrivesAtItsTarget() throws Exception {
    try (WireServer target = WireServer.start(answering("200 OK", "{}"))) {
      Failure failure =
          failure(
              ask(
                  answering(
                      "302 Found", "", "Location: " + target.url() + "/login?next=me&secret=x")));
      assertEquals(FailureKind.REDIRECT, failure.kind());
      assertEquals("HTTP 302, a redirect to " + target.url() + "/login", failure.message());
      assertEquals(0, target.connections());
    }
  }

  @Test
  public void givenEachRedirectStatus_thenTheServerIsAskedOnce() throws Exception {
    for (int status : new int[] {301, 302, 303, 307, 308}) {
      try (WireServer server =
          WireServer.start(answering(status + " Elsewhere", "", "Location: /api/v2/other"))) {
        Failure failure = failure(ask(server));
        assertEquals(FailureKind.REDIRECT, failure.kind());
        assertEquals(1, server.requests().size());
      }
    }
  }

  @Test
  public void givenRedirectToNowhere_thenSaid() throws Exception {
    assertEquals(
        "HTTP 302, a redirect to nowhere", failure(ask(answering("302 Found", ""))).message());
  }

  @Test
  public void given401WithChallenge_thenTheServerIsAskedOnce() throws Exception {
    try (WireServer server =
        WireServer.start(answering("401 No", "", "WWW-Authenticate: Basic realm=\"x\""))) {
      assertEquals(FailureKind.UNAUTHORIZED, failure(ask(server)).kind());
      assertEquals(1, server.requests().size());
    }
  }

  @Test
  public void givenCookie_thenItIsNotSentBack() throws Exception {
    try (WireServer server =
            WireServer.start(answering("200 OK", "{}", "Set-Cookie: a=b; Path=/"));
        CircleCiClient client = client(server.url(), PATIENT)) {
      client.get(ME, TEXT);
      client.get(ME, TEXT);
      assertEquals(2, server.requests().size());
      assertFalse(server.requests().get(1).headers().containsKey("Cookie"));
    }
  }

  @Test
  public void givenLongErrorBody_thenFourKilobytesAreKept() throws Exception {
    Failure failure = failure(ask(answering("500 Error", "x".repeat(100_000))));
    assertEquals("x".repeat(4096), failure.body());
    assertTrue(failure.message(), failure.message().length() < 400);
  }

  @Test
  public void givenErrorBodyCutInsideACharacter_thenTheCharacterGoes() throws Exception {
    Failure failure = failure(ask(answering("500 Error", "x".repeat(4095) + "é".repeat(50))));
    assertEquals("x".repeat(4095), failure.body());
  }

  @Test
  public void givenErrorBodyThatIsNoUtf8_thenShownWithMarks() throws Exception {
    byte[] body = {'a', (byte) 0xff, 'b'};
    assertEquals("a\uFFFDb", failure(ask(answering("500 Error", body))).body());
  }

  @Test
  public void givenControlCharacters_thenTheyAreNotInTheMessage() throws Exception {
    List<Failure> failures =
        List.of(
            failure(ask(answering("500 Error", "a\u001b[31mred\u0007\u0000\u009b"))),
            failure(ask(answering("500 Error", "{\"message\":\"a\\u001b[31m\\nred\"}"))),
            failure(ask(answering("302 Found", "", "Location: http://x/\u001b[31m"))),
            failure(read("{}", new IOException("odd value \u001b[31m\nin it"))));
    for (Failure failure : failures) {
      assertTrue(
          failure.message(), failure.message().codePoints().noneMatch(Character::isISOControl));
    }
  }

  @Test
  public void givenReaderThatRefuses_thenMalformedWithTheBodysBeginning() throws Exception {
    Failure failure = failure(read("[" + "1,".repeat(5000), new IOException("no items")));
    assertEquals(FailureKind.MALFORMED, failure.kind());
    assertEquals(200, failure.status());
    assertEquals("the answer is not what the API documents: no items", failure.message());
    assertEquals(4096, failure.body().length());
  }

  @Test
  public void givenReaderThatSaysMuch_thenTheMessageIsShort() throws Exception {
    Failure failure = failure(read("{}", new IOException("much ".repeat(1000))));
    assertTrue("of " + failure.message().length(), failure.message().length() < 400);
  }

  @Test
  public void givenReaderThatIsWrong_thenItsErrorSurfaces() throws Exception {
    try (WireServer server = WireServer.start(answering("200 OK", "{}"));
        CircleCiClient client = client(server.url(), PATIENT)) {
      BodyReader<String> wrong =
          body -> {
            throw new IllegalStateException("a bug");
          };
      assertThrows(IllegalStateException.class, () -> client.get(ME, wrong));
    }
  }

  @Test
  public void givenBodyThatIsNoJson_thenMalformedInOneLine() throws Exception {
    ObjectMapper json = new ObjectMapper();
    for (String body : new String[] {"<html>\n</html>", "{\"items\":[1,", "nonsense"}) {
      try (WireServer server = WireServer.start(answering("200 OK", body));
          CircleCiClient client = client(server.url(), PATIENT)) {
        Failure failure = failure(client.get(ME, json::readTree));
        assertEquals(FailureKind.MALFORMED, failure.kind());
        assertEquals(body, failure.body());
        assertFalse(failure.message(), failure.message().contains("\n"));
      }
    }
  }

  @Test
  public void givenInvalidUtf8InJson_thenMalformed() throws Exception {
    byte[] body = {'{', '"', 'a', '"', ':', '"', (byte) 0xc3, (byte) 0x28, (byte) 0xff, '"', '}'};
    try (WireServer server = WireServer.start(answering("200 OK", body));
        CircleCiClient client = client(server.url(), PATIENT)) {
      Failure failure = failure(client.get(ME, new ObjectMapper()::readTree));
      assertEquals(FailureKind.MALFORMED, failure.kind());
      assertEquals(200, failure.status());
    }
  }

  private static Answer<String> read(String body, IOException thrown) throws Exception {
    try (WireServer server = WireServer.start(answering("200 OK", body));
        CircleCiClient client = client(server.url(), PATIENT)) {
      return client.get(
          ME,
          bytes -> {
            throw thrown;
          });
    }
  }
}
