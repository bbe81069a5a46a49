package dev.circlebeam;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** A server that means harm: what it answers is data, and nothing but data. */
public class HostileAnswersTest {
  /** Clears the screen, goes to the line's beginning, rings, and turns the direction of writing. */
  private static final String EVIL =
      "\u001b[2J\u001b]0;owned\u0007\r\n\b\u0085\u009b31m\u202egnirts\u2066\u2028\u0000\u007f";

  private static final String EVIL_JSON = json(EVIL);
  private static final String TABLE_FILE =
      "(projects|pipelines|workflows|jobs)/(dt=[0-9]{4}-[0-9]{2}-[0-9]{2}/)?"
          + "(part-[0-9]{5}\\.parquet|_table\\.json)";
  private static final String OWN_FILE =
      "_state\\.json|_lock|_writer|_runs/[-\\w.]+\\.json|_errors/dt=[-0-9]{10}/[-\\w.]+\\.parquet";

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void givenPathsAsNames_thenAllFilesAreInTheOutputAndTheRowsAreThere() throws Exception {
    List<String> evil =
        List.of(
            "../../../etc/passwd",
            "/etc/cron.d/x",
            "..",
            ".",
            "dt=../../x",
            "a/../../../b",
            "\0",
            "%2e%2e%2f",
            "C:\\\\x",
            EVIL_JSON);
    try (HostileServer server = server("../../../../tmp/evil")) {
      String items =
          evil.stream()
                  .map(id -> pipeline(id, "2026-05-04T09:12:31Z"))
                  .collect(Collectors.joining(","))
              + ","
              + pipeline("far", "+12026-05-04T09:12:31Z")
              + ","
              + pipeline("path", "../../2026-05-04")
              + ","
              + pipeline("last", "9999-12-31T23:59:59Z");
      server.with("project/gh/acme/web/pipeline", 200, list(items.replace("\0", "\\u0000")));
      server.with(
          "pipeline/", 200, list("{\"id\": \"../w\", \"created_at\": \"0001-01-01T00:00:00Z\"}"));
      server.with("workflow/", 200, list("{\"id\": \"../../j\", \"name\": \"../../n\"}"));

      Syncs.Outcome outcome = sync(server);

      assertEquals(outcome.err() + outcome.out(), 0, outcome.code());
      assertPlain(outcome);
    }
    Set<String> files = files(folder.getRoot().toPath());
    assertTrue(files.toString(), files.size() > 8);
    for (String file : files) {
      assertTrue(file, file.startsWith("out/"));
      String below = file.substring("out/".length());
      assertTrue(file, below.matches(TABLE_FILE + "|" + OWN_FILE));
    }
    List<String> ids = DuckDb.query(output(), "select id from {pipelines} order by id");
    assertEquals(evil.size() + 1, ids.size());
    assertTrue(ids.toString(), ids.contains("../../../etc/passwd"));
    assertTrue("data is kept as it came", ids.contains(EVIL));
    assertEquals(
        4L, DuckDb.number(output(), "select count(*) from {_errors} where kind = 'unusable_item'"));
  }

  @Test
  public void givenControlCharactersInAllNames_thenNoneReachesTheTerminal() throws Exception {
    try (HostileServer server = server("gh/acme/" + EVIL_JSON)) {
      // A branch that cannot be read: the project is named as not read whole.
      server.with("project/gh/acme/", 200, list(pipeline(EVIL_JSON, "2026-05-04T09:12:31Z")));
      server.with("pipeline/", 500, "{\"message\": \"" + EVIL_JSON + "\"}");
      Syncs.Outcome outcome = sync(server);
      assertEquals(outcome.err() + outcome.out(), 3, outcome.code());
      assertThat(outcome.out(), containsString("Too many errors"));
      assertPlain(outcome);

      Syncs.Outcome state = Syncs.run("state", "--output=" + output());
      assertEquals(state.err(), 0, state.code());
      assertThat(state.out(), containsString("gh/acme/"));
      assertThat(state.out(), containsString("failed:workflows"));
      assertPlain(state);

      Syncs.Outcome check = check(server);
      assertEquals(check.out(), 0, check.code());
      assertThat(check.out(), containsString("owned"));
      assertPlain(check);
    }
  }

  @Test
  public void givenControlCharactersInRefusals_thenNoneReachesTheTerminal() throws Exception {
    for (int status : new int[] {401, 403, 404, 418}) {
      for (String body : List.of("{\"message\": \"" + EVIL_JSON + "\"}", EVIL)) {
        try (HostileServer server = server("gh/acme/web")) {
          server.with("project/gh/acme/web", status, body);
          assertFails(check(server));
          server.with("me", status, body);
          assertFails(check(server));
          assertFails(sync(server));
        }
      }
    }
    try (HostileServer server = server("gh/acme/web")) {
      server.with("project/gh/acme/web", 403, "{\"message\": \"" + EVIL_JSON + "\"}");
      assertFails(sync(server));
    }
  }

  @Test
  public void givenARedirect_thenNobodyIsAskedThereAndTheAddressIsPlain() throws Exception {
    try (HostileServer elsewhere = server("gh/acme/web");
        HostileServer server = server("gh/acme/web")) {
      for (int status : new int[] {301, 302, 303, 307, 308}) {
        server.with("me", status, "", "Location", elsewhere.url() + "/\u009b31m/api/v2/me");
        Syncs.Outcome outcome = check(server);
        assertFails(outcome);
        assertThat(outcome.out(), containsString(elsewhere.url()));
      }
      Syncs.Outcome outcome = sync(server);
      assertFails(outcome);
      assertThat(outcome.err(), containsString(elsewhere.url()));
      assertEquals(List.of(), elsewhere.asked());
      assertTrue(server.asked().size() >= 5);
    }
  }

  @Test
  public void givenAHostileState_thenTheStateCommandIsPlain() throws Exception {
    Path file = folder.newFile("_state.json").toPath();
    String slug = "{\"slug\": \"" + EVIL_JSON + "\"}";
    String ok =
        "{\"version\": 2, \"circleci_url\": \"EVIL\", \"output\": \"EVIL\","
            + " \"projects\": {\"EVIL\": "
            + slug
            + "}}";
    for (String text : List.of(ok, ok.replace("\"slug\"", "\"EVIL\""), "{" + EVIL, EVIL)) {
      Files.writeString(file, text.replace("EVIL", EVIL_JSON));
      Syncs.Outcome outcome = Syncs.run("state", "--state=" + file);
      assertEquals(text.equals(ok) ? 0 : 2, outcome.code());
      assertPlain(outcome);
    }
  }

  @Test
  public void givenWhatLibrariesLog_thenTheConsoleIsPlain() throws Exception {
    java.io.ByteArrayOutputStream shown = new java.io.ByteArrayOutputStream();
    try (java.io.PrintStream console =
        new java.io.PrintStream(new TerminalFilter(shown), true, StandardCharsets.UTF_8)) {
      for (int i = 0; i < 9000; i += 8) {
        console.print("größe \uD83D\uDE80" + "x".repeat(i % 7));
      }
      console.println();
      new IllegalStateException(EVIL).printStackTrace(console);
      console.write(new byte[] {(byte) 0x9b, '3', '1', 'm', '\n'});
    }
    String text = shown.toString(StandardCharsets.UTF_8);
    assertThat(text, containsString("\n\tat dev.circlebeam.HostileAnswersTest"));
    assertEquals(1125, text.split("größe \uD83D\uDE80", -1).length - 1);
    assertPlain(text);
  }

  private static HostileServer server(String slugJson) throws IOException {
    return new HostileServer()
        .with("me", 200, "{\"id\": \"u\", \"login\": \"" + EVIL_JSON + "\"}")
        .with("me/collaborations", 200, "[{\"slug\": \"" + EVIL_JSON + "\"}]")
        .with(
            "project/gh/acme/web",
            200,
            "{\"id\": \"p-1\", \"slug\": \""
                + slugJson
                + "\", \"name\": \""
                + EVIL_JSON
                + "\", \"organization_slug\": \"../..\", \"organization_id\": \"..\"}")
        .with("project/gh/acme/web/pipeline", 200, list(pipeline("p", "2026-05-04T09:12:31Z")));
  }

  private static String pipeline(String id, String createdAt) {
    return "{\"id\": \""
        + id
        + "\", \"number\": 1, \"state\": \"created\", \"created_at\": \""
        + createdAt
        + "\", \"vcs\": {\"branch\": \""
        + EVIL_JSON
        + "\"}, \""
        + EVIL_JSON
        + "\": \"../..\"}";
  }

  private static String list(String items) {
    return "{\"next_page_token\": null, \"items\": [" + items + "]}";
  }

  private Syncs.Outcome sync(HostileServer server) throws IOException {
    SyncOptions options =
        CommandLine.parse(
            List.of(
                "--circleciUrl=" + server.url(),
                "--output=" + output(),
                token(),
                "--projects=gh/acme/web",
                "--requestsPerSecond=10000",
                "--unfinishedMaxAge=P9999D"));
    return Syncs.impatient(options);
  }

  private static Syncs.Outcome check(HostileServer server) throws IOException {
    return Syncs.run("check", "--circleciUrl=" + server.url(), "--projects=gh/acme/web", token());
  }

  private static String token() throws IOException {
    return "--token=file:" + Syncs.tokenFile("hostile-test-token");
  }

  private static void assertFails(Syncs.Outcome outcome) {
    assertEquals(outcome.err() + outcome.out(), 1, outcome.code());
    assertPlain(outcome);
  }

  private static void assertPlain(Syncs.Outcome outcome) {
    assertFalse((outcome.out() + outcome.err()).isEmpty());
    for (String text : List.of(outcome.out(), outcome.err())) {
      assertPlain(text);
      // What follows an end of line in the server's text.
      assertTrue(text, text.lines().noneMatch(line -> line.strip().startsWith("31m")));
    }
  }

  /** Asserts that a terminal would only show a text. */
  private static void assertPlain(String text) {
    text.codePoints()
        .forEach(
            c -> {
              boolean isObeyed =
                  (Character.isISOControl(c) && c != '\n' && c != '\t')
                      || (c >= 0x202a && c <= 0x202e)
                      || (c >= 0x2066 && c <= 0x2069)
                      || c == 0x2028;
              assertFalse(String.format(Locale.ROOT, "U+%04X in %s", c, text), isObeyed);
            });
  }

  private static Set<String> files(Path root) throws IOException {
    Set<String> files = new TreeSet<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.add(root.relativize(file).toString());
      }
    }
    return files;
  }

  private static String json(String text) {
    try {
      String quoted = new ObjectMapper().writeValueAsString(text);
      return quoted.substring(1, quoted.length() - 1);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Path output() {
    return folder.getRoot().toPath().resolve("out");
  }
}
