package dev.circlebeam.sink.bigquery;

import com.google.api.services.bigquery.model.Table;
import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.record.ScopeRead;
import dev.circlebeam.record.StoredTables;
import dev.circlebeam.record.TableRecord;
import dev.circlebeam.record.TableRecordCoder;
import dev.circlebeam.record.Timestamps;
import dev.circlebeam.report.Attendant;
import dev.circlebeam.report.MergeFigures;
import dev.circlebeam.report.Progress;
import dev.circlebeam.report.RequestError;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.sink.ErrorRows;
import dev.circlebeam.sink.TableSink;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryIO;
import org.apache.beam.sdk.io.gcp.bigquery.WriteResult;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.SimpleFunction;
import org.apache.beam.sdk.transforms.Wait;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Puts records into tables of a BigQuery dataset: loads all of them into staging tables, then
 * merges each in one statement.
 *
 * <p>Example: {@code rows.apply("Merge", new BigQuerySink(access, runId, startedAt, 0, catalog,
 * excluded))}. Fails the run, with a {@link RunFailure}, when a table has a column in another type,
 * or when BigQuery refuses; staging tables that are left then expire by themselves.
 */
public final class BigQuerySink extends TableSink {
  private static final long serialVersionUID = 1L;

  private static final TupleTag<TableRecord> ROWS = new TupleTag<>("rows") {};
  private static final TupleTag<KV<String, TableUpdate>> UPDATES = new TupleTag<>("updates") {};
  private static final KvCoder<String, TableUpdate> UPDATE_CODER =
      KvCoder.of(StringUtf8Coder.of(), SerializableCoder.of(TableUpdate.class));

  private final BigQueryAccess access;
  private final Staging staging;
  private final TargetTables targets;
  private final Attendant attendant;

  /**
   * @param access the dataset, which must be there
   * @param runId the run
   * @param startedAt when it began
   * @param slice which part of it this is, from 0
   * @param catalog every table
   * @param excluded by table, columns that are not written
   * @param attendant looks after a run whose launcher has gone away
   */
  public BigQuerySink(
      BigQueryAccess access,
      String runId,
      Instant startedAt,
      int slice,
      Catalog catalog,
      Map<String, ? extends Set<String>> excluded,
      Attendant attendant) {
    this.access = access;
    this.staging = new Staging(runId, startedAt, slice);
    this.targets = new TargetTables(catalog, new HashMap<>(excluded));
    this.attendant = attendant;
  }

  @Override
  public StoredTables stored() {
    return new BigQueryTables(access);
  }

  /**
   * Checks, before anything is fetched, that tables can be merged into what is there.
   *
   * @param tables names of the tables to be written
   * @throws RunFailure when there is no dataset, it may not be seen, or a table is another one
   */
  public void check(Set<String> tables) {
    BigQueryConnection bigQuery = access.connect();
    BigQueryDataset dataset = access.dataset();
    if (bigQuery.dataset() == null) {
      throw noDataset(dataset);
    }
    for (String name : tables) {
      Table existing = bigQuery.table(name);
      if (existing != null) {
        new TargetCheck(dataset, targets.of(name)).missing(existing);
      }
    }
  }

  /**
   * Finds out why a Beam pipeline with this sink failed.
   *
   * @param thrown what the runner threw
   * @return the failure; null when BigQuery and Cloud Storage had no part in it
   */
  public static @Nullable RunFailure explain(Throwable thrown) {
    return ApiFailures.ofLoad(thrown);
  }

  /** Says that there is no dataset. */
  static RunFailure noDataset(BigQueryDataset dataset) {
    return RunFailure.misconfigured(
        "--output=" + dataset.address() + " is not there, or may not be seen",
        "make it: bq --location=… mk --dataset "
            + dataset.project()
            + ":"
            + dataset.dataset()
            + ", and grant bigquery.datasets.get on it");
  }

  @Override
  public PCollection<MergeFigures> expand(PCollectionTuple input) {
    PCollectionTuple rows = staged("StageRows", input.get(PAGES));
    PCollectionTuple errors =
        staged(
            "StageErrors",
            input
                .get(ERRORS)
                .apply("ErrorRows", MapElements.via(new ErrorRowFn(staging.runId())))
                .setCoder(ListCoder.of(coder())));
    WriteResult loaded =
        PCollectionList.of(rows.get(ROWS))
            .and(errors.get(ROWS))
            .apply("Rows", Flatten.pCollections())
            .apply(
                "Load",
                BigQueryIO.<TableRecord>write()
                    .to(new StagingTables(access.dataset(), staging, targets))
                    .withAvroFormatFunction(StagingTables::row)
                    .useAvroLogicalTypes()
                    .withMethod(BigQueryIO.Write.Method.FILE_LOADS)
                    // They are made before, to expire; a load job cannot say that.
                    .withCreateDisposition(BigQueryIO.Write.CreateDisposition.CREATE_NEVER)
                    .withWriteDisposition(BigQueryIO.Write.WriteDisposition.WRITE_APPEND)
                    .withoutValidation());
    PCollection<KV<String, TableUpdate>> scopes =
        input
            .get(SCOPES)
            .apply("ScopeUpdates", MapElements.via(new ScopeFn()))
            .setCoder(UPDATE_CODER);
    return PCollectionList.of(rows.get(UPDATES))
        .and(errors.get(UPDATES))
        .and(scopes)
        .apply("Updates", Flatten.pCollections())
        .apply("ByTable", Combine.perKey(new TableUpdate.Union()))
        .setCoder(UPDATE_CODER)
        .apply("AfterLoad", Wait.on(loaded.getSuccessfulTableLoads()))
        .apply("MergeTable", ParDo.of(new MergeFn(access, staging, targets, attendant)))
        .setCoder(SerializableCoder.of(MergeFigures.class));
  }

  private TableRecordCoder coder() {
    return TableRecordCoder.of(targets.catalog(), ErrorRows.SCHEMA);
  }

  private PCollectionTuple staged(String name, PCollection<List<TableRecord>> pages) {
    PCollectionTuple staged =
        pages.apply(
            name,
            ParDo.of(new StageFn(access, staging, targets, attendant))
                .withOutputTags(ROWS, TupleTagList.of(UPDATES)));
    staged.get(ROWS).setCoder(coder());
    staged.get(UPDATES).setCoder(UPDATE_CODER);
    return staged;
  }

  private static final class ErrorRowFn extends SimpleFunction<RequestError, List<TableRecord>> {
    private static final long serialVersionUID = 1L;

    private final String runId;

    ErrorRowFn(String runId) {
      this.runId = runId;
    }

    @Override
    public List<TableRecord> apply(RequestError error) {
      return List.of(
          new TableRecord(
              ErrorRows.TABLE, ErrorRows.of(runId, error), Timestamps.micros(error.at())));
    }
  }

  private static final class ScopeFn extends SimpleFunction<ScopeRead, KV<String, TableUpdate>> {
    private static final long serialVersionUID = 1L;

    @Override
    public KV<String, TableUpdate> apply(ScopeRead read) {
      return KV.of(read.table(), TableUpdate.scope(read.scope()));
    }
  }

  /** Lets rows go on to be loaded, once there is a table that they can be loaded into. */
  private static final class StageFn extends DoFn<List<TableRecord>, TableRecord> {
    private static final long serialVersionUID = 1L;

    private final BigQueryAccess access;
    private final Staging staging;
    private final TargetTables targets;
    private final Attendant attendant;
    private transient Set<String> made;
    private transient BigQueryConnection bigQuery;

    StageFn(BigQueryAccess access, Staging staging, TargetTables targets, Attendant attendant) {
      this.access = access;
      this.staging = staging;
      this.targets = targets;
      this.attendant = attendant;
    }

    @ProcessElement
    public void process(@Element List<TableRecord> page, MultiOutputReceiver out) {
      if (page.isEmpty()) {
        return;
      }
      TargetTable target = targets.of(page.get(0).table());
      try {
        make(target);
      } catch (RunFailure e) {
        attendant.failed(e);
        throw e;
      }
      TreeSet<LocalDate> days = new TreeSet<>();
      for (TableRecord record : page) {
        if (target.partitionBy() != null) {
          days.add(Timestamps.day((Long) record.row().get(target.partitionBy())));
        }
        out.get(ROWS).output(record);
      }
      out.get(UPDATES).output(KV.of(target.name(), TableUpdate.rows(days)));
    }

    private void make(TargetTable target) {
      if (bigQuery == null) {
        bigQuery = access.connect();
        made = new HashSet<>();
      }
      if (made.add(target.name())) {
        bigQuery.create(staging.definition(access.dataset(), target, Instant.now()));
      }
    }
  }

  private static final class MergeFn extends DoFn<KV<String, TableUpdate>, MergeFigures> {
    private static final long serialVersionUID = 1L;

    private final BigQueryAccess access;
    private final Staging staging;
    private final TargetTables targets;
    private final Attendant attendant;
    private transient BigQueryConnection bigQuery;

    MergeFn(BigQueryAccess access, Staging staging, TargetTables targets, Attendant attendant) {
      this.access = access;
      this.staging = staging;
      this.targets = targets;
      this.attendant = attendant;
    }

    @ProcessElement
    public void process(@Element KV<String, TableUpdate> table, OutputReceiver<MergeFigures> out) {
      try {
        out.output(merge(table));
      } catch (RunFailure e) {
        attendant.failed(e);
        throw e;
      }
      Progress.of(staging.runId()).merged();
    }

    private MergeFigures merge(KV<String, TableUpdate> table) {
      if (bigQuery == null) {
        bigQuery = access.connect();
      }
      TargetTable target = targets.of(table.getKey());
      return new TableMerge(bigQuery, access.dataset(), staging, target).merge(table.getValue());
    }
  }
}
