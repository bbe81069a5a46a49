package dev.circlebeam;

import dev.circlebeam.report.ExitCode;
import dev.circlebeam.report.Progress;
import dev.circlebeam.report.ProgressDisplay;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.report.RunReport;
import dev.circlebeam.report.Summary;
import dev.circlebeam.sample.SampleServer;
import dev.circlebeam.sink.parquet.OutputFolder;
import dev.circlebeam.sink.parquet.ParquetSink;
import dev.circlebeam.state.RunLock;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.time.Instant;
import java.util.stream.Collectors;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.runners.direct.DirectRunner;
import org.apache.beam.sdk.Pipeline;

/** The command {@code sync}. */
final class SyncCommand {
  private final SyncOptions options;
  private final PrintStream out;
  private final PrintStream err;

  SyncCommand(SyncOptions options, PrintStream out, PrintStream err) {
    this.options = options;
    this.out = out;
    this.err = err;
  }

  /**
   * Syncs.
   *
   * @return the exit code
   * @throws UsageException when the command line is wrong
   */
  int run() {
    setDefaults();
    Instant startedAt = Instant.now();
    if (!options.isSample()) {
      return run(SyncConfig.of(options, startedAt, null));
    }
    try (SampleServer server = SampleServerCommand.start(options, 0)) {
      if (options.getProjects() == null) {
        options.setProjects(
            server.organization().projectSlugs().stream().collect(Collectors.joining(",")));
      }
      return run(SyncConfig.of(options, startedAt, server));
    }
  }

  /**
   * Syncs.
   *
   * @param config what to do
   * @return the exit code
   */
  int run(SyncConfig config) {
    try {
      ParquetSink sink = checked(config);
      OutputFolder.make(config.output());
      RunReport report;
      try (RunLock lock = RunLock.take(config.output(), config.runId());
          ProgressDisplay display =
              ProgressDisplay.start(Progress.of(config.runId()), err, isTerminal())) {
        OutputFolder.removeLeftovers(config.output());
        Thread farewell = new Thread(() -> interrupted(config, display));
        Runtime.getRuntime().addShutdownHook(farewell);
        try {
          report = sync(config, sink);
        } finally {
          forget(farewell);
        }
      }
      Summary.print(report, out);
      return report.exitCode();
    } catch (RunFailure e) {
      return failed(config, e);
    }
  }

  /** Finds out what can be found out before anything is asked or written. */
  private static ParquetSink checked(SyncConfig config) {
    OutputFolder.check(config.output());
    ParquetSink sink =
        new ParquetSink(
            config.output().toString(),
            config.fetch().catalog(),
            config.fetch().excluded(),
            config.runId());
    sink.check(config.fetch().written());
    config.state().read();
    try {
      config.fetch().api().open().close();
    } catch (IllegalStateException e) {
      throw new UsageException(e.getMessage());
    }
    return sink;
  }

  private RunReport sync(SyncConfig config, ParquetSink sink) {
    Pipeline pipeline = Pipeline.create(options);
    SyncPipeline.build(pipeline, config, sink);
    try {
      pipeline.run().waitUntilFinish();
      return RunReport.read(RunReport.path(config.output().toString(), config.runId()));
    } catch (IOException e) {
      throw OutputFolder.unwritable(config.output().toString(), e);
    } catch (RuntimeException e) {
      RunFailure known = RunFailure.in(e);
      if (known != null) {
        throw known;
      }
      report(config, "internal_error", ExitCode.FAILED, e.toString(), null);
      throw e;
    }
  }

  private static void forget(Thread farewell) {
    try {
      Runtime.getRuntime().removeShutdownHook(farewell);
    } catch (IllegalStateException e) {
      // The process is being ended, and the farewell being said.
      return;
    }
  }

  /** What is said when somebody ends the process. */
  private void interrupted(SyncConfig config, ProgressDisplay display) {
    display.close();
    String reason = "the run was ended before its time; every file is whole, the state unchanged";
    String whatToDo = "run it again: it goes on from the last run that was finished";
    report(config, "interrupted", ExitCode.FAILED, reason, whatToDo);
    err.println("circlebeam: interrupted: " + reason + "; " + whatToDo);
  }

  private int failed(SyncConfig config, RunFailure failure) {
    if (failure.exitCode() != ExitCode.USAGE && Files.isDirectory(config.output())) {
      report(
          config, failure.status(), failure.exitCode(), failure.getMessage(), failure.whatToDo());
    }
    err.println(
        "circlebeam: "
            + (failure.exitCode() == ExitCode.FAILED ? failure.status() + ": " : "")
            + failure.getMessage()
            + "; "
            + failure.whatToDo());
    return failure.exitCode().code();
  }

  private void report(
      SyncConfig config, String status, ExitCode exitCode, String reason, String whatToDo) {
    try {
      config
          .reports()
          .write(RunReport.failed(config.run(), Instant.now(), status, exitCode, reason, whatToDo));
    } catch (IOException e) {
      err.println("circlebeam: the run's report cannot be written: " + e.getMessage());
    }
  }

  private void setDefaults() {
    if (options.getRunner() != DirectRunner.class) {
      throw new UsageException(
          "--runner="
              + options.getRunner().getSimpleName()
              + " is not supported yet; leave it out to run on this machine");
    }
    // Checks for people who write Beam code; they double the time of grouping.
    DirectOptions direct = options.as(DirectOptions.class);
    direct.setEnforceEncodability(false);
    direct.setEnforceImmutability(false);
  }

  /**
   * The script knows whether there is a terminal; Java can tell only of input and output at once.
   */
  private static boolean isTerminal() {
    return Boolean.getBoolean("circlebeam.terminal");
  }
}
