package dev.circlebeam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.sample.FaultKind;
import dev.circlebeam.sample.FaultRule;
import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleFaults;
import dev.circlebeam.sample.SampleServer;
import dev.circlebeam.sample.SampleTrait;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.junit.rules.Timeout;

/** The command against a server, as a person sees it. */
public class CheckCommandTest {
  private static final String TOKEN = "CCIPAT_Q7mZ2xW9kLp4_0f1e2d3c4b5a69788796";
  private static final String PROJECT_TOKEN = "3c1b5f0e9d8a7c6b5a493827160f5e4d3c2b1a09";
  private static final SampleConfig CONFIG =
      SampleConfig.defaults().withTokens(TOKEN, PROJECT_TOKEN);

  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  @Rule public final Timeout limit = Timeout.seconds(60);

  private record Ran(int code, String out, String err) {
    String all() {
      return out + err;
    }

    String last() {
      return out.lines().reduce("", (a, b) -> b);
    }
  }

  @Test
  public void givenAllIsWell_thenOk() throws Exception {
    try (SampleServer server = SampleServer.start(CONFIG)) {
      String slug = server.organization().projectSlugs().get(0);
      Ran ran = check(server.url(), TOKEN, "--projects=" + slug);
      assertEquals(ran.all(), 0, ran.code);
      assertEquals(ran.all(), "ok", ran.last());
      assertTrue(ran.all(), ran.out.contains("token          accepted; its user is "));
      assertTrue(ran.all(), ran.out.contains("organizations  gh/acme"));
      assertTrue(ran.all(), ran.out.contains("project        " + slug + ", id "));
      assertTrue(ran.all(), ran.out.contains("pipelines      newest is number "));
      assertEquals("", ran.err);
      assertNoSecret(ran.all());
    }
  }

  @Test
  public void givenNoProjects_thenTheTokenIsProved() throws Exception {
    try (SampleServer server = SampleServer.start(CONFIG)) {
      Ran ran = check(server.url(), TOKEN);
      assertEquals(ran.all(), 0, ran.code);
      assertTrue(ran.all(), ran.out.contains("name some with --projects"));
    }
  }

  @Test
  public void givenAnOrganization_thenHowManyProjectsEachWayShows() throws Exception {
    try (SampleServer server = SampleServer.start(CONFIG.withProjects(3))) {
      Ran ran = check(server.url(), TOKEN, "--orgs=gh/acme", "--excludeProjects=*/web-*");
      assertEquals(ran.all(), 0, ran.code);
      assertEquals(ran.all(), "ok", ran.last());
      assertTrue(ran.all(), ran.out.contains("organization   gh/acme, id "));
      assertTrue(
          ran.all(),
          ran.out.contains(
              "projects       gh/acme: 2 projects (3 listed by API v3, 3 named by Insights, "));
      assertFalse(ran.all(), ran.out.contains("none given; name some with --projects"));
    }
  }

  @Test
  public void givenAServerWithoutAList_thenThatV2SeesOnlyWhatIsFollowed() throws Exception {
    SampleConfig own = CONFIG.with(SampleTrait.SELF_HOSTED);
    try (SampleServer server = SampleServer.start(own)) {
      Ran ran = check(server.url(), TOKEN, "--orgs=gh/acme", "--startDate=2020-01-01");
      assertEquals(ran.all(), 0, ran.code);
      assertTrue(ran.all(), ran.out.contains("v2 alone sees only what the token's user follows"));
    }
  }

  @Test
  public void givenAnUnknownOrganization_thenNoResources() throws Exception {
    try (SampleServer server = SampleServer.start(CONFIG)) {
      Ran ran = check(server.url(), TOKEN, "--orgs=gh/elsewhere");
      assertEquals(ran.all(), 1, ran.code);
      assertTrue(ran.all(), ran.out.contains("no_resources: "));
      assertTrue(ran.all(), ran.out.contains("/api/v2/organization/gh/elsewhere'"));
    }
  }

  @Test
  public void givenSample_thenOkWithoutAToken() {
    Ran ran = run("check", "--sample", "--sampleProjects=1", "--samplePipelines=3");
    assertEquals(ran.all(), 0, ran.code);
    assertEquals(ran.all(), "ok", ran.last());
  }

  @Test
  public void givenWrongToken_thenInvalidCredentials() throws Exception {
    try (SampleServer server = SampleServer.start(CONFIG)) {
      Ran ran = check(server.url(), "wrong" + TOKEN);
      assertRefused("invalid_credentials: HTTP 401: Invalid token provided.", "me", ran);
      assertTrue(ran.all(), ran.out.contains("personal API token"));
    }
  }

  @Test
  public void givenProjectToken_thenInvalidCredentials() throws Exception {
    try (SampleServer server = SampleServer.start(CONFIG)) {
      Ran ran = check(server.url(), PROJECT_TOKEN);
      assertRefused("invalid_credentials: HTTP 403", "me", ran);
      assertTrue(ran.all(), ran.out.contains("Project tokens do not work"));
    }
  }

  @Test
  public void givenUnknownProject_thenNoResources() throws Exception {
    try (SampleServer server = SampleServer.start(CONFIG)) {
      Ran ran = check(server.url(), TOKEN, "--projects=gh/acme/nothing-here");
      assertRefused("no_resources: HTTP 404", "project/gh/acme/nothing-here", ran);
      assertTrue(ran.all(), ran.out.contains("Check --projects"));
    }
  }

  @Test
  public void givenForbiddenProject_thenInvalidPermissions() throws Exception {
    try (SampleServer server =
        SampleServer.start(
            CONFIG.withFaults(
                SampleFaults.of(FaultRule.always(FaultKind.FORBIDDEN, "/project/"))))) {
      String slug = server.organization().projectSlugs().get(0);
      Ran ran = check(server.url(), TOKEN, "--projects=" + slug);
      assertRefused("invalid_permissions: HTTP 403", "project/" + slug, ran);
    }
  }

  @Test
  public void givenClosedPort_thenUnreachable() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Ran ran = check("http://127.0.0.1:" + port, TOKEN);
    assertRefused("unreachable: ", "me", ran);
    assertTrue(ran.all(), ran.out.contains("Check --circleciUrl"));
  }

  @Test
  public void givenNoTokenFile_thenUsageError() {
    Ran ran =
        run(
            "check",
            "--circleciUrl=http://127.0.0.1:1",
            "--token=file:" + folder.getRoot() + "/absent");
    assertEquals(2, ran.code);
    assertTrue(ran.err, ran.err.startsWith("circlebeam: --token=file:"));
    assertEquals(1, ran.err.lines().count());
  }

  @Test
  public void givenBadCaFile_thenUsageError() throws Exception {
    Ran ran = check("https://127.0.0.1:1", TOKEN, "--caFile=" + folder.newFile());
    assertEquals(2, ran.code);
    assertTrue(ran.err, ran.err.startsWith("circlebeam: --caFile="));
    assertNoSecret(ran.all());
  }

  @Test
  public void givenAllLogging_thenNoTokenIsLogged() throws Exception {
    Logger root = LogManager.getLogManager().getLogger("");
    Level before = root.getLevel();
    Queue<String> logged = new ConcurrentLinkedQueue<>();
    Handler handler = capturing(logged);
    List<Level> levels = Arrays.stream(root.getHandlers()).map(Handler::getLevel).toList();
    List<Handler> others = List.of(root.getHandlers());
    others.forEach(root::removeHandler);
    root.addHandler(handler);
    try (SampleServer server = SampleServer.start(CONFIG)) {
      Logging.quiet(Map.of("CIRCLEBEAM_LOG", "ALL"));
      assertEquals(Level.ALL, handler.getLevel());
      assertEquals(0, check(server.url(), TOKEN).code);
      assertEquals(1, check(server.url(), "wrong" + TOKEN).code);
    } finally {
      root.removeHandler(handler);
      root.setLevel(before);
      for (int i = 0; i < others.size(); i++) {
        root.addHandler(others.get(i));
        others.get(i).setLevel(levels.get(i));
      }
    }
    assertTrue("nothing was logged: the test proves nothing", logged.size() > 10);
    logged.forEach(CheckCommandTest::assertNoSecret);
  }

  @Test
  public void givenLoggingThatIsNotAskedFor_thenSilence() {
    Logger root = LogManager.getLogManager().getLogger("");
    Level before = root.getLevel();
    try {
      Logging.quiet(Map.of());
      assertEquals(Level.OFF, root.getLevel());
      Logging.quiet(Map.of("CIRCLEBEAM_LOG", "nonsense"));
      assertEquals(Level.INFO, root.getLevel());
      Logging.quiet(Map.of("CIRCLEBEAM_LOG", "FINE"));
      assertEquals(Level.FINE, root.getLevel());
      assertFalse(Logger.getLogger("org.apache.http.wire").isLoggable(Level.SEVERE));
      assertFalse(Logger.getLogger("org.apache.http.headers").isLoggable(Level.SEVERE));
    } finally {
      root.setLevel(before);
      Arrays.stream(root.getHandlers()).forEach(h -> h.setLevel(Level.INFO));
    }
  }

  private static Handler capturing(Queue<String> logged) {
    SimpleFormatter formatter = new SimpleFormatter();
    return new Handler() {
      @Override
      public void publish(LogRecord record) {
        logged.add(formatter.format(record));
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }

  private static void assertRefused(String verdict, String path, Ran ran) {
    assertEquals(ran.all(), 1, ran.code);
    assertTrue(ran.all(), ran.out.contains("\n" + verdict));
    assertTrue(
        ran.all(),
        ran.last().startsWith("To see it: curl -i -H \"Circle-Token: $CIRCLECI_TOKEN\" 'http"));
    assertTrue(ran.all(), ran.last().endsWith("/api/v2/" + path + "'"));
    assertEquals("", ran.err);
    assertNoSecret(ran.all());
  }

  private static void assertNoSecret(String text) {
    for (String token : new String[] {TOKEN, PROJECT_TOKEN}) {
      for (int i = 0; i + 10 <= token.length(); i++) {
        assertFalse(text, text.contains(token.substring(i, i + 10)));
      }
    }
  }

  private Ran check(String url, String token, String... more) throws Exception {
    Path file = folder.newFile().toPath();
    Files.writeString(file, token + "\n");
    List<String> args =
        new ArrayList<>(List.of("check", "--circleciUrl=" + url, "--token=file:" + file));
    args.addAll(Arrays.asList(more));
    return run(args.toArray(String[]::new));
  }

  private static Ran run(String... args) {
    Syncs.Outcome outcome = Syncs.run(args);
    return new Ran(outcome.code(), outcome.out(), outcome.err());
  }
}
