package dev.circlebeam.report;

import dev.circlebeam.circleci.PlainLine;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/** What a person reads when a run has ended. */
public final class Summary {
  private Summary() {}

  /**
   * Prints a summary.
   *
   * @param report the run's report
   * @param file where that is
   * @param out where to print
   */
  public static void print(RunReport report, String file, PrintStream out) {
    out.printf(Locale.ROOT, "%-28s %12s %10s %8s%n", "table", "rows", "requests", "files");
    for (Map.Entry<String, RunReport.OfTable> table : report.tables().entrySet()) {
      RunReport.OfTable its = table.getValue();
      out.printf(
          Locale.ROOT,
          "%-28s %12d %10d %8d%n",
          table.getKey(),
          its.rows(),
          its.requests(),
          its.files());
    }
    out.println();
    RunReport.Requests requests = report.requests();
    List<String> facts = new ArrayList<>();
    facts.add(
        String.format(
            Locale.ROOT, "%d requests at %.1f a second", requests.sent(), requests.perSecond()));
    facts.add(requests.retries() + " retries");
    facts.add(
        String.format(
            Locale.ROOT,
            "%d rate limited, %.1f s waited",
            requests.rateLimited(),
            requests.waitedSeconds()));
    facts.add(report.errors() + " errors");
    facts.add(String.format(Locale.ROOT, "%.1f s in all", report.seconds()));
    out.println(String.join("; ", facts) + ".");
    if (report.unfinished() > 0) {
      out.println(pipelines(report.unfinished()) + " unfinished; the next run looks again.");
    }
    if (report.rerunsFound() > 0) {
      out.println(
          report.rerunsFound() == 1
              ? "1 rerun was found under an old pipeline."
              : report.rerunsFound() + " reruns were found under old pipelines.");
    }
    if (report.givenUp() > 0) {
      out.println(
          pipelines(report.givenUp())
              + " older than --unfinishedMaxAge and still unfinished; given up.");
    }
    for (Map.Entry<String, RunReport.OfTable> table : report.tables().entrySet()) {
      if (table.getValue().misfits() > 0) {
        out.printf(
            Locale.ROOT,
            "%s: %d values did not fit their column; they are in _extra.%n",
            table.getKey(),
            table.getValue().misfits());
      }
    }
    report
        .tables()
        .forEach(
            (table, its) ->
                its.refused().forEach(why -> out.println(PlainLine.of(table + ": " + why))));
    report.organizations().forEach(its -> out.println(PlainLine.of(found(its))));
    List<String> left = new ArrayList<>(report.backfillLeft());
    left.removeAll(report.incomplete());
    if (!left.isEmpty()) {
      out.println(
          "Older rows are left in "
              + PlainLine.of(String.join(", ", left))
              + "; the next run goes on.");
    }
    if (!report.incomplete().isEmpty()) {
      out.println("Not read whole: " + PlainLine.of(String.join(", ", report.incomplete())) + ".");
    }
    if (report.errors() > 0) {
      out.println("What failed is in the table _errors.");
    }
    if (report.exitCode() == ExitCode.TOO_MANY_ERRORS.code()) {
      out.println(
          "Too many errors: " + PlainLine.of(report.reason() + "; " + report.whatToDo() + "."));
    }
    out.println("Report: " + file);
  }

  /**
   * Says how many projects of an organization were found, and how.
   *
   * @param its what was found
   * @return a line
   */
  public static String found(FetchFigures.OfOrganization its) {
    List<String> ways = new ArrayList<>();
    add(ways, its.listed(), "listed by API v3");
    add(ways, its.named(), "named by Insights");
    add(ways, its.built(), "with recent pipelines");
    String found = ways.isEmpty() ? "none found" : String.join(", ", ways);
    return its.organization()
        + ": "
        + its.read()
        + (its.read() == 1 ? " project (" : " projects (")
        + found
        + ")"
        + (its.listed() != null
            ? "."
            : ". API v3 does not list them, and v2 alone sees only what the token's user follows.");
  }

  private static void add(List<String> ways, @Nullable Long number, String how) {
    if (number != null) {
      ways.add(number + " " + how);
    }
  }

  private static String pipelines(long number) {
    return number == 1 ? "1 pipeline is" : number + " pipelines are";
  }
}
