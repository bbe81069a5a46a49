package dev.circlebeam;

import dev.circlebeam.report.RunReport;
import dev.circlebeam.sample.SampleServer;
import dev.circlebeam.sink.TableSink;
import dev.circlebeam.state.StateStore;
import dev.circlebeam.storage.LocalFolder;
import dev.circlebeam.storage.Place;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Runs whole syncs as a user does: flags in, files and an exit code out. */
final class Syncs {
  static final String TOKEN = "sample-token";

  private Syncs() {}

  /**
   * What a command left behind.
   *
   * @param code the exit code
   * @param out what it printed
   * @param err what it complained of
   */
  record Outcome(int code, String out, String err) {
    private static final Pattern PROGRESS =
        Pattern.compile("circlebeam: (slice \\d+, )?(starting|fetching|merging), .*");

    /** The complaints alone: after ten seconds a slow machine is told how far things are. */
    List<String> complaints() {
      return err.lines().filter(line -> !PROGRESS.matcher(line).matches()).toList();
    }
  }

  /** Runs a command. */
  static Outcome run(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code = CircleBeam.run(Arrays.asList(args), stream(out), stream(err));
    return outcome(code, out, err);
  }

  /**
   * Runs a command in a process of its own, which can be killed.
   *
   * @param args the command and its flags
   * @param said where it writes what it has to say
   */
  static Process process(List<String> args, Path said) throws IOException {
    return process(
        List.of("-cp", System.getProperty("java.class.path"), CircleBeam.class.getName()),
        args,
        said);
  }

  /**
   * Runs a command of another jar in a process of its own.
   *
   * @param program what tells Java which
   * @param args the command and its flags
   * @param said where it writes what it has to say
   */
  static Process process(List<String> program, List<String> args, Path said) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1"));
    command.addAll(program);
    command.addAll(args);
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(said.toFile())
        .start();
  }

  /** Runs a sync of all the server's projects, at full speed. */
  static Outcome sync(SampleServer server, Path output, String... more) throws IOException {
    return run(args(server, output, more).toArray(String[]::new));
  }

  /** Runs a sync that tries failed requests again at once. */
  static Outcome impatientSync(SampleServer server, Path output, String... more)
      throws IOException {
    return sync(server, output, config -> config.withFirstRetryWait(Duration.ofMillis(1)), more);
  }

  /** Runs a sync of any server that tries failed requests again at once. */
  static Outcome impatient(SyncOptions options) {
    return sync(
        options,
        config -> config.withFirstRetryWait(Duration.ofMillis(1)),
        UnaryOperator.identity());
  }

  /** Runs a sync that counts ages by the server's clock. */
  static Outcome syncByItsClock(SampleServer server, Path output, String... more)
      throws IOException {
    return sync(server, output, config -> config.withClock(server::clock), more);
  }

  /** Runs a sync that is changed in what no flag says. */
  static Outcome sync(
      SampleServer server, Path output, UnaryOperator<SyncConfig> change, String... more)
      throws IOException {
    return sync(server, output, change, UnaryOperator.identity(), more);
  }

  /** Runs a sync that writes through another sink. */
  static Outcome sync(
      SampleServer server,
      Path output,
      UnaryOperator<SyncConfig> change,
      UnaryOperator<TableSink> around,
      String... more)
      throws IOException {
    List<String> args = args(server, output, more);
    return sync(CommandLine.parse(args.subList(1, args.size())), change, around);
  }

  private static Outcome sync(
      SyncOptions options, UnaryOperator<SyncConfig> change, UnaryOperator<TableSink> around) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    SyncConfig config = change.apply(SyncConfig.of(options, Instant.now(), null));
    int code = new SyncCommand(options, stream(out), stream(err), around).run(config);
    return outcome(code, out, err);
  }

  /** Makes an output that was written from one server acceptable to a run against another. */
  static Path moved(Path output, SampleServer server) throws IOException {
    Path state = output.resolve("_state.json");
    if (!Files.exists(state)) {
      return output;
    }
    Files.writeString(
        state, Files.readString(state).replaceAll("http://127\\.0\\.0\\.1:\\d+", server.url()));
    return output;
  }

  /** The arguments of a sync of all the server's projects, unless {@code --projects} is given. */
  static List<String> args(SampleServer server, Path output, String... more) throws IOException {
    return args(server, output.toString(), more);
  }

  /** The same, with any output. */
  static List<String> args(SampleServer server, String output, String... more) throws IOException {
    List<String> args =
        new ArrayList<>(List.of("sync", "--circleciUrl=" + server.url(), "--output=" + output));
    if (Arrays.stream(more).noneMatch(arg -> arg.startsWith("--unfinishedMaxAge="))) {
      // The server's clock is not ours.
      args.add("--unfinishedMaxAge=P9999D");
    }
    if (Arrays.stream(more).noneMatch(arg -> arg.startsWith("--unfinishedBackoff="))) {
      args.add("--unfinishedBackoff=0");
    }
    if (Arrays.stream(more).noneMatch(arg -> arg.startsWith("--requestsPerSecond="))) {
      args.add("--requestsPerSecond=100000");
    }
    if (Arrays.stream(more).noneMatch(arg -> arg.startsWith("--token="))) {
      args.add("--token=file:" + tokenFile(TOKEN));
    }
    if (Arrays.stream(more).noneMatch(arg -> arg.startsWith("--projects="))) {
      args.add("--projects=" + String.join(",", server.organization().projectSlugs()));
    }
    args.addAll(Arrays.asList(more));
    return args;
  }

  /** Puts a token where {@code --token=file:} finds it. */
  static Path tokenFile(String token) throws IOException {
    Path file = Files.createTempFile("token", ".txt");
    file.toFile().deleteOnExit();
    return Files.writeString(file, token + "\n");
  }

  /** The newest report in an output. */
  static RunReport report(Path output) throws IOException {
    try (Stream<Path> files = Files.list(output.resolve("_runs"))) {
      Path newest =
          files
              .max((a, b) -> Long.compare(a.toFile().lastModified(), b.toFile().lastModified()))
              .orElseThrow();
      return RunReport.parse(Files.readAllBytes(newest));
    }
  }

  /** The report of a run. */
  static RunReport report(Path output, String runId) throws IOException {
    return RunReport.parse(Files.readAllBytes(output.resolve(RunReport.name(runId))));
  }

  /** Where an output's state is. */
  static Place state(Path output) {
    return new Place(LocalFolder.of(output), StateStore.NAME);
  }

  /** A run id that sorts nowhere in particular. */
  static String runId() {
    return "test-" + UUID.randomUUID();
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private static Outcome outcome(int code, ByteArrayOutputStream out, ByteArrayOutputStream err) {
    return new Outcome(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
