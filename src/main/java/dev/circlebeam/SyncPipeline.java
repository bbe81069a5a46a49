package dev.circlebeam;

import dev.circlebeam.fetch.FetchRows;
import dev.circlebeam.fetch.FetchTags;
import dev.circlebeam.fetch.ReadExports;
import dev.circlebeam.fetch.ReadProjects;
import dev.circlebeam.report.Attendant;
import dev.circlebeam.report.MergeFigures;
import dev.circlebeam.sink.TableSink;
import dev.circlebeam.state.CommitState;
import dev.circlebeam.state.SyncState;
import java.util.List;
import java.util.function.UnaryOperator;
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
   * Adds the steps of a slice to a Beam pipeline. Whoever runs it holds the output meanwhile.
   *
   * @param pipeline an empty one
   * @param config what to sync
   * @param around makes the sink of the one it would be
   * @param attendant is told how far the steps are
   */
  static void build(
      Pipeline pipeline, SyncConfig config, UnaryOperator<TableSink> around, Attendant attendant) {
    TableSink sink = around.apply(config.sink(attendant));
    slice(projects(pipeline, config), config, sink, attendant);
  }

  /**
   * Adds the steps of a run of one slice to a Beam pipeline, which looks after itself: it holds the
   * output, reports failures, and fails when too many requests did.
   *
   * @param pipeline an empty one
   * @param config what to sync
   * @param around makes the sink of the one it would be
   */
  static void buildUnattended(
      Pipeline pipeline, SyncConfig config, UnaryOperator<TableSink> around) {
    Unattended run = new Unattended(config);
    TableSink sink = around.apply(config.sink(run));
    PCollection<List<String>> projects = projects(pipeline, config).apply("HoldOutput", run.hold());
    slice(projects, config, sink, run).apply("EndRun", run.end());
  }

  private static PCollection<List<String>> projects(Pipeline pipeline, SyncConfig config) {
    return pipeline.apply(
        "Projects",
        Create.of(List.of(config.projects())).withCoder(ListCoder.of(StringUtf8Coder.of())));
  }

  /** Returns one element, the slice's report. */
  private static PCollection<String> slice(
      PCollection<List<String>> projects, SyncConfig config, TableSink sink, Attendant attendant) {
    PCollectionTuple planned =
        projects.apply(
            "ReadProjects",
            new ReadProjects(
                config.fetch(),
                config.state(),
                config.planner(),
                config.organizations(),
                attendant));

    PCollectionTuple fetched =
        planned
            .get(ReadProjects.TASKS)
            .apply("Fetch", new FetchRows(config.fetch(), sink.stored(), attendant));

    PCollectionTuple exported =
        config.fetch().hasExports()
            ? planned
                .get(ReadProjects.EXPORTS)
                .apply("ReadExports", new ReadExports(config.fetch(), attendant))
            : PCollectionTuple.empty(planned.getPipeline());

    List<PCollectionTuple> read = List.of(planned, fetched, exported);
    PCollection<MergeFigures> merged =
        PCollectionTuple.of(TableSink.PAGES, all("Pages", FetchTags.PAGES, read))
            .and(TableSink.SCOPES, all("Scopes", FetchTags.SCOPES, read))
            .and(TableSink.ERRORS, all("Errors", FetchTags.ERRORS, read))
            .apply("Merge", sink);

    SyncState.WrittenBy writtenBy =
        new SyncState.WrittenBy(config.runId(), config.fetch().slice(), config.run().startedAt());
    return planned
        .get(ReadProjects.STATE_VERSION)
        .apply(
            "EndSlice",
            new EndSlice(
                new CommitState(config.state(), writtenBy),
                config.report(),
                attendant,
                all("Facts", FetchTags.FACTS, read),
                exported.has(ReadExports.FACTS) ? exported.get(ReadExports.FACTS) : null,
                all("Figures", FetchTags.FIGURES, read),
                merged));
  }

  private static <T> PCollection<T> all(
      String name, TupleTag<T> tag, List<PCollectionTuple> outputs) {
    PCollectionList<T> all = PCollectionList.empty(outputs.get(0).getPipeline());
    for (PCollectionTuple output : outputs) {
      all = output.has(tag) ? all.and(output.get(tag)) : all;
    }
    return all.apply(name, Flatten.pCollections());
  }
}
