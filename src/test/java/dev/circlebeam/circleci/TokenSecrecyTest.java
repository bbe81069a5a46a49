package dev.circlebeam.circleci;

import static dev.circlebeam.circleci.TestClients.ME;
import static dev.circlebeam.circleci.TestClients.PATIENT;
import static dev.circlebeam.circleci.TestClients.TOKEN;
import static dev.circlebeam.circleci.TestClients.ask;
import static dev.circlebeam.circleci.TestClients.client;
import static dev.circlebeam.circleci.TestClients.failure;
import static dev.circlebeam.circleci.WireServer.answering;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.Locale;
import org.junit.Test;

/** Whatever a server sends back, nothing of the token comes out of the client. */
public class TokenSecrecyTest {
  private static final int PIECE = 10;
  private static final String HALF = TOKEN.substring(TOKEN.length() / 2);

  @Test
  public void given401ThatEchoesTheHeader_thenNoToken() throws Exception {
    Failure failure =
        failure(
            ask(
                (request, wire) ->
                    answering(
                            "401 Unauthorized",
                            "{\"message\":\"Bad token "
                                + request.headers().get("Circle-Token")
                                + ".\"}")
                        .answer(request, wire)));
    assertEquals("HTTP 401: Bad token [token].", failure.message());
    assertEquals("{\"message\":\"Bad token [token].\"}", failure.body());
  }

  @Test
  public void givenTokenInGoodBody_thenTheReaderDoesNotSeeIt() throws Exception {
    Answer<String> answer =
        ask(answering("200 OK", "x".repeat(20_000) + TOKEN + "y" + TOKEN + TOKEN + "é"));
    assertEquals(
        new Answer.Ok<>("x".repeat(20_000) + "[token]y[token][token]é", TestClients.NOW), answer);
  }

  @Test
  public void givenTokenAnywhereInGoodBody_thenTheReaderDoesNotSeeIt() throws Exception {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      body.append("-".repeat(i)).append(TOKEN);
    }
    try (WireServer server = WireServer.start(answering("200 OK", body.toString()))) {
      assertSecret(ask(server).toString());
    }
  }

  @Test
  public void givenHalfATokenInMessage_thenItIsGone() throws Exception {
    Failure failure =
        failure(ask(answering("403 Forbidden", "{\"message\":\"…" + HALF + " is bad\"}")));
    assertSecret(failure.toString());
    assertEquals("HTTP 403: …[token] is bad", failure.message());
  }

  @Test
  public void givenTokenWrittenInJsonEscapes_thenTheMessageHasNoToken() throws Exception {
    StringBuilder escaped = new StringBuilder();
    TOKEN.chars().forEach(c -> escaped.append(String.format(Locale.ROOT, "\\u%04x", c)));
    assertEquals(
        "HTTP 401: bad [token]",
        failure(ask(answering("401 No", "{\"message\":\"bad " + escaped + "\"}"))).message());
  }

  @Test
  public void givenTokenAcrossTheCut_thenNoPartOfIt() throws Exception {
    for (int before : new int[] {4096 - TOKEN.length() / 2, 4096 - PIECE, 4095, 290, 275}) {
      Failure failure = failure(ask(answering("500 Error", "x".repeat(before) + TOKEN)));
      assertSecret(failure.toString());
      assertFalse(failure.body().contains(TOKEN.substring(0, 4)));
    }
  }

  @Test
  public void givenTokenInLocation_thenTheMessageHasNoToken() throws Exception {
    assertEquals(
        "HTTP 302, a redirect to https://other/[token]/x",
        failure(ask(answering("302 Found", "", "Location: https://other/" + TOKEN + "/x?" + TOKEN)))
            .message());
  }

  @Test
  public void givenTokenInWhatIsNoHttp_thenNoToken() throws Exception {
    Failure failure =
        failure(
            ask(
                (request, wire) -> {
                  wire.send("HTTP/1.1 " + TOKEN + "\r\n" + TOKEN + "\r\n\r\n");
                  wire.close();
                }));
    assertSecret(failure.toString());
  }

  @Test
  public void givenTokenInChunkSize_thenNoToken() throws Exception {
    Failure failure =
        failure(
            ask(
                (request, wire) -> {
                  wire.send(
                      WireServer.head("200 OK", "Transfer-Encoding: chunked")
                          + "\r\n"
                          + TOKEN
                          + "\r\n");
                  wire.close();
                }));
    assertEquals(FailureKind.MALFORMED, failure.kind());
    assertSecret(failure.toString());
  }

  @Test
  public void givenReaderThatRepeatsTheBody_thenNoToken() throws Exception {
    try (WireServer server = WireServer.start(answering("200 OK", "{" + TOKEN + "}"));
        CircleCiClient client = client(server.url(), PATIENT)) {
      Failure failure =
          failure(
              client.get(
                  ME,
                  body -> {
                    throw new IOException("odd: " + TestClients.TEXT.read(body));
                  }));
      assertEquals("the answer is not what the API documents: odd: {[token]}", failure.message());
      assertEquals("{[token]}", failure.body());
    }
  }

  @Test
  public void givenToken_thenItShowsItselfNowhere() {
    Token token = new Token(TOKEN);
    assertEquals("[token]", token.toString());
    assertSecret(String.valueOf(new Object[] {token}[0]));
    NotSerializableException refused =
        assertThrows(
            NotSerializableException.class,
            () -> new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(token));
    assertSecret(refused.toString());
  }

  @Test
  public void givenAccessThatTravels_thenItHoldsTheReferenceOnly() throws Exception {
    ApiAccess access =
        new ApiAccess(
            "run",
            new Connection(
                CircleCiUrl.parse("https://circleci.com", false),
                TokenReference.parse("env:TEST_TOKEN"),
                null,
                PATIENT,
                PATIENT,
                4),
            Pace.fixed(10, 1),
            4,
            PATIENT);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(access);
    }
    assertTrue(bytes.size() > 0);
    assertSecret(bytes.toString(java.nio.charset.StandardCharsets.ISO_8859_1));
    assertTrue(access.toString(), access.toString().contains("env:TEST_TOKEN"));
  }

  private static void assertSecret(String text) {
    assertNotNull(text);
    for (int i = 0; i + PIECE <= TOKEN.length(); i++) {
      assertFalse(text, text.contains(TOKEN.substring(i, i + PIECE)));
    }
  }
}
