package dev.circlebeam.report;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;

/**
 * Leaves the run's report beside the data. Its input is one element, which is there when the state
 * is committed.
 */
public final class WriteReport extends PTransform<PCollection<StateSummary>, PCollection<Void>> {
  private static final long serialVersionUID = 1L;

  /** Puts a report where it belongs. */
  @FunctionalInterface
  public interface Store extends java.io.Serializable {
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
  private final PCollection<FetchFigures> fetched;
  private final PCollection<MergeFigures> merged;

  /**
   * @param run the run
   * @param slice which part of it, from 0
   * @param begunAt when that began
   * @param maxErrors how many errors are too many
   * @param store where reports go
   * @param fetched what the fetching steps counted
   * @param merged what the merging step counted
   */
  public WriteReport(
      RunReport.Run run,
      int slice,
      Instant begunAt,
      MaxErrors maxErrors,
      Store store,
      PCollection<FetchFigures> fetched,
      PCollection<MergeFigures> merged) {
    this.run = run;
    this.slice = slice;
    this.begunAt = begunAt;
    this.maxErrors = maxErrors;
    this.store = store;
    this.fetched = fetched;
    this.merged = merged;
  }

  @Override
  public PCollection<Void> expand(PCollection<StateSummary> committed) {
    PCollectionView<Iterable<FetchFigures>> fetches =
        fetched.apply("FetchFigures", View.asIterable());
    PCollectionView<Iterable<MergeFigures>> merges =
        merged.apply("MergeFigures", View.asIterable());
    return committed.apply(
        "Write",
        ParDo.of(new WriteFn(run, slice, begunAt, maxErrors, store, fetches, merges))
            .withSideInputs(fetches, merges));
  }

  private static final class WriteFn extends DoFn<StateSummary, Void> {
    private static final long serialVersionUID = 1L;

    private final RunReport.Run run;
    private final int slice;
    private final Instant begunAt;
    private final MaxErrors maxErrors;
    private final Store store;
    private final PCollectionView<Iterable<FetchFigures>> fetches;
    private final PCollectionView<Iterable<MergeFigures>> merges;

    WriteFn(
        RunReport.Run run,
        int slice,
        Instant begunAt,
        MaxErrors maxErrors,
        Store store,
        PCollectionView<Iterable<FetchFigures>> fetches,
        PCollectionView<Iterable<MergeFigures>> merges) {
      this.run = run;
      this.slice = slice;
      this.begunAt = begunAt;
      this.maxErrors = maxErrors;
      this.store = store;
      this.fetches = fetches;
      this.merges = merges;
    }

    @ProcessElement
    public void process(ProcessContext context) throws IOException {
      FetchFigures fetched = FetchFigures.NONE;
      for (FetchFigures each : context.sideInput(fetches)) {
        fetched = fetched.plus(each);
      }
      Map<String, MergeFigures> merged = new TreeMap<>();
      for (MergeFigures each : context.sideInput(merges)) {
        merged.merge(each.table(), each, MergeFigures::plus);
      }
      store.write(
          RunReport.done(
              run, slice, begunAt, Instant.now(), fetched, merged, context.element(), maxErrors));
    }
  }
}
