package dev.circlebeam;

import dev.circlebeam.FaultTargets.Target;
import dev.circlebeam.sample.FaultRule;
import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleFaults;
import dev.circlebeam.sample.SampleServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A sync against a server that does wrong, and what the next ones make of it against one that works
 * again.
 *
 * @param targets the cells that were tried, and what was struck for each
 * @param outcome exit code and messages of the faulty sync
 * @param rows the tables after it
 * @param errors what it has left in {@code _errors}
 * @param nextOutcome exit code and messages of the next sync, which is made where rows are missing
 * @param nextRows the tables after the next sync
 * @param nextErrors what that has left in {@code _errors}
 * @param refreshed the tables after a full refresh
 */
record FaultRun(
    Map<FaultCell, Target> targets,
    Syncs.Outcome outcome,
    SyncedRows rows,
    List<SyncedRows.Failed> errors,
    Syncs.Outcome nextOutcome,
    SyncedRows nextRows,
    List<SyncedRows.Failed> nextErrors,
    SyncedRows refreshed) {
  /** For what comes too late; a busy machine keeps to it most of the time, or is asked again. */
  private static final Duration SHORT = Duration.ofMillis(500);

  /** For all else. */
  private static final Duration LONG = Duration.ofSeconds(30);

  /** Six tries in a sixteenth of a second. */
  private static final Duration HASTY = Duration.ofMillis(1);

  /**
   * Six tries in no less than three seconds: a server that is down for a moment is back by then.
   */
  private static final Duration PATIENT = Duration.ofMillis(200);

  static FaultRun of(
      List<FaultCell> cells,
      SampleConfig config,
      FaultTargets chooser,
      SyncedRows clean,
      Path output)
      throws Exception {
    Map<FaultCell, Target> targets = chooser.choose(cells, clean);
    FaultRule[] rules =
        targets.entrySet().stream()
            .map(cell -> chooser.rule(cell.getKey(), cell.getValue()))
            .toArray(FaultRule[]::new);
    String projects =
        targets.values().stream().map(Target::project).sorted().collect(Collectors.joining(","));
    boolean isBackSoon = cells.get(0).isOfServer() && !cells.get(0).isNamed();
    Duration wait = isBackSoon ? PATIENT : HASTY;
    Duration timeout = cells.get(0).isOfTime() ? SHORT : LONG;
    UnaryOperator<SyncConfig> hasty =
        sync -> sync.withReadTimeout(timeout).withFirstRetryWait(wait);
    Syncs.Outcome outcome;
    String runId = Syncs.runId();
    try (SampleServer server = SampleServer.start(config.withFaults(SampleFaults.of(rules)))) {
      outcome = Syncs.sync(server, output, hasty, args(projects, runId));
    }
    SyncedRows rows = SyncedRows.read(output);
    List<SyncedRows.Failed> errors = SyncedRows.errors(output, runId);
    try (SampleServer server = SampleServer.start(config)) {
      String nextId = Syncs.runId();
      Syncs.moved(output, server);
      // What was complete at once has nothing to make up for.
      boolean isWhole = cells.stream().noneMatch(FaultCell::isNamed);
      Syncs.Outcome next = isWhole ? outcome : Syncs.sync(server, output, args(projects, nextId));
      SyncedRows nextRows = SyncedRows.read(output);
      List<SyncedRows.Failed> nextErrors = SyncedRows.errors(output, nextId);
      if (cells.stream().anyMatch(FaultCell::isOther)) {
        Syncs.sync(server, output, args(projects, Syncs.runId(), "--fullRefresh"));
      }
      return new FaultRun(
          targets, outcome, rows, errors, next, nextRows, nextErrors, SyncedRows.read(output));
    }
  }

  private static String[] args(String projects, String runId, String... more) {
    return Stream.concat(
            Stream.of(
                "--projects=" + projects,
                "--runId=" + runId,
                // What is listed again anyway would hide what the state has forgotten.
                "--overlap=PT0S",
                "--detectReruns=false",
                "--maxErrors=0"),
            Stream.of(more))
        .toArray(String[]::new);
  }
}
