package dev.circlebeam.sink;

import dev.circlebeam.record.ScopeRead;
import dev.circlebeam.record.StoredTables;
import dev.circlebeam.record.TableRecord;
import dev.circlebeam.report.MergeFigures;
import dev.circlebeam.report.RequestError;
import java.util.List;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;

/**
 * Puts records into tables: each key once, the latest arrival in the place of what was there. What
 * comes out is counted, and comes out only when it is durable.
 */
public abstract class TableSink extends PTransform<PCollectionTuple, PCollection<MergeFigures>> {
  private static final long serialVersionUID = 1L;

  /** Rows, an answer's at a time. */
  public static final TupleTag<List<TableRecord>> PAGES = new TupleTag<>("sinkPages") {};

  /** Which parts of full-refresh tables are to be replaced. */
  public static final TupleTag<ScopeRead> SCOPES = new TupleTag<>("sinkScopes") {};

  /** Rows of {@code _errors}. */
  public static final TupleTag<RequestError> ERRORS = new TupleTag<>("sinkErrors") {};

  /** For subclasses. */
  protected TableSink() {}

  /**
   * Returns what is in the tables already.
   *
   * @return reads it
   */
  public abstract StoredTables stored();
}
