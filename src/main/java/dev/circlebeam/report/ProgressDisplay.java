package dev.circlebeam.report;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Shows a run's progress: on a terminal a few lines that are drawn over, elsewhere a plain line
 * every ten seconds.
 */
public final class ProgressDisplay implements AutoCloseable {
  private static final long SECOND = 1_000_000_000L;

  private final Progress progress;
  private final PrintStream out;
  private final boolean terminal;
  private final ScheduledExecutorService timer;
  private final long begunAt = System.nanoTime();
  private @Nullable Future<?> ticks;
  private int drawn;
  private long lastDone;
  private long lastAt = begunAt;
  private double rate;

  private ProgressDisplay(Progress progress, PrintStream out, boolean terminal) {
    this.progress = progress;
    this.out = out;
    this.terminal = terminal;
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            new ThreadFactoryBuilder().setNameFormat("progress").setDaemon(true).build());
  }

  /**
   * Begins to show a run.
   *
   * @param progress the run's
   * @param out where
   * @param terminal whether that is a terminal, whose lines can be drawn over
   * @return the display; to be closed when the run ends
   */
  public static ProgressDisplay start(Progress progress, PrintStream out, boolean terminal) {
    ProgressDisplay display = new ProgressDisplay(progress, out, terminal);
    display.ticks =
        terminal
            ? display.timer.scheduleAtFixedRate(display::draw, 500, 500, TimeUnit.MILLISECONDS)
            : display.timer.scheduleAtFixedRate(display::line, 10, 10, TimeUnit.SECONDS);
    return display;
  }

  /**
   * Says something that stays.
   *
   * @param line what
   */
  public synchronized void say(String line) {
    erase();
    out.println("circlebeam: " + line);
    out.flush();
  }

  private synchronized void line() {
    List<String> parts = new ArrayList<>();
    for (Map.Entry<String, Progress.OfTable> table : tables()) {
      Progress.OfTable its = table.getValue();
      parts.add(
          String.format(
              Locale.ROOT,
              "%s %d/%d, %d rows",
              table.getKey(),
              its.done(),
              its.known(),
              its.rows()));
    }
    out.println("circlebeam: " + head() + (parts.isEmpty() ? "" : ": " + String.join("; ", parts)));
  }

  private synchronized void draw() {
    StringBuilder lines = new StringBuilder();
    lines.append(head()).append('\n');
    for (Map.Entry<String, Progress.OfTable> table : tables()) {
      Progress.OfTable its = table.getValue();
      lines.append(
          String.format(
              Locale.ROOT,
              "  %-24s %9d of %-9d requests %12d rows%n",
              table.getKey(),
              its.done(),
              its.known(),
              its.rows()));
    }
    erase();
    out.print(lines);
    out.flush();
    drawn = (int) lines.chars().filter(c -> c == '\n').count();
  }

  private void erase() {
    if (drawn > 0) {
      // Up so many lines, then clear to the end of the screen.
      out.print("\u001b[" + drawn + "A\u001b[J");
      drawn = 0;
    }
  }

  private String head() {
    long now = System.nanoTime();
    long done = 0;
    long known = 0;
    for (Progress.OfTable table : progress.tables().values()) {
      done += table.done();
      known += table.known();
    }
    double recent = (done - lastDone) * (double) SECOND / Math.max(1, now - lastAt);
    rate = rate == 0 ? recent : 0.7 * rate + 0.3 * recent;
    lastDone = done;
    lastAt = now;
    String slice = progress.slice() == 0 ? "" : "slice " + (progress.slice() + 1) + ", ";
    String head = slice + progress.phase() + ", " + time((now - begunAt) / SECOND);
    if (progress.phase().equals("fetching")) {
      head += String.format(Locale.ROOT, ", %.0f requests a second", rate);
      if (progress.pausedFor() > SECOND / 10) {
        head += ", rate limited for " + time(1 + progress.pausedFor() / SECOND) + " more";
      } else if (known - done > rate && rate > 0) {
        head += ", at least " + time((long) ((known - done) / rate)) + " left";
      }
    } else if (progress.mergedFiles() > 0) {
      head += ", " + progress.mergedFiles() + " files";
    }
    return progress.errors() == 0 ? head : head + ", " + progress.errors() + " errors";
  }

  private List<Map.Entry<String, Progress.OfTable>> tables() {
    return progress.tables().entrySet().stream()
        .sorted(Comparator.comparing(entry -> entry.getValue().order()))
        .toList();
  }

  private static String time(long seconds) {
    return seconds < 60
        ? seconds + " s"
        : String.format(Locale.ROOT, "%d:%02d min", seconds / 60, seconds % 60);
  }

  @Override
  public void close() {
    ticks.cancel(false);
    timer.shutdownNow();
    synchronized (this) {
      if (terminal) {
        erase();
        out.flush();
      }
    }
  }
}
