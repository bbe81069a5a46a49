package dev.circlebeam;

import dev.circlebeam.report.Attendant;
import dev.circlebeam.report.FetchFigures;
import dev.circlebeam.report.MergeFigures;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.report.RunReport;
import dev.circlebeam.report.StateSummary;
import dev.circlebeam.report.WriteReport;
import dev.circlebeam.state.CommitState;
import dev.circlebeam.state.OrganizationFacts;
import dev.circlebeam.state.ProjectFacts;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.SimpleFunction;
import org.apache.beam.sdk.transforms.Values;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Ends a slice: when all tables are written, the state is moved on, and then the report is written.
 * All that the steps before have to say of the slice becomes one group, and a group of a batch is
 * there only when everything that may belong to it is. Nothing happens when a step before fails.
 *
 * <p>Fails the run, with a {@link dev.circlebeam.report.RunFailure}, when another run has written
 * the state meanwhile.
 */
final class EndSlice extends PTransform<PCollection<String>, PCollection<String>> {
  private static final long serialVersionUID = 1L;

  private final CommitState commit;
  private final WriteReport report;
  private final Attendant attendant;
  private final PCollection<ProjectFacts> facts;
  private final @Nullable PCollection<OrganizationFacts> exports;
  private final PCollection<FetchFigures> fetched;
  private final PCollection<MergeFigures> merged;

  /**
   * @param commit moves the state on
   * @param report writes the report
   * @param attendant looks after a run whose launcher has gone away
   * @param facts what was learned of projects
   * @param exports what was learned of organizations' exports; null when none are read
   * @param fetched what the fetching steps counted
   * @param merged what the sink counted, element by element as it made things durable
   */
  EndSlice(
      CommitState commit,
      WriteReport report,
      Attendant attendant,
      PCollection<ProjectFacts> facts,
      @Nullable PCollection<OrganizationFacts> exports,
      PCollection<FetchFigures> fetched,
      PCollection<MergeFigures> merged) {
    this.commit = commit;
    this.report = report;
    this.attendant = attendant;
    this.facts = facts;
    this.exports = exports;
    this.fetched = fetched;
    this.merged = merged;
  }

  /**
   * @param stateVersion one element, which names the state that the slice read when it began
   * @return one element: the report, as JSON
   */
  @Override
  public PCollection<String> expand(PCollection<String> stateVersion) {
    PCollectionList<KV<String, Serializable>> parts = PCollectionList.of(part("Facts", facts));
    if (exports != null) {
      parts = parts.and(part("Exports", exports));
    }
    return parts
        .and(part("Fetched", fetched))
        .and(part("Merged", merged.apply("MergedInAll", new SumByTable())))
        .and(part("StateVersion", stateVersion))
        .apply("AllOfTheSlice", Flatten.pCollections())
        .apply("WhenAllIsWritten", GroupByKey.create())
        .apply("CommitAndReport", ParDo.of(new CommitAndReportFn(commit, report, attendant)));
  }

  /**
   * Sums up first what was merged: with every bundle that comes, DirectRunner copies all that a
   * group has by then, and each file is a bundle. Facts of projects are large.
   */
  private static final class SumByTable
      extends PTransform<PCollection<MergeFigures>, PCollection<MergeFigures>> {
    private static final long serialVersionUID = 1L;

    @Override
    public PCollection<MergeFigures> expand(PCollection<MergeFigures> files) {
      return files
          .apply("Table", WithKeys.of(MergeFigures::table).withKeyType(TypeDescriptors.strings()))
          .apply("Sum", Combine.perKey(new Sum()))
          .apply("Sums", Values.create());
    }
  }

  private static final class Sum extends Combine.BinaryCombineFn<MergeFigures> {
    private static final long serialVersionUID = 1L;

    @Override
    public MergeFigures apply(MergeFigures left, MergeFigures right) {
      return left.plus(right);
    }
  }

  private static <T extends Serializable> PCollection<KV<String, Serializable>> part(
      String name, PCollection<T> of) {
    return of.apply(name, MapElements.via(new OfSlice<T>()))
        .setCoder(KvCoder.of(StringUtf8Coder.of(), SerializableCoder.of(Serializable.class)));
  }

  private static final class OfSlice<T extends Serializable>
      extends SimpleFunction<T, KV<String, Serializable>> {
    private static final long serialVersionUID = 1L;

    @Override
    public KV<String, Serializable> apply(T part) {
      return KV.of("slice", part);
    }
  }

  private static final class CommitAndReportFn
      extends DoFn<KV<String, Iterable<Serializable>>, String> {
    private static final long serialVersionUID = 1L;

    private final CommitState commit;
    private final WriteReport report;
    private final Attendant attendant;

    CommitAndReportFn(CommitState commit, WriteReport report, Attendant attendant) {
      this.commit = commit;
      this.report = report;
      this.attendant = attendant;
    }

    @ProcessElement
    public void process(
        @Element KV<String, Iterable<Serializable>> slice, OutputReceiver<String> reports)
        throws IOException {
      // Should there have been nothing to fetch, nobody has said so yet.
      attendant.hasRead();
      try {
        reports.output(new String(end(slice).toJson(), StandardCharsets.UTF_8));
      } catch (RunFailure e) {
        attendant.failed(e);
        throw e;
      }
    }

    private RunReport end(KV<String, Iterable<Serializable>> slice) throws IOException {
      List<ProjectFacts> facts = new ArrayList<>();
      List<OrganizationFacts> exports = new ArrayList<>();
      FetchFigures fetched = FetchFigures.NONE;
      Map<String, MergeFigures> merged = new TreeMap<>();
      String stateVersion = null;
      // Once only: a group's values cannot be had twice on every runner.
      for (Serializable part : slice.getValue()) {
        if (part instanceof ProjectFacts of) {
          facts.add(of);
        } else if (part instanceof OrganizationFacts of) {
          exports.add(of);
        } else if (part instanceof FetchFigures counted) {
          fetched = fetched.plus(counted);
        } else if (part instanceof MergeFigures counted) {
          merged.put(counted.table(), counted);
        } else {
          stateVersion = (String) part;
        }
      }
      StateSummary summary = commit.commit(facts, exports, stateVersion);
      return report.write(fetched, merged, summary);
    }
  }
}
