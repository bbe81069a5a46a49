package dev.circlebeam;

import dev.circlebeam.report.Progress;
import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleFaults;
import dev.circlebeam.sample.SampleServer;
import dev.circlebeam.sink.TableSink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.apache.beam.runners.direct.DirectOptions;

/** Runs syncs of one sample organization into one output, some of which come to a bad end. */
final class SequenceRuns implements AutoCloseable {
  private final SampleConfig config;
  private final Path output;
  private final SampleServer server;
  private int runs;

  SequenceRuns(SampleConfig config, Path output) {
    this.config = config;
    this.output = output;
    this.server = SampleServer.start(config);
  }

  /** The server without faults, whose clock counts. */
  SampleServer server() {
    return server;
  }

  /** Runs a sync that must succeed. */
  void sync(List<String> flags) {
    sync(flags, UnaryOperator.identity());
  }

  /** Runs a sync that must succeed, writing through another sink. */
  void sync(List<String> flags, UnaryOperator<TableSink> around) {
    Syncs.Outcome outcome = run(server, output, flags, around);
    if (outcome.code() != 0) {
      throw new AssertionError("a sync ended with " + outcome.code() + ": " + outcome.err());
    }
  }

  /** Reads everything into an output of its own. */
  void syncAfresh(Path fresh, List<String> flags) {
    Syncs.Outcome outcome = run(server, fresh, flags, UnaryOperator.identity());
    if (outcome.code() != 0) {
      throw new AssertionError("a full read ended with " + outcome.code() + ": " + outcome.err());
    }
  }

  /** Runs a sync against a server with faults. */
  Syncs.Outcome syncWithFaults(String faults, List<String> flags, UnaryOperator<TableSink> around) {
    try (SampleServer faulty = SampleServer.start(config.withFaults(SampleFaults.parse(faults)))) {
      faulty.setClock(server.clock());
      return run(faulty, output, flags, around);
    }
  }

  /** Runs a sync that dies in one of its slices, when some of the slice's files are merged. */
  Syncs.Outcome syncThatDies(List<String> flags, int slice, int seed, int percent)
      throws IOException {
    int[] slices = {0};
    Syncs.Outcome outcome =
        run(
            server,
            output,
            flags,
            sink -> slices[0]++ == slice ? new DyingSink(sink, seed, percent) : sink);
    if (outcome.code() != 0 && Files.isDirectory(output.resolve("pipelines"))) {
      // Such files lie about where a process was killed.
      Files.writeString(output.resolve("pipelines/part-00000.parquet.dead.tmp"), "half");
    }
    return outcome;
  }

  /** Runs a sync that dies when its first slice is committed and not reported. */
  Syncs.Outcome syncWithoutReport(List<String> flags) throws IOException {
    // No file can be put in the place of a folder that is not empty.
    Path report = output.resolve("_runs/" + runId() + ".json");
    Path inside = Files.createDirectories(report.resolve("inside"));
    try {
      return run(server, output, flags, UnaryOperator.identity());
    } finally {
      Files.delete(inside);
      Files.delete(report);
    }
  }

  /** Runs a sync that is asked to end when it has sent so many requests. */
  Syncs.Outcome syncThatIsEnded(List<String> flags, int requests) throws InterruptedException {
    server.resetStats();
    Progress progress = Progress.of(runId());
    AtomicBoolean ended = new AtomicBoolean();
    Thread thread =
        new Thread(
            () -> {
              while (!ended.get() && server.stats().requests() < requests) {
                Thread.onSpinWait();
              }
              progress.stop();
            });
    thread.start();
    try {
      return run(server, output, flags, UnaryOperator.identity());
    } finally {
      ended.set(true);
      thread.join();
    }
  }

  @Override
  public void close() {
    server.close();
  }

  private String runId() {
    return output.getFileName() + "-" + runs;
  }

  private Syncs.Outcome run(
      SampleServer at, Path folder, List<String> flags, UnaryOperator<TableSink> around) {
    List<String> args = new ArrayList<>(flags);
    args.add("--runId=" + runId());
    args.add("--output=" + folder);
    args.add("--requestsPerSecond=100000");
    args.add("--unfinishedMaxAge=P9999D");
    args.add("--maxErrors=100000");
    runs++;
    SyncOptions options = CommandLine.parse(args);
    options.as(DirectOptions.class).setEnforceImmutability(false);
    options.as(DirectOptions.class).setEnforceEncodability(false);
    SyncConfig sync =
        SyncConfig.of(options, Instant.now(), at).withFirstRetryWait(Duration.ofMillis(1));
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(err, true, StandardCharsets.UTF_8);
    int code;
    try {
      PrintStream nobody = new PrintStream(java.io.OutputStream.nullOutputStream(), true);
      code = new SyncCommand(options, nobody, print, around).run(sync);
    } catch (RuntimeException e) {
      e.printStackTrace(print);
      code = -1;
    }
    return new Syncs.Outcome(code, "", err.toString(StandardCharsets.UTF_8));
  }
}
