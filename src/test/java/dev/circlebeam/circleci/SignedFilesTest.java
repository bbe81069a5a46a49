package dev.circlebeam.circleci;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.google.common.io.ByteStreams;
import com.google.common.net.InetAddresses;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPOutputStream;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/** Files at addresses that an answer names: which are fetched, with what, and what is told. */
public class SignedFilesTest {
  private static final String SECRET = "?expires=1&sig=very-secret";

  private final List<Headers> asked = new CopyOnWriteArrayList<>();
  private final ByteArrayOutputStream read = new ByteArrayOutputStream();
  private HttpServer server;
  private byte[] body = zipped("a,b\n");
  private int status = 200;
  private String header = "X-Nothing";
  private String value = "";
  private int announced;

  @Before
  public void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    server.createContext("/", this::answer);
    server.start();
  }

  @After
  public void stop() {
    server.stop(0);
  }

  @Test
  public void givenAFile_thenItsBytesUnzippedAndNoToken() {
    assertNull(fetch(here("http://127.0.0.1")));
    assertEquals("a,b\n", read.toString(StandardCharsets.UTF_8));
    assertFalse(asked.get(0).containsKey("Circle-Token"));
    assertFalse(asked.get(0).containsKey("Authorization"));
    assertFalse(asked.get(0).containsKey("Cookie"));
  }

  @Test
  public void givenAServerThatUnzips_orZipsTwice_thenTheSame() throws IOException {
    body = "a,b\n".getBytes(StandardCharsets.UTF_8);
    assertNull(fetch(here("http://127.0.0.1")));
    header = "Content-Encoding";
    value = "gzip";
    body = zipped("c\n");
    assertNull(fetch(here("http://127.0.0.1")));
    body = zipped(zipped("d\n"));
    assertNull(fetch(here("http://127.0.0.1")));
    assertEquals("a,b\nc\nd\n", read.toString(StandardCharsets.UTF_8));
  }

  @Test
  public void givenAnAddressThatIsNotToBeTrusted_thenNothingIsAskedFor() {
    for (String url :
        List.of(
            "http://files.example.com/a" + SECRET,
            "ftp://files.example.com/a" + SECRET,
            "file:///etc/passwd",
            "//files.example.com/a" + SECRET,
            "https://user:password@files.example.com/a" + SECRET,
            "https://10.0.0.1/a" + SECRET,
            "https://169.254.169.254/latest/meta-data" + SECRET,
            "https://192.168.1.1/a" + SECRET,
            "https://[fd00::1]/a" + SECRET,
            "https://[::ffff:10.0.0.1]/a" + SECRET,
            "https://0.0.0.0/a" + SECRET,
            "no address at all" + SECRET)) {
      Failure failure = fetch(url);
      assertNotNull(url, failure);
      assertEquals(url, FailureKind.CLIENT_ERROR, failure.kind());
      assertTellsNothing(url, failure);
    }
    assertEquals(List.of(), asked);
  }

  @Test
  public void givenThisMachine_thenOnlyWhereCircleCiIsThisMachine() {
    for (String host : List.of("127.0.0.1", "[::1]", "localhost")) {
      String url = here("https://" + host);
      Failure failure = fetch("https://circleci.com", url);
      assertEquals(url, "the file's address is no public one", failure.message());
      failure = fetch("https://circleci.com", here("http://" + host));
      assertEquals("the file's address does not begin with https://", failure.message());
    }
    assertEquals(List.of(), asked);
  }

  @Test
  public void givenANameThatLeadsToThisMachine_thenNoConnection() throws IOException {
    PublicAddresses addresses = new PublicAddresses(false, Set.of());
    UnknownHostException thrown =
        assertThrows(UnknownHostException.class, () -> addresses.resolve("localhost"));
    assertEquals("localhost (it is no public address)", thrown.getMessage());
    assertEquals(1, new PublicAddresses(true, Set.of()).resolve("127.0.0.1").length);
    assertEquals(
        "who names a proxy trusts it",
        1,
        new PublicAddresses(false, Set.of("127.0.0.1")).resolve("127.0.0.1").length);
  }

  @Test
  public void givenAddresses_thenOnlyPublicOnesAreAllowed() {
    PublicAddresses addresses = new PublicAddresses(false, Set.of());
    for (String address :
        List.of(
            "0.0.0.1",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.1.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.168.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "::a00:1")) {
      assertFalse(address, addresses.isAllowed(InetAddresses.forString(address)));
    }
    for (String address :
        List.of("8.8.8.8", "100.128.0.1", "172.32.0.1", "198.20.0.1", "2600:1f18::1")) {
      assertTrue(address, addresses.isAllowed(InetAddresses.forString(address)));
    }
  }

  @Test
  public void givenARedirect_thenNotFollowed() {
    status = 302;
    header = "Location";
    value = here("http://127.0.0.1");
    Failure failure = fetch(here("http://127.0.0.1"));
    assertEquals(FailureKind.REDIRECT, failure.kind());
    assertEquals(1, asked.size());
    assertTellsNothing("", failure);
  }

  @Test
  public void givenARefusal_thenItsStatusAndNothingOfItsBody() {
    status = 403;
    body =
        ("<Error><StringToSign>" + SECRET + "</StringToSign></Error>")
            .getBytes(StandardCharsets.UTF_8);
    Failure failure = fetch(here("http://127.0.0.1"));
    assertEquals(FailureKind.FORBIDDEN, failure.kind());
    assertEquals(403, failure.status());
    assertNull(failure.body());
    assertEquals("HTTP 403 from 127.0.0.1", failure.message());
  }

  @Test
  public void givenAFileThatBreaksOff_thenItMayBeTriedAgain() {
    announced = body.length;
    body = Arrays.copyOf(body, body.length - 6);
    Failure failure = fetch(here("http://127.0.0.1"));
    assertTrue(failure.toString(), failure.kind().retryable());
    announced = 0;
    failure = fetch(here("http://127.0.0.1"));
    assertEquals(FailureKind.MALFORMED, failure.kind());
    assertTellsNothing("", failure);
  }

  private static void assertTellsNothing(String about, Failure failure) {
    assertFalse(about, failure.toString().contains("very-secret"));
    assertFalse(about, failure.toString().contains("password"));
  }

  private Failure fetch(String url) {
    return fetch(here("http://127.0.0.1").replaceAll("/part.*", ""), url);
  }

  private Failure fetch(String circleCi, String url) {
    Connection connection =
        new Connection(
            CircleCiUrl.parse(circleCi, false),
            TokenReference.ofSampleServer(),
            null,
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            2);
    try (SignedFiles files = new SignedFiles(connection, Map.of())) {
      return files.read(url, in -> ByteStreams.copy(in, read));
    }
  }

  private String here(String host) {
    return host + ":" + server.getAddress().getPort() + "/part-0.csv.gz" + SECRET;
  }

  private void answer(HttpExchange exchange) throws IOException {
    asked.add(exchange.getRequestHeaders());
    try (exchange) {
      exchange.getResponseHeaders().set(header, value);
      exchange.sendResponseHeaders(status, announced > 0 ? announced : body.length);
      exchange.getResponseBody().write(body);
    } catch (IOException e) {
      // Less than was announced, as a test wants it.
      return;
    }
  }

  private static byte[] zipped(String text) {
    try {
      return zipped(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static byte[] zipped(byte[] bytes) throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write(bytes);
    }
    return zipped.toByteArray();
  }
}
