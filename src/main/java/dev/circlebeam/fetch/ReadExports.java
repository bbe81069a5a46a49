package dev.circlebeam.fetch;

import dev.circlebeam.catalog.Table;
import dev.circlebeam.circleci.ApiSession;
import dev.circlebeam.circleci.SignedFiles;
import dev.circlebeam.plan.ExportTask;
import dev.circlebeam.record.CsvPages;
import dev.circlebeam.record.PageReader;
import dev.circlebeam.record.TableRecord;
import dev.circlebeam.record.Timestamps;
import dev.circlebeam.report.Attendant;
import dev.circlebeam.report.Progress;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.state.OrganizationFacts;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;

/**
 * Reads organizations' exports, which are asked for, waited for and downloaded. A step beside
 * {@link FetchRows}, since it mostly waits: its input is keyed by organization, and grouping gives
 * an organization to one thread at a time, as CircleCI's limits for exports are an organization's.
 *
 * <p>Its outputs are those of {@link FetchTags} but for what concerns projects, and {@link #FACTS}.
 * What cannot be read goes to {@link FetchTags#ERRORS} and stops nothing; a token that is not
 * accepted fails the step with a {@link RunFailure}.
 */
public final class ReadExports
    extends PTransform<PCollection<KV<String, ExportTask>>, PCollectionTuple> {
  private static final long serialVersionUID = 1L;

  /** What was learned about organizations. */
  public static final TupleTag<OrganizationFacts> FACTS = new TupleTag<>("exportFacts") {};

  private final FetchSpec spec;
  private final Attendant attendant;

  /**
   * @param spec what the run reads, and how
   * @param attendant looks after a run whose launcher has gone away
   */
  public ReadExports(FetchSpec spec, Attendant attendant) {
    this.spec = spec;
    this.attendant = attendant;
  }

  @Override
  public PCollectionTuple expand(PCollection<KV<String, ExportTask>> tasks) {
    PCollectionTuple outputs =
        tasks
            .apply("OneThreadAnOrganization", GroupByKey.create())
            .apply(
                "Export",
                ParDo.of(new ExportFn(spec, attendant))
                    .withOutputTags(
                        FetchTags.PAGES,
                        TupleTagList.of(FetchTags.ERRORS).and(FetchTags.FIGURES).and(FACTS)));
    outputs.get(FACTS).setCoder(SerializableCoder.of(OrganizationFacts.class));
    return FetchTags.withCoders(outputs, spec.catalog());
  }

  private static final class ExportFn
      extends DoFn<KV<String, Iterable<ExportTask>>, List<TableRecord>> {
    private static final long serialVersionUID = 1L;

    private final FetchSpec spec;
    private final Attendant attendant;

    ExportFn(FetchSpec spec, Attendant attendant) {
      this.spec = spec;
      this.attendant = attendant;
    }

    @ProcessElement
    public void process(
        @Element KV<String, Iterable<ExportTask>> organization, MultiOutputReceiver receiver)
        throws InterruptedException {
      CountDownLatch stopped = new CountDownLatch(1);
      Runnable stop = stopped::countDown;
      Progress progress = Progress.of(spec.runId());
      progress.onStop(stop);
      try (Attendant.AtWork atWork = attendant.atWork();
          ApiSession session = Sessions.open(spec.api());
          SignedFiles files = new SignedFiles(spec.api().connection(), System.getenv())) {
        ExportAccess access =
            new ExportAccess(
                session.client(), files, session.retries(), wait -> !await(stopped, wait));
        for (ExportTask task : organization.getValue()) {
          read(task, access, receiver);
        }
      } catch (RunFailure e) {
        attendant.failed(e);
        throw e;
      } finally {
        progress.forget(stop);
      }
    }

    private void read(ExportTask task, ExportAccess access, MultiOutputReceiver receiver)
        throws InterruptedException {
      Table table = spec.catalog().table(task.table());
      Progress progress = Progress.of(spec.runId());
      ExportTally tally =
          new ExportTally(task, table, FetchTags.into(receiver), progress, Clock.systemUTC());
      Set<String> excluded = spec.excluded().get(table.name());
      PageReader rows =
          new PageReader(
              table, excluded == null ? Set.of() : excluded, Timestamps.micros(spec.startedAt()));
      ExportReading reading =
          new ExportReading(
              task,
              table,
              access,
              new CsvPages(table, rows),
              tally,
              // A small export is there in a second; most take minutes.
              spec.api().firstRetryWait().multipliedBy(2),
              progress::isStopped,
              System::nanoTime);
      receiver.get(FACTS).output(reading.read());
      receiver.get(FetchTags.FIGURES).output(tally.figures(access));
    }

    private static boolean await(CountDownLatch stopped, Duration wait)
        throws InterruptedException {
      return stopped.await(wait.toNanos(), TimeUnit.NANOSECONDS);
    }
  }
}
