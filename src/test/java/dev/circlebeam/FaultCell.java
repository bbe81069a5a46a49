package dev.circlebeam;

import dev.circlebeam.sample.FaultKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One cell of the fault matrix.
 *
 * @param kind what goes wrong
 * @param depth where: at {@code project}, {@code pipelines}, {@code workflows} or {@code jobs}
 * @param times how often, for each URL; 0 for always
 * @param outcome what a sync makes of it
 */
record FaultCell(FaultKind kind, String depth, int times, String outcome) {
  static final List<String> DEPTHS = List.of("project", "pipelines", "workflows", "jobs");

  /** All rows are there, and no row of {@code _errors}. */
  static final String COMPLETE = "complete";

  /** The same, and what no column takes is in {@code _extra}. */
  static final String IN_EXTRA = "in_extra";

  /** The same, and a value that was never seen before is in its column. */
  static final String AS_SENT = "as_sent";

  private static final String NONE = "-";
  private static final Set<String> RETRIED =
      Set.of("server_error", "timeout", "connection", "malformed");

  /** Reads a table: fault, times, and an outcome for each depth, separated by bars. */
  static List<FaultCell> parse(String table) {
    List<FaultCell> cells = new ArrayList<>();
    for (String line : table.lines().filter(l -> !l.isBlank()).skip(1).toList()) {
      List<String> parts = Stream.of(line.split("\\|")).map(String::strip).toList();
      if (parts.size() != DEPTHS.size() + 2) {
        throw new IllegalArgumentException("a line has too few or too many columns: " + line);
      }
      int times = parts.get(1).equals("always") ? 0 : Integer.parseInt(parts.get(1));
      for (String depth : DEPTHS) {
        String outcome = parts.get(2 + DEPTHS.indexOf(depth));
        if (!outcome.equals(NONE)) {
          cells.add(new FaultCell(FaultKind.valueOf(parts.get(0)), depth, times, outcome));
        }
      }
    }
    return cells;
  }

  /** Tells whether something is missing, and named with the outcome's word. */
  boolean isNamed() {
    return !Set.of(COMPLETE, IN_EXTRA, AS_SENT).contains(outcome);
  }

  /** Tells whether rows are there, but not as they would be without the fault. */
  boolean isOther() {
    return outcome.equals(IN_EXTRA) || outcome.equals(AS_SENT);
  }

  /** How often a request that is named was tried. */
  int attempts() {
    return RETRIED.contains(outcome) ? 6 : 1;
  }

  /** Tells whether the server does not answer anybody after it. */
  boolean isOfServer() {
    return kind == FaultKind.REFUSED_FOR_A_MOMENT || kind == FaultKind.REFUSED_FOR_GOOD;
  }

  /** Tells whether it takes a short timeout to try it. */
  boolean isOfTime() {
    return switch (kind) {
      case STALLED, STALLED_BODY, TRICKLING_BODY, SLOW_BODY -> true;
      default -> false;
    };
  }

  /** Tells whether it strikes one page of a list, the second, and not each of them. */
  boolean isOfOnePage() {
    return times > 0
        && pages() > 1
        && (kind == FaultKind.EXPIRED_PAGE_TOKEN || kind == FaultKind.REFUSED_FOR_A_MOMENT);
  }

  /** How many pages the struck list must have for the fault to have something to bite. */
  int pages() {
    return switch (kind) {
      case EXPIRED_PAGE_TOKEN, DUPLICATE_ITEM -> 2;
      case REFUSED_FOR_A_MOMENT -> depth.equals("project") ? 1 : 2;
      case REPEATED_PAGE_TOKEN -> 3;
      default -> 1;
    };
  }

  /**
   * The sync in which the cell is tried. Faults that leave no server have one of their own; of the
   * others, those strike together, each a project of its own, that let each other be.
   */
  String run() {
    if (isOfServer()) {
      return kind + " at " + depth;
    }
    if (kind.name().startsWith("TOO_MANY")) {
      return "refused x" + times;
    }
    return (isOfTime() ? "late, " : "") + (isNamed() ? "named" : "complete");
  }

  @Override
  public String toString() {
    return kind + " " + (times == 0 ? "always" : "x" + times) + " at " + depth + ": " + outcome;
  }
}
