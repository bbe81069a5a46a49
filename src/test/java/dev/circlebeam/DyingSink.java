package dev.circlebeam;

import com.google.common.hash.Hashing;
import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.record.ScopeRead;
import dev.circlebeam.record.StoredTables;
import dev.circlebeam.record.TableRecord;
import dev.circlebeam.report.MergeFigures;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.sink.TableSink;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Filter;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Wait;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;

/**
 * A sink that dies while it writes: some of the files are merged, the others are not, and the run
 * fails before it commits. Which ones depends on a seed alone, not on the order of threads.
 */
final class DyingSink extends TableSink {
  private static final long serialVersionUID = 1L;

  private final TableSink sink;
  private final int seed;
  private final int percent;

  /**
   * @param sink writes what is written
   * @param seed decides which files are
   * @param percent how many of a hundred, about
   */
  DyingSink(TableSink sink, int seed, int percent) {
    this.sink = sink;
    this.seed = seed;
    this.percent = percent;
  }

  @Override
  public StoredTables stored() {
    return sink.stored();
  }

  @Override
  public PCollection<MergeFigures> expand(PCollectionTuple input) {
    PCollection<List<TableRecord>> pages = input.get(PAGES);
    PCollection<List<TableRecord>> some =
        pages.apply("SomeFiles", ParDo.of(new SomeFn(seed, percent))).setCoder(pages.getCoder());
    int itsSeed = seed;
    int itsPercent = percent;
    PCollection<ScopeRead> scopes =
        input
            .get(SCOPES)
            .apply(
                "SomeScopes", Filter.by(scope -> isMerged(scope.table(), 0, itsSeed, itsPercent)));
    PCollection<MergeFigures> merged =
        PCollectionTuple.of(PAGES, some)
            .and(SCOPES, scopes)
            .and(ERRORS, input.get(ERRORS))
            .apply("MergeSome", sink);
    return input
        .getPipeline()
        .apply("Then", Create.of("then"))
        .apply("AfterSome", Wait.on(merged))
        .apply("Die", ParDo.of(new DieFn()))
        .setCoder(SerializableCoder.of(MergeFigures.class));
  }

  /** All that concerns one file is merged, or nothing of it. */
  private static boolean isMerged(String table, long day, int seed, int percent) {
    int hash =
        Hashing.murmur3_32_fixed(seed).hashString(table + day, StandardCharsets.UTF_8).asInt();
    return Math.floorMod(hash, 100) < percent;
  }

  private static final class SomeFn extends DoFn<List<TableRecord>, List<TableRecord>> {
    private static final long serialVersionUID = 1L;
    private static final Catalog CATALOG = Catalog.builtIn();

    private final int seed;
    private final int percent;

    SomeFn(int seed, int percent) {
      this.seed = seed;
      this.percent = percent;
    }

    @ProcessElement
    public void process(@Element List<TableRecord> page, OutputReceiver<List<TableRecord>> out) {
      List<TableRecord> some =
          page.stream()
              .filter(record -> isMerged(record.table(), day(record), seed, percent))
              .toList();
      if (!some.isEmpty()) {
        out.output(some);
      }
    }

    private static long day(TableRecord record) {
      Table table = CATALOG.table(record.table());
      return table.partitionBy() == null
          ? 0
          : TimeUnit.MICROSECONDS.toDays((Long) record.row().get(table.partitionBy()));
    }
  }

  private static final class DieFn extends DoFn<String, MergeFigures> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element String then, OutputReceiver<MergeFigures> out) {
      if (then.isEmpty()) {
        out.output(new MergeFigures("", 0, 0, 0));
      }
      throw RunFailure.failed("died", "the run dies while it writes", "run it again");
    }
  }
}
