package dev.circlebeam.sample;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpResponse;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.Test;

/** Each fault as a client meets it. */
public class FaultsTest {
  private static final String LIST = "/project/gh/acme/web-shop/pipeline";
  private static final SampleConfig CONFIG = SampleConfig.defaults();

  @Test
  public void givenStatusFaults_thenTheirStatuses() throws Exception {
    assertEquals(500, answer(FaultKind.STATUS_500).statusCode());
    HttpResponse<String> proxy = answer(FaultKind.STATUS_502_HTML);
    assertEquals(502, proxy.statusCode());
    assertTrue(proxy.body().startsWith("<html>"));
    HttpResponse<String> busy = answer(FaultKind.STATUS_503_RETRY_AFTER);
    assertEquals(503, busy.statusCode());
    assertEquals("1", header(busy, "Retry-After"));
    assertEquals(504, answer(FaultKind.STATUS_504).statusCode());
    assertEquals(403, answer(FaultKind.FORBIDDEN).statusCode());
    assertEquals(404, answer(FaultKind.NOT_FOUND).statusCode());
    HttpResponse<String> moved = answer(FaultKind.REDIRECT);
    assertEquals(302, moved.statusCode());
    assertEquals("/elsewhere", header(moved, "Location"));
  }

  @Test
  public void givenTooManyFaults_thenTheirDresses() throws Exception {
    HttpResponse<String> json = answer(FaultKind.TOO_MANY_JSON);
    assertEquals(429, json.statusCode());
    assertEquals("1", header(json, "Retry-After"));
    HttpResponse<String> reset = answer(FaultKind.TOO_MANY_RESET_HEADER);
    assertEquals(429, reset.statusCode());
    assertEquals("", header(reset, "Retry-After"));
    assertEquals("1", header(reset, "RateLimit-Reset"));
    HttpResponse<String> text = answer(FaultKind.TOO_MANY_TEXT);
    assertEquals(429, text.statusCode());
    assertEquals("Rate limited.", text.body());
  }

  @Test
  public void givenBrokenConnections_thenClientFails() {
    assertThrows(IOException.class, () -> answer(FaultKind.CLOSE_BEFORE_HEADERS));
    assertThrows(IOException.class, () -> answer(FaultKind.TRUNCATED_BODY));
    assertThrows(IOException.class, () -> answer(FaultKind.RESET_BEFORE_HEADERS));
    IOException reset = assertThrows(IOException.class, () -> answer(FaultKind.RESET_IN_BODY));
    assertTrue(String.valueOf(reset), causes(reset).contains("reset"));
  }

  @Test
  public void givenADownServer_thenRefusedAndBackAtTheSameAddress() throws Exception {
    // It is down for a moment only: whoever comes too late for it brings it down again.
    int manyTimes = 50;
    try (SampleServer server =
        start(FaultRule.times(FaultKind.REFUSED_FOR_A_MOMENT, "/pipeline$", manyTimes))) {
      Client client = new Client(server);
      int broken = 0;
      int refused = 0;
      HttpResponse<String> answer = null;
      while (answer == null) {
        try {
          answer = client.get(LIST);
        } catch (ConnectException e) {
          refused++;
        } catch (IOException e) {
          broken++;
        }
      }
      assertEquals(200, answer.statusCode());
      assertTrue(broken + " broken", broken > 0);
      assertTrue(refused + " refused", refused > 0);
    }
  }

  @Test
  public void givenASlowBody_thenAllOfIt() throws Exception {
    assertEquals(20, items(FaultKind.SLOW_BODY).size());
  }

  @Test
  public void givenASkewedClock_thenItsDateIsItsOwn() throws Exception {
    HttpResponse<String> busy = answer(FaultKind.SKEWED_CLOCK);
    assertEquals(503, busy.statusCode());
    ZonedDateTime date = date(header(busy, "Date"));
    assertTrue(date.isAfter(ZonedDateTime.now(ZoneOffset.UTC).plusHours(5)));
    assertEquals(date.plusSeconds(1), date(header(busy, "Retry-After")));
  }

  @Test
  public void givenNewValues_thenOnlyTheFirstItemHasThem() throws Exception {
    JsonNode kinds = items(FaultKind.NEW_ENUM_VALUE);
    assertEquals("quarantined", kinds.get(0).get("state").asText());
    assertEquals("created", kinds.get(1).get("state").asText());
    JsonNode types = items(FaultKind.TYPE_CHANGE);
    assertTrue(types.get(0).get("number").get("value").isInt());
    assertTrue(types.get(1).get("number").isInt());
    assertEquals(10_000_000, items(FaultKind.HUGE_ITEM).get(0).get("x_huge").asText().length());
    String deep = answer(FaultKind.DEEP_NESTING).body();
    assertTrue(deep.contains("[".repeat(5_000) + "]".repeat(5_000)));
    assertTrue(answer(FaultKind.INVALID_UTF8).body().contains("d\uFFFDj\uFFFD vu"));
  }

  @Test
  public void givenDuplicateItem_thenItIsOnBothPages() throws Exception {
    try (SampleServer server = start(FaultRule.always(FaultKind.DUPLICATE_ITEM, "/pipeline"))) {
      Client client = new Client(server);
      JsonNode first = client.json(LIST);
      String token = first.get("next_page_token").asText();
      JsonNode again = client.json(LIST + "?page-token=" + token).get("items").get(0);
      assertEquals(first.get("items").get(19).get("id"), again.get("id"));
      assertTrue(again.get("x_again").asBoolean());
    }
  }

  @Test
  public void givenUnreadableBodies_then200AllTheSame() throws Exception {
    HttpResponse<String> malformed = answer(FaultKind.MALFORMED_JSON);
    assertEquals(200, malformed.statusCode());
    assertThrows(JsonProcessingException.class, () -> Client.MAPPER.readTree(malformed.body()));
    HttpResponse<String> empty = answer(FaultKind.EMPTY_BODY);
    assertEquals(200, empty.statusCode());
    assertEquals("", empty.body());
    HttpResponse<String> html = answer(FaultKind.HTML_200);
    assertEquals(200, html.statusCode());
    assertTrue(html.body().startsWith("<html>"));
  }

  @Test
  public void givenSpoiledItems_thenTheOthersAreWhole() throws Exception {
    JsonNode nameless = items(FaultKind.ITEM_WITHOUT_ID);
    assertFalse(nameless.get(0).has("id"));
    assertTrue(nameless.get(1).has("id"));
    JsonNode text = items(FaultKind.ITEM_NOT_OBJECT);
    assertEquals(21, text.size());
    assertTrue(text.get(0).isTextual());
    JsonNode wrong = items(FaultKind.WRONG_TYPES);
    assertEquals(21, wrong.size());
    assertTrue(wrong.get(0).get("number").isObject());
    assertTrue(wrong.get(1).get("number").isInt());
    JsonNode echo = items(FaultKind.ECHO_TOKEN);
    assertEquals(20, echo.size());
    assertEquals(Client.TOKEN, echo.get(19).get("x_echo").asText());
  }

  @Test
  public void givenTokenEcho_thenItIsInTheBody() throws Exception {
    HttpResponse<String> response = answer(FaultKind.WRONG_TOKEN_ECHO);
    assertEquals(401, response.statusCode());
    assertTrue(response.body(), response.body().contains(Client.TOKEN));
  }

  @Test
  public void givenPageTokenFaults_thenOnlyLaterPagesSuffer() throws Exception {
    try (SampleServer server =
        start(FaultRule.always(FaultKind.REPEATED_PAGE_TOKEN, "/pipeline"))) {
      Client client = new Client(server);
      String token = client.json(LIST).get("next_page_token").asText();
      JsonNode second = client.json(LIST + "?page-token=" + token);
      assertEquals(token, second.get("next_page_token").asText());
    }
    try (SampleServer server = start(FaultRule.always(FaultKind.EXPIRED_PAGE_TOKEN, "/pipeline"))) {
      Client client = new Client(server);
      String token = client.json(LIST).get("next_page_token").asText();
      assertEquals(400, client.get(LIST + "?page-token=" + token).statusCode());
    }
  }

  @Test
  public void givenStalled_thenNoAnswerUntilTheServerCloses() throws Exception {
    SampleServer server = start(FaultRule.always(FaultKind.STALLED, "/me$"));
    Client client = new Client(server);
    CompletableFuture<HttpResponse<String>> answer = client.sendLater(client.authorized("/me"));
    // Other requests are answered meanwhile.
    assertEquals(200, client.get("/me/collaborations").statusCode());
    server.close();
    ExecutionException failure = assertThrows(ExecutionException.class, answer::get);
    assertTrue(failure.getCause() instanceof IOException);
  }

  @Test
  public void givenTimes_thenEachUrlRecovers() throws Exception {
    try (SampleServer server = start(FaultRule.times(FaultKind.STATUS_500, "/pipeline", 2))) {
      Client client = new Client(server);
      for (String url : new String[] {LIST, LIST + "?branch=main"}) {
        assertEquals(500, client.get(url).statusCode());
        assertEquals(500, client.get(url).statusCode());
        assertEquals(200, client.get(url).statusCode());
      }
      assertEquals(200, client.get("/me").statusCode());
    }
  }

  @Test
  public void givenEvery_thenThatShare() throws Exception {
    try (SampleServer server = start(FaultRule.every(FaultKind.STATUS_500, "/me", 3))) {
      Client client = new Client(server);
      int[] statuses = new int[7];
      for (int i = 0; i < statuses.length; i++) {
        statuses[i] = client.get("/me").statusCode();
      }
      assertEquals("[200, 200, 500, 200, 200, 500, 200]", Arrays.toString(statuses));
    }
  }

  @Test
  public void givenText_thenRulesThatReadBack() {
    SampleFaults faults =
        SampleFaults.parse(
            "STATUS-500@/workflow/[0-9a-f:]+$:times=2, stalled@/me html_200@x:every=10");
    assertEquals(3, faults.rules().size());
    assertEquals(FaultKind.STATUS_500, faults.rules().get(0).kind());
    assertEquals("/workflow/[0-9a-f:]+$", faults.rules().get(0).path().pattern());
    assertEquals(2, faults.rules().get(0).times());
    assertEquals(10, faults.rules().get(2).every());
    assertEquals(faults.toString(), SampleFaults.parse(faults.toString()).toString());
    assertEquals(0, SampleFaults.parse(" ").rules().size());
  }

  @Test
  public void givenBadText_thenThePieceAndTheKindsAreNamed() {
    for (String piece :
        new String[] {
          "nonsense@/me",
          "status_500",
          "@/me",
          "stalled@",
          "stalled@(",
          "stalled@/me:times=0",
          "stalled@/me:every=x"
        }) {
      IllegalArgumentException failure =
          assertThrows(
              IllegalArgumentException.class, () -> SampleFaults.parse("status_504@/me " + piece));
      assertTrue(failure.getMessage(), failure.getMessage().contains("\"" + piece + "\""));
      assertTrue(failure.getMessage(), failure.getMessage().contains("truncated_body"));
    }
  }

  private static String causes(Throwable e) {
    return e == null ? "" : e.getMessage() + " " + causes(e.getCause());
  }

  private static ZonedDateTime date(String text) {
    return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
  }

  private static SampleServer start(FaultRule rule) {
    return SampleServer.start(CONFIG.withFaults(SampleFaults.of(rule)));
  }

  private static HttpResponse<String> answer(FaultKind kind) throws Exception {
    try (SampleServer server = start(FaultRule.always(kind, "/pipeline$"))) {
      return new Client(server).get(LIST);
    }
  }

  private static JsonNode items(FaultKind kind) throws Exception {
    return Client.MAPPER.readTree(answer(kind).body()).get("items");
  }

  private static String header(HttpResponse<String> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }
}
