package dev.circlebeam.fetch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.circlebeam.circleci.ApiSession;
import dev.circlebeam.circleci.Dispatcher;
import dev.circlebeam.plan.ProjectTask;
import dev.circlebeam.plan.RerunSearch;
import dev.circlebeam.record.Page;
import dev.circlebeam.record.StoredTables;
import dev.circlebeam.record.TableRecord;
import dev.circlebeam.report.Attendant;
import dev.circlebeam.report.FetchFigures;
import dev.circlebeam.report.Progress;
import dev.circlebeam.report.RunFailure;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTagList;

/**
 * Reads projects: all that is below them, in one step. Its input is keyed by shard; grouping gives
 * a shard to one thread at a time, whatever the runner and however many workers, and so the rate
 * limit needs no service to guard it.
 *
 * <p>Example: {@code tasks.apply("Fetch", new FetchRows(spec))}, with the outputs of {@link
 * FetchTags}. A request that fails for good goes to {@link FetchTags#ERRORS} and stops nothing; a
 * token that is not accepted fails the step with a {@link dev.circlebeam.report.RunFailure}.
 */
public final class FetchRows
    extends PTransform<PCollection<KV<Integer, ProjectTask>>, PCollectionTuple> {
  private static final long serialVersionUID = 1L;

  private final FetchSpec spec;
  private final StoredTables stored;
  private final Attendant attendant;

  /**
   * @param spec what the run reads, and how
   * @param stored what earlier runs have written
   */
  public FetchRows(FetchSpec spec, StoredTables stored) {
    this(spec, stored, Attendant.NONE);
  }

  /**
   * @param spec what the run reads, and how
   * @param stored what earlier runs have written
   * @param attendant looks after a run whose launcher has gone away
   */
  public FetchRows(FetchSpec spec, StoredTables stored, Attendant attendant) {
    this.spec = spec;
    this.stored = stored;
    this.attendant = attendant;
  }

  @Override
  public PCollectionTuple expand(PCollection<KV<Integer, ProjectTask>> tasks) {
    PCollectionTuple outputs =
        tasks
            .apply("OneThreadAShard", GroupByKey.create())
            .apply(
                "Walk",
                ParDo.of(new WalkFn(spec, stored, attendant))
                    .withOutputTags(
                        FetchTags.PAGES,
                        TupleTagList.of(FetchTags.SCOPES)
                            .and(FetchTags.ERRORS)
                            .and(FetchTags.FACTS)
                            .and(FetchTags.FIGURES)));
    return FetchTags.withCoders(outputs, spec.catalog());
  }

  static final class WalkFn extends DoFn<KV<Integer, Iterable<ProjectTask>>, List<TableRecord>> {
    private static final long serialVersionUID = 1L;

    /** The counter by which Dataflow learns that slowness is not for want of workers. */
    private final Counter throttled =
        Metrics.counter(Metrics.THROTTLE_TIME_NAMESPACE, Metrics.THROTTLE_TIME_COUNTER_NAME);

    private final FetchSpec spec;
    private final StoredTables stored;
    private final Attendant attendant;
    private transient ApiSession session;
    private transient Attendant.AtWork atWork;

    WalkFn(FetchSpec spec, StoredTables stored, Attendant attendant) {
      this.spec = spec;
      this.stored = stored;
      this.attendant = attendant;
    }

    @Setup
    public void open() {
      atWork = attendant.atWork();
      session = Sessions.open(spec.api());
    }

    @ProcessElement
    public void process(
        @Element KV<Integer, Iterable<ProjectTask>> shard, MultiOutputReceiver receiver)
        throws InterruptedException {
      try {
        walk(shard, receiver);
      } catch (RunFailure e) {
        attendant.failed(e);
        throw e;
      }
    }

    private void walk(KV<Integer, Iterable<ProjectTask>> shard, MultiOutputReceiver receiver)
        throws InterruptedException {
      long begun = System.nanoTime();
      Progress progress = Progress.of(spec.runId());
      progress.phase("fetching");
      Tally tally = new Tally(spec, FetchTags.into(receiver), Clock.systemUTC());
      LongConsumer onPause = onPause(progress);
      Dispatcher<TableRequest, Page> dispatcher =
          session.dispatcher(
              shard.getKey(),
              session.retries(),
              client -> new TableAccess(client, spec)::send,
              onPause);
      Walk walk = new Walk(spec, dispatcher, tally, stored);
      Runnable stop = dispatcher::stop;
      progress.onStop(stop);
      walk.run(shard.getValue());
      FetchFigures searching = searchReruns(shard.getKey(), walk, tally, onPause);
      progress.forget(stop);
      walk.facts().forEach(receiver.get(FetchTags.FACTS)::output);
      receiver
          .get(FetchTags.FIGURES)
          .output(tally.figures(dispatcher, System.nanoTime() - begun).plus(searching));
      progress.phase("merging");
      attendant.hasRead();
    }

    private LongConsumer onPause(Progress progress) {
      LongConsumer counter = new ThrottledTime(throttled::inc, System::nanoTime);
      return counter.andThen(progress::paused);
    }

    private FetchFigures searchReruns(int shard, Walk walk, Tally tally, LongConsumer onPause)
        throws InterruptedException {
      List<ProjectWalk> projects =
          walk.projects().stream().filter(p -> p.isToBeSearched(walk.cut())).toList();
      Progress progress = Progress.of(spec.runId());
      if (projects.isEmpty() || progress.isStopped()) {
        return FetchFigures.NONE;
      }
      Dispatcher<InsightsSearch.Asked, JsonNode> dispatcher =
          session.dispatcher(
              shard,
              session.retries(),
              client -> asked -> InsightsSearch.send(client, asked),
              onPause);
      Runnable stop = dispatcher::stop;
      progress.onStop(stop);
      InsightsSearch search =
          new InsightsSearch(dispatcher, spec.catalog().table(RerunSearch.TABLE), stored, tally);
      for (Map.Entry<ProjectWalk, Map<String, Instant>> found :
          search.search(projects).entrySet()) {
        walk.again(found.getKey(), found.getValue());
      }
      progress.forget(stop);
      return Tally.sent(spec, dispatcher.figures());
    }

    @Teardown
    public void close() {
      if (session != null) {
        session.close();
      }
      if (atWork != null) {
        atWork.close();
      }
    }
  }
}
