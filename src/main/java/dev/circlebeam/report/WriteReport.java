package dev.circlebeam.report;

import java.io.IOException;
import java.io.Serializable;
import java.time.Instant;
import java.util.Map;

/** Leaves the run's report beside the data. Travels to the step that does it. */
public final class WriteReport implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Puts a report where it belongs. */
  @FunctionalInterface
  public interface Store extends Serializable {
    /**
     * Writes a report, whole.
     *
     * @param report the report
     * @throws IOException when it cannot be written
     */
    void write(RunReport report) throws IOException;
  }

  private final RunReport.Run run;
  private final int slice;
  private final Instant begunAt;
  private final MaxErrors maxErrors;
  private final Store store;

  /**
   * @param run the run
   * @param slice which part of it, from 0
   * @param begunAt when that began
   * @param maxErrors how many errors are too many
   * @param store where reports go
   */
  public WriteReport(
      RunReport.Run run, int slice, Instant begunAt, MaxErrors maxErrors, Store store) {
    this.run = run;
    this.slice = slice;
    this.begunAt = begunAt;
    this.maxErrors = maxErrors;
    this.store = store;
  }

  /**
   * Writes the report of a slice whose state is committed.
   *
   * @param fetched what the fetching steps counted
   * @param merged what the sink counted, by table
   * @param summary how things stand
   * @return the report
   * @throws IOException when it cannot be written
   */
  public RunReport write(
      FetchFigures fetched, Map<String, MergeFigures> merged, StateSummary summary)
      throws IOException {
    RunReport report =
        RunReport.done(run, slice, begunAt, Instant.now(), fetched, merged, summary, maxErrors);
    store.write(report);
    return report;
  }
}
