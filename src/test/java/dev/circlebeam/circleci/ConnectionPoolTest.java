package dev.circlebeam.circleci;

import static dev.circlebeam.circleci.TestClients.PATIENT;
import static dev.circlebeam.circleci.TestClients.TEXT;
import static dev.circlebeam.circleci.TestClients.client;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.Timeout;

/** How many connections are opened, and how many requests are under way at once. */
public class ConnectionPoolTest {
  @Rule public final Timeout limit = Timeout.seconds(60);

  private static final int THREADS = 32;
  private static final int EACH = 10;

  @Test
  public void givenAnswersWithLength_thenConnectionsAreReused() throws Exception {
    assertReused(WireServer.answering("200 OK", "{\"items\":[]}"));
  }

  @Test
  public void givenChunkedGzip_thenConnectionsAreReused() throws Exception {
    byte[] body = WireServer.gzip("{\"items\":[" + "1,".repeat(500) + "1]}");
    assertReused(
        (request, wire) -> {
          wire.send(
              WireServer.head("200 OK", "Transfer-Encoding: chunked", "Content-Encoding: gzip")
                  + "\r\n"
                  + Integer.toHexString(body.length)
                  + "\r\n");
          wire.send(body);
          wire.send("\r\n0\r\n\r\n");
        });
  }

  @Test
  public void givenErrors_thenConnectionsAreReused() throws Exception {
    assertReused(WireServer.answering("404 Not Found", "{\"message\":\"x\"}"));
  }

  @Test
  public void given32Threads_then32RequestsAreUnderWayAtOnce() throws Exception {
    CountDownLatch all = new CountDownLatch(THREADS);
    try (WireServer server =
        WireServer.start(
            (request, wire) -> {
              all.countDown();
              try {
                // Nobody is answered before everybody has asked.
                boolean there = all.await(30, TimeUnit.SECONDS);
                WireServer.answering(there ? "200 OK" : "500 Alone", "").answer(request, wire);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            })) {
      assertEquals(THREADS, good(server, 1));
      assertEquals(THREADS, server.connections());
    }
  }

  private static void assertReused(WireServer.Script script) throws Exception {
    try (WireServer server = WireServer.start(script)) {
      good(server, EACH);
      assertEquals(THREADS * EACH, server.requests().size());
      assertTrue(server.connections() + " connections", server.connections() <= THREADS);
    }
  }

  /** Asks from all threads at once and counts the good answers. */
  private static int good(WireServer server, int each) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try (CircleCiClient client = client(server.url(), PATIENT)) {
      List<Future<Integer>> counts = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        counts.add(
            threads.submit(
                () -> {
                  int good = 0;
                  for (int n = 0; n < each; n++) {
                    Answer<String> answer = client.get(new ApiRequest("me"), TEXT);
                    good += answer instanceof Answer.Ok<String> ? 1 : 0;
                  }
                  return good;
                }));
      }
      int good = 0;
      for (Future<Integer> count : counts) {
        good += count.get(60, TimeUnit.SECONDS);
      }
      return good;
    } finally {
      threads.shutdownNow();
    }
  }
}
