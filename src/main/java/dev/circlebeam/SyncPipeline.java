package dev.circlebeam;

import dev.circlebeam.fetch.FetchRows;
import dev.circlebeam.fetch.FetchTags;
import dev.circlebeam.fetch.ReadProjects;
import dev.circlebeam.report.MergeFigures;
import dev.circlebeam.sink.TableSink;
import dev.circlebeam.state.CommitState;
import dev.circlebeam.state.SyncState;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;

/** The Beam pipeline of one slice of a sync, in the order in which data flows. */
final class SyncPipeline {
  private SyncPipeline() {}

  /**
   * Adds the steps of a slice to a Beam pipeline.
   *
   * @param pipeline an empty one
   * @param config what to sync
   * @param sink where to; any sink will do
   */
  static void build(Pipeline pipeline, SyncConfig config, TableSink sink) {
    PCollectionTuple planned =
        pipeline
            .apply(
                "Projects",
                Create.of(java.util.List.of(config.projects()))
                    .withCoder(ListCoder.of(StringUtf8Coder.of())))
            .apply(
                "ReadProjects", new ReadProjects(config.fetch(), config.state(), config.planner()));

    PCollectionTuple fetched =
        planned
            .get(ReadProjects.TASKS)
            .apply("Fetch", new FetchRows(config.fetch(), sink.stored()));

    PCollection<MergeFigures> merged =
        PCollectionTuple.of(TableSink.PAGES, both("Pages", FetchTags.PAGES, planned, fetched))
            .and(TableSink.SCOPES, both("Scopes", FetchTags.SCOPES, planned, fetched))
            .and(TableSink.ERRORS, both("Errors", FetchTags.ERRORS, planned, fetched))
            .apply("Merge", sink);

    SyncState.WrittenBy writtenBy =
        new SyncState.WrittenBy(config.runId(), config.fetch().slice(), config.run().startedAt());
    planned
        .get(ReadProjects.STATE_VERSION)
        .apply(
            "EndSlice",
            new EndSlice(
                new CommitState(config.state(), writtenBy),
                config.report(),
                both("Facts", FetchTags.FACTS, planned, fetched),
                both("Figures", FetchTags.FIGURES, planned, fetched),
                merged));
  }

  private static <T> PCollection<T> both(
      String name, TupleTag<T> tag, PCollectionTuple planned, PCollectionTuple fetched) {
    return PCollectionList.of(planned.get(tag))
        .and(fetched.get(tag))
        .apply(name, Flatten.pCollections());
  }
}
