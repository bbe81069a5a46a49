package dev.circlebeam.circleci;

import static dev.circlebeam.circleci.TestClients.ME;
import static dev.circlebeam.circleci.TestClients.PATIENT;
import static dev.circlebeam.circleci.TestClients.TEXT;
import static dev.circlebeam.circleci.TestClients.TOKEN;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.Test;

public class EnvironmentProxiesTest {
  private static final Map<String, String> PROXY = Map.of("HTTPS_PROXY", "http://proxy.lan:3128");

  @Test
  public void givenNoVariable_thenNoProxy() {
    assertEquals("none", proxy("https://circleci.com", Map.of()));
    assertEquals("none", proxy("https://circleci.com", Map.of("HTTPS_PROXY", "")));
    assertEquals("none", proxy("https://circleci.com", Map.of("HTTP_PROXY", "http://proxy.lan")));
  }

  @Test
  public void givenVariable_thenItsHostAndPort() {
    assertEquals("proxy.lan:3128", proxy("https://circleci.com", PROXY));
    assertEquals(
        "proxy.lan:3128",
        proxy("https://circleci.com", Map.of("https_proxy", "http://proxy.lan:3128/")));
    assertEquals(
        "proxy.lan:3128", proxy("https://circleci.com", Map.of("HTTPS_PROXY", "proxy.lan:3128")));
    assertEquals(
        "proxy.lan:80", proxy("https://circleci.com", Map.of("HTTPS_PROXY", "http://proxy.lan")));
  }

  @Test
  public void givenPlainHttp_thenTheOtherVariable() {
    assertEquals("none", proxy("http://ci.lan", PROXY));
    assertEquals("web.lan:8080", proxy("http://ci.lan", Map.of("http_proxy", "web.lan:8080")));
  }

  @Test
  public void givenBothCases_thenTheLowerCaseWins() {
    assertEquals(
        "lower:1",
        proxy("https://circleci.com", Map.of("https_proxy", "lower:1", "HTTPS_PROXY", "upper:2")));
    assertEquals(
        "none", proxy("https://circleci.com", Map.of("https_proxy", "", "HTTPS_PROXY", "upper:2")));
  }

  @Test
  public void givenLoopback_thenNoProxy() {
    Map<String, String> both = Map.of("HTTPS_PROXY", "p:1", "HTTP_PROXY", "p:1");
    String[] urls = {
      "http://127.0.0.1:8080",
      "http://127.0.0.2",
      "http://localhost:1",
      "http://[::1]:8080",
      "https://127.0.0.1",
    };
    for (String url : urls) {
      assertEquals(url, "none", proxy(url, both));
    }
    assertEquals("p:1", proxy("https://127.evil.com", both));
  }

  @Test
  public void givenNoProxyThatMatches_thenNoProxy() {
    String[] lists = {
      "circleci.com",
      "CIRCLECI.com",
      "a.b,circleci.com",
      " a.b , circleci.com ",
      "com",
      ".com",
      "*.com",
      "*",
      "a.b,*",
    };
    for (String list : lists) {
      assertEquals(list, "none", exempt("https://circleci.com", "NO_PROXY", list));
      assertEquals(list, "none", exempt("https://circleci.com", "no_proxy", list));
    }
    assertEquals("none", exempt("https://api.circleci.com", "NO_PROXY", "circleci.com"));
    assertEquals("none", exempt("https://api.circleci.com", "NO_PROXY", ".circleci.com"));
    assertEquals("none", exempt("https://10.1.2.3:8443", "NO_PROXY", "10.1.2.3"));
  }

  @Test
  public void givenNoProxyThatDoesNotMatch_thenTheProxy() {
    String[] lists = {"", ",", "ci.com", "circleci.co", "api.circleci.com", "xcircleci.com"};
    for (String list : lists) {
      assertEquals(list, "proxy.lan:3128", exempt("https://circleci.com", "NO_PROXY", list));
    }
  }

  @Test
  public void givenVariableThatIsNoAddress_thenRefusedByName() throws Exception {
    for (String odd : new String[] {"http://", "http://a b:3128", "::", "http://proxy:port"}) {
      Map<String, String> environment = Map.of("HTTPS_PROXY", odd, "T", TOKEN);
      Connection connection =
          new Connection(
              CircleCiUrl.parse("https://circleci.invalid", false),
              TokenReference.parse("env:T"),
              null,
              PATIENT,
              PATIENT,
              1);
      IllegalStateException refused =
          assertThrows(
              odd,
              IllegalStateException.class,
              () -> new CircleCiClient(connection, environment, Clock.systemUTC()).close());
      assertTrue(refused.getMessage(), refused.getMessage().contains("HTTPS_PROXY"));
    }
  }

  @Test
  public void givenProxy_thenHttpsGoesThroughATunnelWithoutTheToken() throws Exception {
    try (WireServer proxy = WireServer.start(WireServer.answering("502 No tunnel", ""))) {
      Connection connection =
          new Connection(
              CircleCiUrl.parse("https://circleci.invalid", false),
              TokenReference.parse("env:T"),
              null,
              PATIENT,
              PATIENT,
              1);
      Map<String, String> environment = Map.of("HTTPS_PROXY", proxy.url(), "T", TOKEN);
      try (CircleCiClient client = new CircleCiClient(connection, environment, Clock.systemUTC())) {
        Failure failure = TestClients.failure(client.get(ME, TEXT));
        assertTrue(failure.toString(), failure.kind().retryable());
      }
      assertEquals(1, proxy.requests().size());
      WireServer.Request request = proxy.requests().get(0);
      assertEquals("CONNECT circleci.invalid:443 HTTP/1.1", request.line());
      assertFalse(request.toString(), request.toString().contains(TOKEN.substring(0, 10)));
    }
  }

  private static String exempt(String url, String variable, String list) {
    return proxy(url, Map.of("HTTPS_PROXY", "http://proxy.lan:3128", variable, list));
  }

  private static String proxy(String url, Map<String, String> environment) {
    List<Proxy> proxies = new EnvironmentProxies(environment).select(URI.create(url));
    assertEquals(1, proxies.size());
    Proxy proxy = proxies.get(0);
    if (proxy.type() == Proxy.Type.DIRECT) {
      return "none";
    }
    InetSocketAddress address = (InetSocketAddress) proxy.address();
    return address.getHostString() + ":" + address.getPort();
  }
}
