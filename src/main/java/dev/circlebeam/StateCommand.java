package dev.circlebeam;

import dev.circlebeam.circleci.PlainLine;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.state.Interval;
import dev.circlebeam.state.Intervals;
import dev.circlebeam.state.OrganizationState;
import dev.circlebeam.state.ProjectState;
import dev.circlebeam.state.StateStore;
import dev.circlebeam.state.SyncState;
import dev.circlebeam.state.UnfinishedPipeline;
import dev.circlebeam.storage.Place;
import java.io.PrintStream;
import java.util.Locale;
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
    say(out, "server   %s", state.circleciUrl());
    say(out, "output   %s", state.output());
    if (state.writtenBy() != null) {
      say(out, "last run %s, begun %s", state.writtenBy().runId(), state.writtenBy().startedAt());
    }
    for (Map.Entry<String, ProjectState> project : state.projects().entrySet()) {
      out.println();
      say(out, "%s  %s", project.getValue().slug(), project.getKey());
      print(project.getValue(), out);
    }
    for (Map.Entry<String, OrganizationState> each : state.organizations().entrySet()) {
      OrganizationState organization = each.getValue();
      out.println();
      say(out, "%s  %s", organization.organization(), each.getKey());
      organization.complete().forEach((table, days) -> complete(table, days, out));
      organization.failed().forEach(table -> say(out, "  not read    %s", table));
    }
  }

  private static void complete(String table, Intervals intervals, PrintStream out) {
    for (Interval interval : intervals.list()) {
      say(out, "  complete    %-24s %s", table, stretch(interval));
    }
  }

  private static void print(ProjectState project, PrintStream out) {
    project.complete().forEach((table, intervals) -> complete(table, intervals, out));
    if (project.backfill() != null) {
      say(out, "  backfill    goes on below %s", project.backfill().since());
    }
    if (project.searchedAt() != null) {
      say(out, "  reruns      looked for until %s", project.searchedAt());
    }
    for (String table : project.failed()) {
      say(out, "  not read    %s", table);
    }
    int left = project.unfinished().size();
    for (Map.Entry<String, UnfinishedPipeline> pipeline : project.unfinished().entrySet()) {
      if (left == project.unfinished().size() - SHOWN) {
        say(out, "  unfinished  and %d more", left);
        break;
      }
      left--;
      UnfinishedPipeline its = pipeline.getValue();
      say(
          out,
          "  unfinished  %s, created %s, since %s, last looked at %s: %s",
          pipeline.getKey(),
          its.createdAt(),
          its.since(),
          its.lastRead(),
          String.join(", ", its.why()));
    }
  }

  /** A line of what stands in the file; names there came from outside. */
  private static void say(PrintStream out, String form, Object... values) {
    out.println(PlainLine.of(String.format(Locale.ROOT, form, values)));
  }

  private static String stretch(Interval interval) {
    String from =
        interval.from().equals(Interval.BEGINNING) ? "the beginning" : interval.from().toString();
    return from + " to " + interval.to();
  }
}
