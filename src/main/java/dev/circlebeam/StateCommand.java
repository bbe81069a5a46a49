package dev.circlebeam;

import dev.circlebeam.report.RunFailure;
import dev.circlebeam.state.Interval;
import dev.circlebeam.state.ProjectState;
import dev.circlebeam.state.StateStore;
import dev.circlebeam.state.SyncState;
import dev.circlebeam.state.UnfinishedPipeline;
import dev.circlebeam.storage.Place;
import java.io.PrintStream;
import java.util.Map;

/** The command {@code state}: how far a sync is, read from its state. */
final class StateCommand {
  private static final int SHOWN = 20;

  private StateCommand() {}

  /**
   * Prints the state that {@code --state}, or {@code --output}, leads to.
   *
   * @throws UsageException when there is none, or it is damaged
   */
  static int run(SyncOptions options, PrintStream out) {
    Place file = Output.state(new Flags(options));
    SyncState state;
    try {
      state = StateStore.look(file);
    } catch (RunFailure e) {
      throw new UsageException(e.getMessage() + "; " + e.whatToDo());
    }
    if (state == null) {
      throw new UsageException(
          "there is no state at "
              + file.address()
              + ": no sync has ended there, or --state is elsewhere");
    }
    print(state, out);
    return 0;
  }

  private static void print(SyncState state, PrintStream out) {
    out.println("server   " + state.circleciUrl());
    out.println("output   " + state.output());
    if (state.writtenBy() != null) {
      out.println(
          "last run " + state.writtenBy().runId() + ", begun " + state.writtenBy().startedAt());
    }
    for (Map.Entry<String, ProjectState> project : state.projects().entrySet()) {
      out.println();
      out.println(project.getValue().slug() + "  " + project.getKey());
      print(project.getValue(), out);
    }
  }

  private static void print(ProjectState project, PrintStream out) {
    project
        .complete()
        .forEach(
            (table, intervals) ->
                intervals
                    .list()
                    .forEach(
                        interval ->
                            out.printf("  complete    %-24s %s%n", table, stretch(interval))));
    if (project.backfill() != null) {
      out.printf("  backfill    goes on below %s%n", project.backfill().since());
    }
    if (project.searchedAt() != null) {
      out.printf("  reruns      looked for until %s%n", project.searchedAt());
    }
    for (String table : project.failed()) {
      out.printf("  not read    %s%n", table);
    }
    int left = project.unfinished().size();
    for (Map.Entry<String, UnfinishedPipeline> pipeline : project.unfinished().entrySet()) {
      if (left == project.unfinished().size() - SHOWN) {
        out.printf("  unfinished  and %d more%n", left);
        break;
      }
      left--;
      UnfinishedPipeline its = pipeline.getValue();
      out.printf(
          "  unfinished  %s, created %s, since %s, last looked at %s: %s%n",
          pipeline.getKey(),
          its.createdAt(),
          its.since(),
          its.lastRead(),
          String.join(", ", its.why()));
    }
  }

  private static String stretch(Interval interval) {
    String from =
        interval.from().equals(Interval.BEGINNING) ? "the beginning" : interval.from().toString();
    return from + " to " + interval.to();
  }
}
