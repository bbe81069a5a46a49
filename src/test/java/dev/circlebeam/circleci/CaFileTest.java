package dev.circlebeam.circleci;

import static dev.circlebeam.circleci.TestClients.ME;
import static dev.circlebeam.circleci.TestClients.NOW;
import static dev.circlebeam.circleci.TestClients.PATIENT;
import static dev.circlebeam.circleci.TestClients.TEXT;
import static dev.circlebeam.circleci.TestClients.client;
import static dev.circlebeam.circleci.TestClients.failure;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.junit.rules.Timeout;

/** Whom the client trusts. The servers' certificates are made on the spot. */
public class CaFileTest {
  @Rule public final Timeout limit = Timeout.seconds(60);

  @ClassRule public static final TemporaryFolder FOLDER = new TemporaryFolder();

  private static final char[] PASSWORD = "changeit".toCharArray();
  private static HttpsServer right;
  private static HttpsServer wrongName;

  @BeforeClass
  public static void start() throws Exception {
    right = server("right", "ip:127.0.0.1");
    wrongName = server("wrong", "dns:ci.acme.example");
  }

  @AfterClass
  public static void stop() {
    right.stop(0);
    wrongName.stop(0);
  }

  @Test
  public void givenNoCaFile_thenUnknownCertificateIsRefused() {
    Failure failure = failure(get(right, null));
    assertEquals(FailureKind.CONNECTION, failure.kind());
    assertTrue(failure.message(), failure.message().contains("certi"));
  }

  @Test
  public void givenCaFile_thenItsCertificateIsTrusted() {
    assertEquals(new Answer.Ok<>("hello", NOW), get(right, pem("right")));
  }

  @Test
  public void givenCaFileWithSeveral_thenEachIsTrusted() throws Exception {
    Path both = FOLDER.newFile().toPath();
    Files.writeString(
        both, Files.readString(Path.of(pem("wrong"))) + Files.readString(Path.of(pem("right"))));
    assertEquals(new Answer.Ok<>("hello", NOW), get(right, both.toString()));
  }

  @Test
  public void givenCaFileOfAnother_thenRefused() {
    assertEquals(FailureKind.CONNECTION, failure(get(right, pem("wrong"))).kind());
  }

  @Test
  public void givenCaFileAndAnotherHostsCertificate_thenRefused() {
    Failure failure = failure(get(wrongName, pem("wrong")));
    assertEquals(FailureKind.CONNECTION, failure.kind());
    assertTrue(failure.message(), failure.message().contains("127.0.0.1"));
  }

  @Test
  public void givenSwitchesThatTurnChecksOffElsewhere_thenTheyAreOnHere() {
    List<String> switches =
        List.of(
            "jdk.internal.httpclient.disableHostnameVerification",
            "com.google.api.client.should_use_proxy",
            "com.sun.net.ssl.checkRevocation",
            "trust_all_cert",
            "maven.wagon.http.ssl.insecure",
            "maven.wagon.http.ssl.allowall");
    try {
      for (String name : switches) {
        for (String value : List.of("true", "false")) {
          System.setProperty(name, value);
          assertEquals(FailureKind.CONNECTION, failure(get(right, null)).kind());
          assertEquals(FailureKind.CONNECTION, failure(get(wrongName, pem("wrong"))).kind());
        }
      }
    } finally {
      switches.forEach(System::clearProperty);
    }
    assertEquals(new Answer.Ok<>("hello", NOW), get(right, pem("right")));
  }

  @Test
  public void givenAllowInsecureHttp_thenTlsIsCheckedAsBefore() {
    String url = "https://127.0.0.1:" + right.getAddress().getPort();
    assertEquals(CircleCiUrl.parse(url, false), CircleCiUrl.parse(url, true));
    Connection connection =
        new Connection(
            CircleCiUrl.parse(url, true), TokenReference.parse("env:T"), null, PATIENT, PATIENT, 1);
    try (CircleCiClient client =
        new CircleCiClient(
            connection, Map.of("T", TestClients.TOKEN), java.time.Clock.systemUTC())) {
      assertEquals(FailureKind.CONNECTION, failure(client.get(ME, TEXT)).kind());
    }
  }

  @Test
  public void givenCaFileThatIsNone_thenTheFlagIsNamed() throws Exception {
    Path empty = FOLDER.newFile().toPath();
    Path garbage = FOLDER.newFile().toPath();
    Files.writeString(garbage, "no certificate");
    Path absent = FOLDER.getRoot().toPath().resolve("absent.pem");
    for (Path file : new Path[] {empty, garbage, absent, FOLDER.getRoot().toPath()}) {
      IllegalStateException refused =
          assertThrows(
              IllegalStateException.class,
              () -> client("https://127.0.0.1", PATIENT, file.toString()));
      assertTrue(refused.getMessage(), refused.getMessage().contains("--caFile=" + file));
    }
  }

  private static Answer<String> get(HttpsServer server, String caFile) {
    String url = "https://127.0.0.1:" + server.getAddress().getPort();
    try (CircleCiClient client = client(url, PATIENT, caFile)) {
      return client.get(ME, TEXT);
    }
  }

  private static String pem(String name) {
    return FOLDER.getRoot().toPath().resolve(name + ".pem").toString();
  }

  private static HttpsServer server(String name, String subject) throws Exception {
    Path store = FOLDER.getRoot().toPath().resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=" + subject,
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASSWORD))
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(said, 0, keytool.waitFor());

    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    Base64.Encoder base64 = Base64.getMimeEncoder(64, new byte[] {'\n'});
    Files.writeString(
        Path.of(pem(name)),
        "-----BEGIN CERTIFICATE-----\n"
            + base64.encodeToString(keys.getCertificate(name).getEncoded())
            + "\n-----END CERTIFICATE-----\n");
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(managers.getKeyManagers(), null, null);
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    server.createContext(
        "/",
        exchange -> {
          byte[] body = "hello".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    return server;
  }
}
