package dev.circlebeam.sample;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableMap;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.Test;

public class LimitAndStatsTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  @Test
  public void givenOverLimit_then429InThreeDresses() throws Exception {
    // So slow that the test cannot earn a second permit.
    SampleConfig config =
        SampleConfig.defaults().withLimit(0.001, SampleConfig.LimitForm.TOKEN_BUCKET);
    try (SampleServer server = SampleServer.start(config)) {
      Client client = new Client(server);
      HttpResponse<String> ok = client.get("/me");
      assertEquals(200, ok.statusCode());
      assertEquals("1", header(ok, "X-RateLimit-Limit-Second"));
      assertEquals("0", header(ok, "RateLimit-Remaining"));
      List<String> dresses = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        HttpResponse<String> refused = client.get("/me");
        assertEquals(429, refused.statusCode());
        dresses.add(
            refused.body()
                + " "
                + header(refused, "Retry-After")
                + "/"
                + header(refused, "RateLimit-Reset"));
      }
      assertEquals("{\"message\":\"Rate limit exceeded.\"} 1/", dresses.get(0));
      assertEquals("{\"message\":\"Rate limit exceeded.\"} /1", dresses.get(1));
      assertEquals("Rate limited. /", dresses.get(2));
      assertEquals(dresses.subList(0, 3), dresses.subList(3, 6));
      assertEquals(6, server.stats().tooMany());
    }
  }

  @Test
  public void givenTokenBucket_thenPermitsDrip() {
    RateGate gate = new RateGate(4, SampleConfig.LimitForm.TOKEN_BUCKET, true, 0);
    assertEquals(4, admitted(gate, 0, 10));
    assertEquals(2, admitted(gate, SECOND / 2, 10));
    assertEquals(0, admitted(gate, SECOND / 2, 10));
    assertEquals(4, admitted(gate, 10 * SECOND, 10));
  }

  @Test
  public void givenFixedWindow_thenPermitsComeWithTheSecond() {
    RateGate gate = new RateGate(4, SampleConfig.LimitForm.FIXED_WINDOW, true, 0);
    assertEquals(4, admitted(gate, 0, 10));
    assertEquals(0, admitted(gate, SECOND - 1, 10));
    assertEquals(4, admitted(gate, SECOND + 5, 10));
    assertEquals(4, admitted(gate, 2 * SECOND, 10));
  }

  @Test
  public void givenNoLimit_thenNoHeaders() {
    RateGate.Verdict verdict =
        new RateGate(0, SampleConfig.LimitForm.TOKEN_BUCKET, true, 0).enter(0);
    assertNull(verdict.refusal());
    assertEquals(ImmutableMap.of(), verdict.headers());
  }

  @Test
  public void givenRequests_thenCounted() throws Exception {
    try (SampleServer server = SampleServer.start(SampleConfig.defaults())) {
      Client client = new Client(server);
      client.get("/me");
      client.get("/me");
      client.get("/organization/gh/acme");
      client.get("/organization/gh/none");
      client.get("/no/such/route");
      SampleStats stats = server.stats();
      assertEquals(5, stats.requests());
      assertEquals(ImmutableMap.of("me", 2L, "organization", 2L, "unknown", 1L), stats.byRoute());
      assertEquals(ImmutableMap.of(200, 3L, 404, 2L), stats.byStatus());
      assertEquals(ImmutableMap.of("/api/v2/me", 2), stats.answeredTwice());
      assertEquals(4, stats.distinctUrls());
      assertEquals(1, stats.maxInFlight());
      assertEquals(5, stats.perSecond().stream().mapToInt(Integer::intValue).sum());
      assertFalse(stats.firstToLast().isNegative());

      JsonNode json = Client.MAPPER.readTree(client.send(client.request("/sample/stats")).body());
      assertEquals(5, json.get("requests").asInt());
      assertEquals(2, json.at("/answered_twice").get("/api/v2/me").asInt());
      client.send(client.request("/sample/stats/reset").POST(HttpRequest.BodyPublishers.noBody()));
      assertEquals(0, server.stats().requests());
      assertEquals(404, client.send(client.request("/sample/other")).statusCode());
    }
  }

  @Test
  public void givenLatency_thenRequestsWaitTogether() throws Exception {
    int requests = 100;
    SampleConfig config = SampleConfig.defaults().withLatency(Duration.ofMillis(400));
    try (SampleServer server = SampleServer.start(config)) {
      Client client = new Client(server);
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      long start = System.nanoTime();
      for (int i = 0; i < requests; i++) {
        answers.add(client.sendLater(client.authorized("/me?n=" + i)));
      }
      for (CompletableFuture<HttpResponse<String>> answer : answers) {
        assertEquals(200, answer.get().statusCode());
      }
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      assertTrue(millis + " ms", millis >= 400);
      // One after the other they would take 40 seconds.
      assertTrue(millis + " ms", millis < 10_000);
      assertTrue(server.stats().maxInFlight() > 16);
    }
  }

  private static int admitted(RateGate gate, long nanos, int requests) {
    int admitted = 0;
    for (int i = 0; i < requests; i++) {
      RateGate.Verdict verdict = gate.enter(nanos);
      if (verdict.refusal() == null) {
        assertNotNull(verdict.headers().get("RateLimit-Limit"));
        admitted++;
      }
    }
    return admitted;
  }

  private static String header(HttpResponse<String> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }
}
