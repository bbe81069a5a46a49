package dev.circlebeam.circleci;

import static dev.circlebeam.circleci.TestClients.ME;
import static dev.circlebeam.circleci.TestClients.PATIENT;
import static dev.circlebeam.circleci.TestClients.TEXT;
import static dev.circlebeam.circleci.TestClients.ask;
import static dev.circlebeam.circleci.TestClients.client;
import static dev.circlebeam.circleci.TestClients.failure;
import static dev.circlebeam.circleci.WireServer.head;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Arrays;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.Timeout;

/** What the client makes of answers that never come, or not whole. */
public class BrokenWireTest {
  @Rule public final Timeout limit = Timeout.seconds(60);

  private static final Duration IMPATIENT = Duration.ofMillis(200);

  @Test
  public void givenClosedPort_thenConnection() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (CircleCiClient client = client("http://127.0.0.1:" + port, PATIENT)) {
      Failure failure = failure(client.get(ME, TEXT));
      assertEquals(FailureKind.CONNECTION, failure.kind());
      assertEquals(0, failure.status());
      assertTrue(failure.message(), failure.message().contains("refused"));
    }
  }

  @Test
  public void givenUnknownHost_thenConnectionThatNamesIt() {
    try (CircleCiClient client = client("https://nowhere.invalid", PATIENT)) {
      Failure failure = failure(client.get(ME, TEXT));
      assertEquals(FailureKind.CONNECTION, failure.kind());
      assertTrue(failure.message(), failure.message().contains("unknown host nowhere.invalid"));
    }
  }

  @Test
  public void givenClosedBeforeHeaders_thenConnection() throws Exception {
    Failure failure = failure(ask((request, wire) -> wire.close()));
    assertEquals(FailureKind.CONNECTION, failure.kind());
    assertEquals(0, failure.status());
    assertFalse(failure.message().isBlank());
  }

  @Test
  public void givenClosedBeforeHeaders_thenTheServerWasAskedOnce() throws Exception {
    try (WireServer server = WireServer.start((request, wire) -> wire.close())) {
      assertEquals(FailureKind.CONNECTION, failure(ask(server)).kind());
      assertEquals(1, server.requests().size());
    }
  }

  @Test
  public void givenClosedInsideHeaders_thenConnection() throws Exception {
    Failure failure =
        failure(
            ask(
                (request, wire) -> {
                  wire.send("HTTP/1.1 200 OK\r\nContent-Le");
                  wire.close();
                }));
    assertTrue(failure.toString(), failure.kind().retryable());
  }

  @Test
  public void givenNoHttp_thenConnection() throws Exception {
    Failure failure =
        failure(
            ask(
                (request, wire) -> {
                  wire.send("SSH-2.0-OpenSSH_9.6\r\n");
                  wire.close();
                }));
    assertEquals(FailureKind.CONNECTION, failure.kind());
    assertFalse(failure.message().isBlank());
  }

  @Test
  public void givenContentLengthNotReached_thenMalformed() throws Exception {
    Failure failure =
        failure(
            ask(
                (request, wire) -> {
                  wire.send(head("200 OK", "Content-Length: 100") + "\r\n{\"items\":[");
                  wire.close();
                }));
    assertEquals(FailureKind.MALFORMED, failure.kind());
    assertEquals(200, failure.status());
  }

  @Test
  public void givenChunksWithoutEnd_thenMalformed() throws Exception {
    for (String rest : new String[] {"", "5", "5\r\n", "5\r\nhel", "5\r\nhello\r\n"}) {
      Failure failure =
          failure(
              ask(
                  (request, wire) -> {
                    wire.send(head("200 OK", "Transfer-Encoding: chunked") + "\r\n2\r\n{}\r\n");
                    wire.send(rest);
                    wire.close();
                  }));
      assertEquals("after " + rest, FailureKind.MALFORMED, failure.kind());
    }
  }

  @Test
  public void givenGzipCutShort_thenMalformed() throws Exception {
    byte[] whole = WireServer.gzip("{\"items\":[" + "12345,".repeat(1000) + "1]}");
    for (int length : new int[] {12, whole.length / 2, whole.length - 4}) {
      byte[] part = Arrays.copyOf(whole, length);
      Failure failure =
          failure(ask(WireServer.answering("200 OK", part, "Content-Encoding: gzip")));
      assertEquals(length + " bytes", FailureKind.MALFORMED, failure.kind());
      assertEquals(200, failure.status());
    }
  }

  @Test
  public void givenGzipThatIsNone_thenMalformed() throws Exception {
    Failure failure =
        failure(ask(WireServer.answering("200 OK", "{\"a\":1}", "Content-Encoding: gzip")));
    assertEquals(FailureKind.MALFORMED, failure.kind());
  }

  @Test
  public void givenErrorBodyCutShort_thenTheStatusStillCounts() throws Exception {
    Failure failure =
        failure(
            ask(
                (request, wire) -> {
                  wire.send(head("404 Not Found", "Content-Length: 100") + "\r\n{");
                  wire.close();
                }));
    assertEquals(FailureKind.NOT_FOUND, failure.kind());
    assertEquals("HTTP 404", failure.message());
  }

  @Test
  public void givenNoAnswer_thenTimeout() throws Exception {
    try (WireServer server = WireServer.start((request, wire) -> wire.holds(60_000))) {
      Failure failure = failure(ask(server, IMPATIENT));
      assertEquals(FailureKind.TIMEOUT, failure.kind());
      assertEquals(0, failure.status());
    }
  }

  @Test
  public void givenStalledBody_thenTimeout() throws Exception {
    try (WireServer server =
        WireServer.start(
            (request, wire) -> {
              wire.send(head("200 OK", "Content-Length: 100") + "\r\n{");
              wire.holds(60_000);
            })) {
      Failure failure = failure(ask(server, IMPATIENT));
      assertEquals(FailureKind.TIMEOUT, failure.kind());
      assertEquals(200, failure.status());
    }
  }

  @Test
  public void givenBodyThatTricklesForever_thenTimeout() throws Exception {
    try (WireServer server =
        WireServer.start(
            (request, wire) -> {
              wire.send(head("200 OK", "Content-Length: 1000000") + "\r\n");
              while (wire.holds(20)) {
                wire.send(" ");
              }
            })) {
      Failure failure = failure(ask(server, IMPATIENT));
      assertEquals(FailureKind.TIMEOUT, failure.kind());
      assertTrue(failure.message(), failure.message().startsWith("the body was not there"));
    }
  }

  @Test
  public void givenBrokenAnswer_thenTheNextRequestIsAnswered() throws Exception {
    try (WireServer server =
            WireServer.start(
                (request, wire) -> {
                  if (request.line().contains("/bad")) {
                    wire.send(head("200 OK", "Content-Length: 100") + "\r\n{");
                    wire.holds(60_000);
                  } else {
                    WireServer.answering("200 OK", "good").answer(request, wire);
                  }
                });
        CircleCiClient client = client(server.url(), IMPATIENT)) {
      for (int i = 0; i < 3; i++) {
        assertEquals(FailureKind.TIMEOUT, failure(client.get(new ApiRequest("bad"), TEXT)).kind());
      }
      assertEquals(
          new Answer.Ok<>("good", TestClients.NOW), client.get(new ApiRequest("good"), TEXT));
      assertEquals(4, server.requests().size());
    }
  }

  @Test
  public void givenConnectionThatTheServerClosedMeanwhile_thenTheFailureMayBeRetried()
      throws Exception {
    try (WireServer server =
            WireServer.start(
                (request, wire) -> {
                  WireServer.answering("200 OK", "good").answer(request, wire);
                  wire.close();
                });
        CircleCiClient client = client(server.url(), PATIENT)) {
      assertEquals(new Answer.Ok<>("good", TestClients.NOW), client.get(ME, TEXT));
      Answer<String> second = client.get(ME, TEXT);
      assertTrue(
          second.toString(),
          second instanceof Answer.Ok<String> || failure(second).kind() == FailureKind.CONNECTION);
    }
  }
}
