package dev.circlebeam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeFalse;

import dev.circlebeam.report.RunReport;
import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleFaults;
import dev.circlebeam.sample.SampleServer;
import dev.circlebeam.storage.LocalFolder;
import dev.circlebeam.storage.OutputGuard;
import dev.circlebeam.storage.RunLock;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** What a sync will not do: each time one line that names the fix, an exit code, and no tables. */
public class SyncRefusalsTest {
  private static final SampleConfig TINY =
      SampleConfig.defaults().withProjects(1).withHistory(5, 5);

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void givenAWrongToken_thenInvalidCredentials() throws Exception {
    try (SampleServer server = SampleServer.start(TINY)) {
      Syncs.Outcome outcome =
          Syncs.sync(server, output(), "--token=file:" + Syncs.tokenFile("wrong-token-1234"));

      assertRefused(outcome, 1, "invalid_credentials", "--token", "personal API token");
      assertFalse(outcome.err(), outcome.err().contains("wrong-token"));
      assertEquals(1, server.stats().requests());
      RunReport report = Syncs.report(output());
      assertEquals("invalid_credentials", report.status());
      assertEquals(1, report.exitCode());
      assertTrue(report.whatToDo(), report.whatToDo().contains("--token"));
    }
  }

  @Test
  public void givenAProjectToken_thenInvalidCredentials() throws Exception {
    try (SampleServer server = SampleServer.start(TINY)) {
      Syncs.Outcome outcome =
          Syncs.sync(server, output(), "--token=file:" + Syncs.tokenFile(TINY.projectToken()));

      assertRefused(outcome, 1, "invalid_credentials", "project tokens");
    }
  }

  @Test
  public void givenAnUnknownProject_thenNothingElseIsFetched() throws Exception {
    try (SampleServer server = SampleServer.start(TINY)) {
      String known = server.organization().projectSlugs().get(0);
      Syncs.Outcome outcome =
          Syncs.sync(server, output(), "--projects=" + known + ",gh/acme/no-such");

      assertRefused(outcome, 1, "gh/acme/no-such", "--projects", "gh/<organization>/<repository>");
      assertFalse(server.stats().byRoute().containsKey("project-pipelines"));
    }
  }

  @Test
  public void givenAProjectThatIsGone_thenTheOthersAreSynced() throws Exception {
    SampleConfig two = TINY.withProjects(2);
    Path output = output();
    try (SampleServer server = SampleServer.start(two)) {
      assertEquals(0, Syncs.sync(server, output).code());
    }
    SampleFaults gone = SampleFaults.parse("NOT_FOUND@project/gh/acme/web-shop$");
    try (SampleServer server = SampleServer.start(two.withFaults(gone))) {
      Path state = output.resolve("_state.json");
      Files.writeString(
          state, Files.readString(state).replaceAll("http://127\\.0\\.0\\.1:\\d+", server.url()));

      Syncs.Outcome outcome = Syncs.sync(server, output, "--maxErrors=1");

      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(
          List.of("projects|not_found|404"),
          DuckDb.query(output, "select \"table\", kind, status from {_errors}"));
      assertEquals(10, DuckDb.number(output, "select count(*) from {pipelines}"));
    }
  }

  @Test
  public void givenOneProjectMayNotBeRead_thenItIsSaidAndTheOthersAreSynced() throws Exception {
    SampleFaults forbidden = SampleFaults.parse("FORBIDDEN@project/gh/acme/web-shop$");
    try (SampleServer server = SampleServer.start(TINY.withProjects(2).withFaults(forbidden))) {
      Syncs.Outcome outcome = Syncs.sync(server, output(), "--maxErrors=1");

      assertEquals(outcome.err(), 0, outcome.code());
      assertTrue(outcome.out(), outcome.out().contains("Not read whole: gh/acme/web-shop"));
      assertEquals(1, Syncs.report(output()).projects());
    }
  }

  @Test
  public void givenNoProjectMayBeRead_thenInvalidPermissions() throws Exception {
    SampleFaults forbidden = SampleFaults.parse("FORBIDDEN@/project/");
    try (SampleServer server = SampleServer.start(TINY.withFaults(forbidden))) {
      assertRefused(Syncs.sync(server, output()), 1, "invalid_permissions");
    }
  }

  @Test
  public void givenNobodyListens_thenUnreachable() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    Syncs.Outcome outcome =
        Syncs.run(
            "sync",
            "--projects=gh/acme/web",
            "--output=" + output(),
            "--circleciUrl=http://127.0.0.1:" + port,
            "--token=file:" + Syncs.tokenFile("anything"));

    assertRefused(outcome, 1, "unreachable", "--circleciUrl");
  }

  @Test
  public void givenARedirectAtOnce_thenItsAddressIsToldAndNotFollowed() throws Exception {
    SampleFaults redirect = SampleFaults.parse("REDIRECT@/me$");
    try (SampleServer server = SampleServer.start(TINY.withFaults(redirect))) {
      assertRefused(Syncs.sync(server, output()), 1, "redirect", "/elsewhere", "--circleciUrl");
      assertEquals(1, server.stats().requests());
    }
  }

  @Test
  public void givenNoSlug_thenUsage() throws Exception {
    Syncs.Outcome outcome = Syncs.run("sync", "--projects=acme/web", "--output=" + output());

    assertRefused(outcome, 2, "--projects", "acme/web", "gh/<organization>/<repository>");
    assertFalse(Files.exists(output()));
  }

  @Test
  public void givenNoTokenVariable_thenUsage() {
    Syncs.Outcome outcome =
        Syncs.run(
            "sync",
            "--projects=gh/acme/web",
            "--output=" + output(),
            "--token=env:SURELY_NOT_SET_ANYWHERE");

    assertRefused(outcome, 2, "SURELY_NOT_SET_ANYWHERE", "--token=env:NAME");
    assertFalse(Files.exists(output()));
  }

  @Test
  public void givenAFolderOfSomethingElse_thenUsage() throws Exception {
    Files.createDirectories(output());
    Files.writeString(output().resolve("thesis.txt"), "chapter one");

    Syncs.Outcome outcome = Syncs.run("sync", "--sample", "--output=" + output());

    assertRefused(outcome, 2, "--output", "thesis.txt");
    assertEquals(1, output().toFile().list().length);
  }

  @Test
  public void givenAFileForOutput_thenUsage() throws Exception {
    Files.writeString(output(), "a file");
    assertRefused(
        Syncs.run("sync", "--sample", "--output=" + output()), 2, "--output", "is a file");
  }

  @Test
  public void givenAnOutputBelowAFile_thenUsage() throws Exception {
    Path file = Files.writeString(folder.getRoot().toPath().resolve("file"), "a file");
    assertRefused(
        Syncs.run("sync", "--sample", "--output=" + file.resolve("out")),
        2,
        "--output",
        "is a file");
  }

  @Test
  public void givenAnUnwritableOutput_thenUsage() throws Exception {
    Path readOnly = folder.newFolder("readonly").toPath();
    assumeFalse(
        "left out: root may write anywhere", "root".equals(System.getProperty("user.name")));
    assertTrue(readOnly.toFile().setWritable(false));

    assertRefused(
        Syncs.run("sync", "--sample", "--output=" + readOnly.resolve("out")),
        2,
        "--output",
        "permission");
  }

  @Test
  public void givenTheOutputOfAnotherServer_thenUsageAndNothingChanges() throws Exception {
    Path output = output();
    try (SampleServer server = SampleServer.start(TINY)) {
      Syncs.sync(server, output);
    }
    String before = Files.readString(output.resolve("_state.json"));
    try (SampleServer other = SampleServer.start(TINY)) {
      Syncs.Outcome outcome = Syncs.sync(other, output);

      assertRefused(outcome, 2, "--circleciUrl", "_state.json", "--state");
      assertEquals(0, other.stats().requests());
      assertEquals(before, Files.readString(output.resolve("_state.json")));
    }
  }

  @Test
  public void givenTheStateOfAnotherOutput_thenUsage() throws Exception {
    Path state = folder.getRoot().toPath().resolve("state.json");
    try (SampleServer server = SampleServer.start(TINY)) {
      Syncs.sync(server, output(), "--state=" + state);
      Path other = folder.getRoot().toPath().resolve("other");

      Syncs.Outcome outcome = Syncs.sync(server, other, "--state=" + state);

      assertRefused(outcome, 2, "--output", "--state");
      assertFalse(Files.exists(other));
    }
  }

  @Test
  public void givenAnotherRunHoldsTheOutput_thenExitCode4NamesIt() throws Exception {
    Path output = output();
    try (SampleServer server = SampleServer.start(TINY)) {
      Syncs.sync(server, output);
      server.resetStats();
      OutputGuard other = new OutputGuard(LocalFolder.of(output), "the-other-run", Instant.now());
      try (RunLock lock = RunLock.take(other)) {
        Syncs.Outcome outcome = Syncs.sync(server, output);

        assertRefused(outcome, 4, "the-other-run", "--output");
        assertEquals(0, server.stats().requests());
      }
      assertEquals(0, Syncs.sync(server, output).code());
    }
  }

  @Test
  public void givenADamagedState_thenUsageWithWhatToDo() throws Exception {
    Path output = output();
    try (SampleServer server = SampleServer.start(TINY)) {
      Syncs.sync(server, output);
      Files.writeString(output.resolve("_state.json"), "{\"version\": 1,");

      assertRefused(Syncs.sync(server, output), 2, "_state.json", "damaged", "move it away");
    }
  }

  private void assertRefused(Syncs.Outcome outcome, int code, String... texts) {
    assertEquals(outcome.err(), code, outcome.code());
    assertEquals(outcome.err(), 1, outcome.complaints().size());
    assertTrue(outcome.err(), outcome.err().startsWith("circlebeam: "));
    assertTrue(texts.length > 0);
    for (String text : texts) {
      assertTrue(text + " in: " + outcome.err(), outcome.err().contains(text));
    }
    if (code == 1) {
      assertTrue("no tables", parquetFiles(output()).isEmpty());
    }
  }

  private static List<Path> parquetFiles(Path output) {
    try (Stream<Path> files = Files.walk(output)) {
      return files.filter(file -> file.toString().endsWith(".parquet")).toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private Path output() {
    return folder.getRoot().toPath().resolve("out");
  }
}
