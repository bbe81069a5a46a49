package dev.circlebeam;

import dev.circlebeam.circleci.PlainLine;
import dev.circlebeam.report.ExitCode;
import dev.circlebeam.report.Progress;
import dev.circlebeam.report.ProgressDisplay;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.report.RunReport;
import dev.circlebeam.report.Summary;
import dev.circlebeam.sample.SampleServer;
import dev.circlebeam.sink.TableSink;
import dev.circlebeam.storage.Folder;
import dev.circlebeam.storage.OutputGuard;
import dev.circlebeam.storage.RunLock;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.beam.sdk.Pipeline;

/** The command {@code sync}. */
final class SyncCommand {
  private static final String INTERRUPTED = "interrupted";
  private static final String NOT_ENDED = "the run has slices to come, or was killed before them";
  private static final String ENDED_BY_SOMEBODY =
      "the run was ended before its time; what it had read is written and committed";
  private static final String LOST_A_SLICE =
      "the run was ended before its time; every file is whole, what was read since the last commit"
          + " is lost";
  private static final String GO_ON = "run it again: it goes on from there";

  /** Those who end processes wait half a minute before they kill. */
  private static final Duration FAREWELL = Duration.ofSeconds(25);

  private final SyncOptions options;
  private final PrintStream out;
  private final PrintStream err;
  private final UnaryOperator<TableSink> around;
  private final Engine engine;

  /** Whether somebody ended the run and its engine could not save what the slice had read. */
  private volatile boolean isSliceLost;

  SyncCommand(SyncOptions options, PrintStream out, PrintStream err) {
    this(options, out, err, UnaryOperator.identity());
  }

  /**
   * @param around makes each slice's sink of the one it would be; for tests
   */
  SyncCommand(
      SyncOptions options, PrintStream out, PrintStream err, UnaryOperator<TableSink> around) {
    this.options = options;
    this.out = out;
    this.err = err;
    this.around = around;
    this.engine = Engine.of(options);
  }

  /**
   * Syncs.
   *
   * @return the exit code
   * @throws UsageException when the command line is wrong
   */
  int run() {
    engine.prepare(options);
    Instant startedAt = Instant.now();
    if (!options.isSample()) {
      return run(SyncConfig.of(options, startedAt, null));
    }
    try (SampleServer server = SampleServerCommand.start(options, 0)) {
      if (options.getProjects() == null && options.getOrgs() == null) {
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
      check(config);
      TableCosts.print(config.fetch(), out);
      config.folder().make();
      if (!engine.waits()) {
        submit(config);
        return ExitCode.DONE.code();
      }
      RunReport report;
      Progress progress = Progress.of(config.runId());
      progress.phase(engine.phase());
      CountDownLatch ended = new CountDownLatch(1);
      try (RunLock lock = lock(config.guard());
          ProgressDisplay display = ProgressDisplay.start(progress, err, isTerminal())) {
        config.folder().removeLeftovers();
        config.output().warmUp(config.fetch(), config.run().startedAt());
        Thread farewell = new Thread(() -> interrupted(config, display, ended));
        Runtime.getRuntime().addShutdownHook(farewell);
        try {
          report = sync(config, display);
        } finally {
          ended.countDown();
          forget(farewell);
        }
      }
      Summary.print(report, address(config), out);
      return report.exitCode();
    } catch (RunFailure e) {
      // Where somebody ended the run, the farewell says so.
      return isSliceLost ? e.exitCode().code() : failed(config, e);
    }
  }

  private RunLock lock(OutputGuard run) {
    if (!options.isBreakLock()) {
      return RunLock.take(run);
    }
    return RunLock.takeByForce(
        run,
        broken ->
            err.println(
                "circlebeam: warning: --breakLock took --output="
                    + run.folder().address()
                    + " from "
                    + PlainLine.of(broken)
                    + "; it can write nothing more there"));
  }

  /** Hands the run to the runner. Its steps take the lock; one that is held is found here, too. */
  private void submit(SyncConfig config) {
    try (RunLock lock = lock(config.guard())) {
      config.folder().removeLeftovers();
    }
    Pipeline pipeline;
    try {
      pipeline = Pipeline.create(options);
    } catch (IllegalArgumentException e) {
      // Of the runner's own flags.
      throw new UsageException(PlainLine.of(e.getMessage()));
    }
    SyncPipeline.buildUnattended(pipeline, config, around);
    try {
      engine.run(pipeline, config);
    } catch (RuntimeException e) {
      throw RunFailure.failed(
          "not_submitted",
          "the runner did not take the job: " + PlainLine.of(String.valueOf(e.getMessage())),
          "check the runner's flags and the roles of the account that submits, then run again");
    }
    out.println("Submitted as job " + options.getJobName() + ".");
    out.println("Report, when it has ended: " + address(config));
  }

  private static String address(SyncConfig config) {
    return config.folder().address(RunReport.name(config.runId()));
  }

  /** Finds out what can be found out before anything is asked or written. */
  private void check(SyncConfig config) {
    config.output().check(config.fetch(), config.run().startedAt());
    Folder states = config.state().place().folder();
    if (!states.equals(config.folder())) {
      states.reach();
    }
    config.state().read();
    if (!engine.waits()) {
      // Requests are made elsewhere, and the token may be read only there.
      return;
    }
    try {
      config.fetch().api().open().close();
    } catch (IllegalStateException e) {
      throw new UsageException(e.getMessage());
    }
  }

  /** Runs slice after slice, until nothing is left, the time is up, or somebody ends it. */
  private RunReport sync(SyncConfig config, ProgressDisplay display) {
    Progress progress = Progress.of(config.runId());
    SyncConfig slice = config;
    RunReport total = null;
    while (true) {
      progress.slice(slice.fetch().slice());
      RunReport its = runSlice(slice);
      total = total == null ? its : total.plus(its, config.maxErrors());
      boolean left = its.lastSlice().left() > 0;
      boolean goesOn = left && !progress.isStopped() && !isTimeUp(config);
      if (left || total.slices().size() > 1) {
        display.say(SliceLine.of(its.lastSlice()));
      }
      if (goesOn) {
        total = total.with(RunReport.RUNNING, ExitCode.FAILED, NOT_ENDED, GO_ON);
      } else if (left && progress.isStopped()) {
        total = total.with(INTERRUPTED, ExitCode.FAILED, ENDED_BY_SOMEBODY, GO_ON);
      }
      try {
        config.reports().write(total);
      } catch (IOException e) {
        throw config.folder().unwritable(e);
      }
      if (!goesOn) {
        return total;
      }
      // All that the slice held is garbage. Left to itself the heap grows to its limit, slice by
      // slice, before anybody looks.
      System.gc();
      slice = config.forSlice(slice.fetch().slice() + 1);
    }
  }

  private static boolean isTimeUp(SyncConfig config) {
    return config.maxDuration() != null
        && !Instant.now().isBefore(config.run().startedAt().plus(config.maxDuration()));
  }

  private RunReport runSlice(SyncConfig config) {
    Pipeline pipeline = Pipeline.create(options);
    SyncPipeline.build(pipeline, config, around, engine.attendant(config));
    try {
      engine.run(pipeline, config);
      return written(config);
    } catch (IOException e) {
      throw config.folder().unwritable(e);
    } catch (RuntimeException e) {
      RunFailure known = RunFailure.in(e);
      if (known == null) {
        known = config.output().explain(e);
      }
      if (known == null && Progress.of(config.runId()).isStopped()) {
        isSliceLost = true;
        known = RunFailure.failed(INTERRUPTED, LOST_A_SLICE, GO_ON);
      }
      if (known != null) {
        throw known;
      }
      report(config, "internal_error", ExitCode.FAILED, e.toString(), null);
      throw e;
    }
  }

  /** Reads the report that the last step of the Beam pipeline wrote. */
  private static RunReport written(SyncConfig config) throws IOException {
    String name = RunReport.name(config.runId());
    byte[] report = config.folder().read(name);
    if (report == null) {
      throw new NoSuchFileException(config.folder().address(name));
    }
    return RunReport.parse(report);
  }

  private static void forget(Thread farewell) {
    try {
      Runtime.getRuntime().removeShutdownHook(farewell);
    } catch (IllegalStateException e) {
      // The process is being ended, and the farewell being said.
      return;
    }
  }

  /** Lets the run end cleanly when somebody ends the process, and says how to go on. */
  private void interrupted(SyncConfig config, ProgressDisplay display, CountDownLatch ended) {
    engine.stop(Progress.of(config.runId()));
    display.say("interrupted: ending after what is in flight …");
    boolean isClean = false;
    try {
      isClean = ended.await(FAREWELL.toSeconds(), TimeUnit.SECONDS) && !isSliceLost;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    display.close();
    if (!isClean) {
      report(config, INTERRUPTED, ExitCode.FAILED, LOST_A_SLICE, GO_ON);
    }
    err.println(
        "circlebeam: interrupted: " + (isClean ? ENDED_BY_SOMEBODY : LOST_A_SLICE) + "; " + GO_ON);
  }

  private int failed(SyncConfig config, RunFailure failure) {
    if (failure.exitCode() != ExitCode.USAGE && config.folder().exists()) {
      report(
          config, failure.status(), failure.exitCode(), failure.getMessage(), failure.whatToDo());
    }
    err.println(
        "circlebeam: "
            + (failure.exitCode() == ExitCode.FAILED ? failure.status() + ": " : "")
            + PlainLine.of(failure.getMessage() + "; " + failure.whatToDo()));
    return failure.exitCode().code();
  }

  private void report(
      SyncConfig config, String status, ExitCode exitCode, String reason, String whatToDo) {
    try {
      config
          .reports()
          .write(RunReport.failed(config.run(), Instant.now(), status, exitCode, reason, whatToDo));
    } catch (IOException | RunFailure e) {
      err.println("circlebeam: the run's report cannot be written: " + e.getMessage());
    }
  }

  /**
   * The script knows whether there is a terminal; Java can tell only of input and output at once.
   */
  private static boolean isTerminal() {
    return Boolean.getBoolean("circlebeam.terminal");
  }
}
