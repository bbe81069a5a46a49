package dev.circlebeam.sample;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

public class AuthenticationTest {
  private static SampleServer server;
  private static Client client;

  @BeforeClass
  public static void start() {
    server = SampleServer.start(SampleConfig.defaults());
    client = new Client(server);
  }

  @AfterClass
  public static void stop() {
    server.close();
  }

  @Test
  public void givenNoToken_thenUnauthorized() throws Exception {
    assertAnswer(
        client.request("/api/v2/me").header("Accept", "application/json"),
        401,
        "{\"message\":\"Invalid token provided.\"}");
  }

  @Test
  public void givenWrongToken_thenUnauthorized() throws Exception {
    assertAnswer(me("Circle-Token", "other"), 401, "{\"message\":\"Invalid token provided.\"}");
    assertAnswer(me("Authorization", "Digest x"), 401, "{\"message\":\"Invalid token provided.\"}");
  }

  @Test
  public void givenEachAcceptedForm_thenMe() throws Exception {
    String basic =
        Base64.getEncoder().encodeToString((Client.TOKEN + ":").getBytes(StandardCharsets.UTF_8));
    HttpResponse<String> first = client.send(me("Circle-Token", Client.TOKEN));
    assertEquals(200, first.statusCode());
    assertEquals(first.body(), client.send(me("Authorization", "Bearer " + Client.TOKEN)).body());
    assertEquals(first.body(), client.send(me("Authorization", "Basic " + basic)).body());
  }

  @Test
  public void givenTokenInQuery_thenRefusedWithItsText() throws Exception {
    HttpResponse<String> response = client.get("/me?circle-token=" + Client.TOKEN);
    assertEquals(401, response.statusCode());
    assertTrue(response.body(), response.body().contains("query parameter authentication"));
  }

  @Test
  public void givenProjectToken_thenForbiddenOnMeAndUnauthorizedElsewhere() throws Exception {
    String token = SampleConfig.defaults().projectToken();
    assertAnswer(me("Circle-Token", token), 403, "{\"message\":\"Permission denied.\"}");
    HttpResponse<String> other =
        client.send(client.request("/api/v2/me/collaborations").header("Circle-Token", token));
    assertEquals(401, other.statusCode());
  }

  @Test
  public void givenOtherMethod_thenMethodNotAllowed() throws Exception {
    HttpResponse<String> response =
        client.send(
            client.authorized("/me").POST(HttpRequest.BodyPublishers.ofString("{\"a\":1}")));
    assertEquals(405, response.statusCode());
    assertEquals("{\"message\":\"Method Not Allowed\"}", response.body());
  }

  @Test
  public void givenNoAccept_thenIndented() throws Exception {
    HttpResponse<String> response =
        client.send(client.request("/api/v2/me").header("Circle-Token", Client.TOKEN));
    assertTrue(response.body(), response.body().contains("\"id\" : \""));
  }

  private static HttpRequest.Builder me(String header, String value) {
    return client.request("/api/v2/me").header("Accept", "application/json").header(header, value);
  }

  private static void assertAnswer(HttpRequest.Builder request, int status, String body)
      throws Exception {
    HttpResponse<String> response = client.send(request);
    assertEquals(status, response.statusCode());
    assertEquals(body, response.body());
  }
}
