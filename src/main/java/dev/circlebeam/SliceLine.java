package dev.circlebeam;

import dev.circlebeam.report.RunReport;
import java.util.Locale;

/** A slice in a line, for people. */
final class SliceLine {
  private SliceLine() {}

  /** Says what a slice did, and what is left. */
  static String of(RunReport.Slice slice) {
    String memory =
        slice.residentMegabytes() == 0 ? "" : ", " + slice.residentMegabytes() + " MB resident";
    String left =
        slice.left() == 0
            ? "nothing left"
            : "older rows left in " + slice.left() + (slice.left() == 1 ? " list" : " lists");
    return String.format(
        Locale.ROOT,
        "slice %d: %d pipelines, %d requests in %.1f s%s; committed, %s",
        slice.number() + 1,
        slice.pipelines(),
        slice.requests(),
        slice.seconds(),
        memory,
        left);
  }
}
