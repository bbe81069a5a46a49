package dev.circlebeam.sink.parquet;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.record.ScopeRead;
import dev.circlebeam.record.StoredTables;
import dev.circlebeam.record.TableRecord;
import dev.circlebeam.report.Attendant;
import dev.circlebeam.report.MergeFigures;
import dev.circlebeam.report.Progress;
import dev.circlebeam.report.RequestError;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.sink.TableSink;
import dev.circlebeam.storage.OutputGuard;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;

/**
 * Puts records into Parquet files below a folder: groups them by file, then merges each file with
 * what is there.
 *
 * <p>Example: {@code rows.apply("Merge", new ParquetSink(guard, catalog, excluded))}. Fails the
 * run, with a {@link RunFailure}, before it replaces a file that has columns the catalogue lacks.
 */
public final class ParquetSink extends TableSink {
  private static final long serialVersionUID = 1L;

  private final OutputGuard guard;
  private final Catalog catalog;
  private final Map<String, ? extends Set<String>> excluded;
  private final int slice;
  private final Attendant attendant;

  /**
   * @param guard the run, and the folder that its tables are in
   * @param catalog every table
   * @param excluded by table, columns that are not written
   * @param slice which part of the run this is, from 0
   * @param attendant looks after a run whose launcher has gone away
   */
  public ParquetSink(
      OutputGuard guard,
      Catalog catalog,
      Map<String, ? extends Set<String>> excluded,
      int slice,
      Attendant attendant) {
    this.guard = guard;
    this.catalog = catalog;
    this.excluded = excluded;
    this.slice = slice;
    this.attendant = attendant;
  }

  @Override
  public StoredTables stored() {
    return new ParquetTables(guard.folder());
  }

  /**
   * Checks, before anything is fetched, that tables can be merged into what is there.
   *
   * @param tables names of the tables to be written
   * @throws RunFailure when a table's folder holds another table
   */
  public void check(Set<String> tables) {
    for (String name : tables) {
      Table table = catalog.table(name);
      TableManifest.check(guard.folder(), table, columns(table, excluded));
    }
  }

  /** Has the first merge be as fast as the next ones, and returns at once. */
  public void warmUp() {
    Thread thread = new Thread(new WarmUp(catalog.table(Table.PROJECTS)), "warm-up");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public PCollection<MergeFigures> expand(PCollectionTuple input) {
    KvCoder<String, FileUpdate> coder =
        KvCoder.of(StringUtf8Coder.of(), new FileUpdate.Coder(catalog));
    PCollection<KV<String, FileUpdate>> rows =
        input.get(PAGES).apply("RowsByFile", ParDo.of(new RowsByFileFn(catalog))).setCoder(coder);
    PCollection<KV<String, FileUpdate>> scopes =
        input
            .get(SCOPES)
            .apply("ScopesByFile", ParDo.of(new ScopesByFileFn(catalog)))
            .setCoder(coder);
    PCollection<MergeFigures> tables =
        PCollectionList.of(rows)
            .and(scopes)
            .apply("Updates", Flatten.pCollections())
            .apply("ByFile", GroupByKey.create())
            .apply("MergeFile", ParDo.of(new MergeFn(guard, catalog, excluded, attendant)))
            .setCoder(SerializableCoder.of(MergeFigures.class));
    PCollection<MergeFigures> errors =
        input
            .get(ERRORS)
            .apply("ErrorsByFile", ParDo.of(new ErrorsByFileFn(guard.runId(), slice)))
            .setCoder(KvCoder.of(StringUtf8Coder.of(), SerializableCoder.of(RequestError.class)))
            .apply("ErrorFile", GroupByKey.create())
            .apply("WriteErrors", ParDo.of(new WriteErrorsFn(guard, attendant)))
            .setCoder(SerializableCoder.of(MergeFigures.class));
    return PCollectionList.of(tables).and(errors).apply("Written", Flatten.pCollections());
  }

  private static Schema columns(Table table, Map<String, ? extends Set<String>> excluded) {
    Set<String> without = excluded.get(table.name());
    return without == null ? table.schema() : table.schemaWithout(without);
  }

  private static final class RowsByFileFn extends DoFn<List<TableRecord>, KV<String, FileUpdate>> {
    private static final long serialVersionUID = 1L;

    private final Catalog catalog;

    RowsByFileFn(Catalog catalog) {
      this.catalog = catalog;
    }

    @ProcessElement
    public void process(
        @Element List<TableRecord> page, OutputReceiver<KV<String, FileUpdate>> out) {
      if (page.isEmpty()) {
        return;
      }
      Table table = catalog.table(page.get(0).table());
      Map<String, List<TableRecord>> byFile = new LinkedHashMap<>();
      for (TableRecord record : page) {
        String file = TableFiles.of(table, record.row());
        byFile.computeIfAbsent(file, f -> new ArrayList<>()).add(record);
      }
      byFile.forEach((file, records) -> out.output(KV.of(file, new FileUpdate(records, null))));
    }
  }

  private static final class ScopesByFileFn extends DoFn<ScopeRead, KV<String, FileUpdate>> {
    private static final long serialVersionUID = 1L;

    private final Catalog catalog;

    ScopesByFileFn(Catalog catalog) {
      this.catalog = catalog;
    }

    @ProcessElement
    public void process(@Element ScopeRead read, OutputReceiver<KV<String, FileUpdate>> out) {
      String file = TableFiles.whole(catalog.table(read.table()));
      out.output(KV.of(file, new FileUpdate(List.of(), read.scope())));
    }
  }

  private static final class MergeFn extends DoFn<KV<String, Iterable<FileUpdate>>, MergeFigures> {
    private static final long serialVersionUID = 1L;

    private final OutputGuard guard;
    private final Catalog catalog;
    private final Map<String, ? extends Set<String>> excluded;
    private final Attendant attendant;

    MergeFn(
        OutputGuard guard,
        Catalog catalog,
        Map<String, ? extends Set<String>> excluded,
        Attendant attendant) {
      this.guard = guard;
      this.catalog = catalog;
      this.excluded = excluded;
      this.attendant = attendant;
    }

    @ProcessElement
    public void process(
        @Element KV<String, Iterable<FileUpdate>> file, OutputReceiver<MergeFigures> out) {
      try {
        out.output(merge(file));
      } catch (RunFailure e) {
        attendant.failed(e);
        throw e;
      }
      Progress.of(guard.runId()).merged();
    }

    private MergeFigures merge(KV<String, Iterable<FileUpdate>> file) {
      Table table = catalog.table(TableFiles.table(file.getKey()));
      Schema columns = columns(table, excluded);
      try {
        FileMerge merge =
            new FileMerge(
                file.getKey(), table, () -> TableManifest.ensure(guard, table, columns), columns);
        file.getValue().forEach(merge::add);
        return merge.write(guard);
      } catch (IOException e) {
        throw guard.folder().unwritable(e);
      }
    }
  }

  private static final class ErrorsByFileFn extends DoFn<RequestError, KV<String, RequestError>> {
    private static final long serialVersionUID = 1L;

    private final String runId;
    private final int slice;

    ErrorsByFileFn(String runId, int slice) {
      this.runId = runId;
      this.slice = slice;
    }

    @ProcessElement
    public void process(@Element RequestError error, OutputReceiver<KV<String, RequestError>> out) {
      out.output(KV.of(ErrorFile.of(error, runId, slice), error));
    }
  }

  private static final class WriteErrorsFn
      extends DoFn<KV<String, Iterable<RequestError>>, MergeFigures> {
    private static final long serialVersionUID = 1L;

    private final OutputGuard guard;
    private final Attendant attendant;

    WriteErrorsFn(OutputGuard guard, Attendant attendant) {
      this.guard = guard;
      this.attendant = attendant;
    }

    @ProcessElement
    public void process(
        @Element KV<String, Iterable<RequestError>> file, OutputReceiver<MergeFigures> out) {
      try {
        out.output(write(file));
      } catch (RunFailure e) {
        attendant.failed(e);
        throw e;
      }
    }

    private MergeFigures write(KV<String, Iterable<RequestError>> file) {
      try {
        return ErrorFile.write(guard, file.getKey(), file.getValue());
      } catch (IOException e) {
        throw guard.folder().unwritable(e);
      }
    }
  }
}
