package dev.circlebeam;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleFaults;
import dev.circlebeam.sample.SampleServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/**
 * A process that logs all that its libraries have to say, against a server that repeats the token
 * wherever it can: the token is nowhere.
 */
public class TraceLogTest {
  private static final String TOKEN = "CCIPAT_Mark3dMark_7c1b9e5d2f8a4036b1d7e9c5a3f80246";
  private static final int PIECE = 10;
  private static final SampleConfig TINY =
      SampleConfig.defaults().withProjects(2).withHistory(6, 5).withTokens(TOKEN, "project-token");

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private record Ended(int code, String said) {}

  @Test
  public void givenEverythingLoggedAndATokenThatComesBack_thenItIsInNoFileAndOnNoConsole()
      throws Exception {
    Path output = path("out");
    try (SampleServer server = server("ECHO_TOKEN@/(job|workflow|pipeline|web|[^/]+)$")) {
      Ended ended = run(Syncs.args(server, output, "--token=env:MARKED"), logged());
      assertEquals(ended.said, 0, ended.code);
    }
    long echoes =
        DuckDb.number(output, "select count(*) from {jobs} where _extra like '%[token]%'");
    assertTrue("answers with a token: " + echoes, echoes > 0);
    assertLogged();
    assertNowhere();
  }

  @Test
  public void givenEverythingLoggedAndRefusalsThatRepeatTheToken_thenNowhere() throws Exception {
    try (SampleServer server = server("WRONG_TOKEN_ECHO@/job$:every=5")) {
      Ended ended = run(Syncs.args(server, path("out"), "--token=env:MARKED"), logged());
      assertEquals(ended.said, 1, ended.code);
      assertThat(ended.said, containsString("invalid_credentials"));
    }
    try (SampleServer server = server("WRONG_TOKEN_ECHO@/me$")) {
      List<String> check = List.of("check", "--circleciUrl=" + server.url(), "--token=env:MARKED");
      assertEquals(1, run(check, logged()).code);
    }
    assertLogged();
    assertNowhere();
  }

  @Test
  public void givenAnotherLogThatWouldShowHeaders_thenTheRunIsRefusedBeforeItSendsAny()
      throws Exception {
    String simple = "org.apache.commons.logging.impl.SimpleLog";
    try (SampleServer server = server("")) {
      Ended ended =
          run(
              Syncs.args(server, path("out"), "--token=env:MARKED"),
              List.of(
                  "-Dorg.apache.commons.logging.Log=" + simple,
                  "-Dorg.apache.commons.logging.simplelog.log.org.apache.http.headers=debug"));
      assertEquals(ended.said, 2, ended.code);
      assertThat(ended.said, containsString("org.apache.http.headers"));
      assertEquals(0, server.stats().requests());
    }
    assertNowhere();
  }

  /** Java's options for a log of everything, to the console and to a file. */
  private List<String> logged() throws Exception {
    Path config = path("logging.properties");
    Files.writeString(
        config,
        """
        handlers = java.util.logging.ConsoleHandler, java.util.logging.FileHandler
        .level = ALL
        java.util.logging.ConsoleHandler.level = ALL
        java.util.logging.FileHandler.level = ALL
        java.util.logging.FileHandler.pattern = LOG
        java.util.logging.FileHandler.append = true
        java.util.logging.FileHandler.formatter = java.util.logging.SimpleFormatter
        org.apache.http.level = ALL
        org.apache.http.wire.level = ALL
        org.apache.http.headers.level = ALL
        com.google.api.client.http.level = ALL
        """
            .replace("LOG", path("all.log").toString()));
    return List.of("-Djava.util.logging.config.file=" + config);
  }

  private Ended run(List<String> args, List<String> options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(options);
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), CircleBeam.class.getName()));
    command.addAll(args);
    Path said = folder.newFile("console-" + System.nanoTime()).toPath();
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
    builder.environment().put("MARKED", TOKEN);
    builder.environment().put("CIRCLEBEAM_LOG", "ALL");
    Process process = builder.start();
    try {
      assertTrue("the process ends", process.waitFor(300, TimeUnit.SECONDS));
    } finally {
      process.destroyForcibly();
    }
    return new Ended(process.exitValue(), Files.readString(said, StandardCharsets.UTF_8));
  }

  /** A log without the client's own lines would prove nothing. */
  private void assertLogged() throws Exception {
    String log = Files.readString(path("all.log"));
    assertThat(log, containsString("org.apache.http.impl.conn"));
    assertThat(log, containsString("FINE"));
    assertThat(log, containsString("org.apache.beam"));
  }

  private void assertNowhere() throws Exception {
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder.getRoot().toPath())) {
      files = all.filter(Files::isRegularFile).toList();
    }
    assertFalse(files.isEmpty());
    for (Path file : files) {
      assertSecret(file.toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
      if (file.toString().endsWith(".parquet")) {
        // Parquet is compressed; DuckDB sees through.
        String rows = "select t::text from read_parquet('" + file + "') t";
        DuckDb.query(file, rows).forEach(row -> assertSecret(file.toString(), row));
      }
    }
  }

  private static void assertSecret(String where, String text) {
    for (int i = 0; i + PIECE <= TOKEN.length(); i++) {
      int at = text.indexOf(TOKEN.substring(i, i + PIECE));
      if (at >= 0) {
        String around = text.substring(Math.max(0, at - 200), Math.min(text.length(), at + 60));
        throw new AssertionError(where + " has a piece of the token: " + around);
      }
    }
  }

  private static SampleServer server(String faults) {
    return SampleServer.start(
        faults.isEmpty() ? TINY : TINY.withFaults(SampleFaults.parse(faults)));
  }

  private Path path(String name) {
    return folder.getRoot().toPath().resolve(name);
  }
}
