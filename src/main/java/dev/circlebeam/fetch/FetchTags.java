package dev.circlebeam.fetch;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.record.ScopeRead;
import dev.circlebeam.record.TableRecord;
import dev.circlebeam.record.TableRecordCoder;
import dev.circlebeam.report.FetchFigures;
import dev.circlebeam.report.RequestError;
import dev.circlebeam.state.ProjectFacts;
import java.util.List;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.transforms.DoFn.MultiOutputReceiver;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;

/** The outputs that fetching steps have, one for each kind of thing. */
public final class FetchTags {
  /** Rows, an answer's at a time. */
  public static final TupleTag<List<TableRecord>> PAGES = new TupleTag<>("pages") {};

  /** Which full-refresh lists were read whole. */
  public static final TupleTag<ScopeRead> SCOPES = new TupleTag<>("scopes") {};

  /** Requests and items that were given up. */
  public static final TupleTag<RequestError> ERRORS = new TupleTag<>("errors") {};

  /** What was learned about projects. */
  public static final TupleTag<ProjectFacts> FACTS = new TupleTag<>("facts") {};

  /** What was counted. */
  public static final TupleTag<FetchFigures> FIGURES = new TupleTag<>("figures") {};

  private FetchTags() {}

  /** Tells each output how to encode its elements. */
  static PCollectionTuple withCoders(PCollectionTuple outputs, Catalog catalog) {
    outputs.get(PAGES).setCoder(ListCoder.of(TableRecordCoder.of(catalog)));
    if (outputs.has(SCOPES)) {
      outputs.get(SCOPES).setCoder(SerializableCoder.of(ScopeRead.class));
    }
    outputs.get(ERRORS).setCoder(SerializableCoder.of(RequestError.class));
    if (outputs.has(FACTS)) {
      outputs.get(FACTS).setCoder(SerializableCoder.of(ProjectFacts.class));
    }
    outputs.get(FIGURES).setCoder(SerializableCoder.of(FetchFigures.class));
    return outputs;
  }

  /** Puts a step's output into Beam's hands. */
  static FetchOutput into(MultiOutputReceiver receiver) {
    return new FetchOutput() {
      @Override
      public void page(List<TableRecord> rows) {
        receiver.get(PAGES).output(rows);
      }

      @Override
      public void scope(ScopeRead scope) {
        receiver.get(SCOPES).output(scope);
      }

      @Override
      public void error(RequestError error) {
        receiver.get(ERRORS).output(error);
      }
    };
  }
}
