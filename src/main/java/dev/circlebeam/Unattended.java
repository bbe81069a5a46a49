package dev.circlebeam;

import dev.circlebeam.circleci.PlainLine;
import dev.circlebeam.report.Attendant;
import dev.circlebeam.report.ExitCode;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.report.RunReport;
import dev.circlebeam.report.WriteReport;
import dev.circlebeam.storage.JobLock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.apache.beam.runners.dataflow.options.DataflowWorkerHarnessOptions;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.values.PCollection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run whose launcher goes away as soon as the job is submitted: steps do what {@link SyncCommand}
 * does elsewhere. The first takes the output's lock, the last gives it back and says by failing
 * that too many requests failed. Other failures leave their report where they happen.
 */
final class Unattended implements Attendant {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(Unattended.class);

  private final JobLock lock;
  private final RunReport.Run run;
  private final WriteReport.Store reports;

  /**
   * @param config the run, whose output is not on this machine
   */
  Unattended(SyncConfig config) {
    this.lock = new JobLock(config.guard());
    this.run = config.run();
    this.reports = config.reports();
  }

  /** Takes the lock, before anything is read. Fails the run when another one has it. */
  ParDo.SingleOutput<List<String>, List<String>> hold() {
    return ParDo.of(new HoldFn(this));
  }

  /** Ends the run when its report is written. */
  PTransform<PCollection<String>, PCollection<Void>> end() {
    return new EndRun(this);
  }

  @Override
  public AtWork atWork() {
    return lock.keep();
  }

  @Override
  public void failed(RunFailure failure) {
    try {
      reports.write(
          RunReport.failed(
              run,
              Instant.now(),
              failure.status(),
              failure.exitCode(),
              failure.getMessage(),
              failure.whatToDo()));
    } catch (IOException | RunFailure e) {
      // The failure itself is what the job ends with.
      LOG.warn("the run's report cannot be written: {}", e.getMessage());
    }
  }

  private static final class HoldFn extends DoFn<List<String>, List<String>> {
    private static final long serialVersionUID = 1L;

    private final Unattended run;

    HoldFn(Unattended run) {
      this.run = run;
    }

    @ProcessElement
    public void process(
        @Element List<String> projects,
        PipelineOptions options,
        OutputReceiver<List<String>> receiver) {
      DataflowWorkerHarnessOptions job = options.as(DataflowWorkerHarnessOptions.class);
      try {
        if (job.getJobId() == null) {
          run.lock.take();
        } else {
          run.lock.take(job.getProject(), job.getRegion(), job.getJobId());
        }
      } catch (RunFailure e) {
        run.failed(e);
        throw e;
      }
      receiver.output(projects);
    }
  }

  private static final class EndRun extends PTransform<PCollection<String>, PCollection<Void>> {
    private static final long serialVersionUID = 1L;

    private final Unattended run;

    EndRun(Unattended run) {
      this.run = run;
    }

    @Override
    public PCollection<Void> expand(PCollection<String> report) {
      return report
          // Else the step that commits would be repeated with the one that fails.
          .apply("Reported", Reshuffle.viaRandomKey())
          .apply("GiveBackAndJudge", ParDo.of(new EndFn(run)));
    }
  }

  private static final class EndFn extends DoFn<String, Void> {
    private static final long serialVersionUID = 1L;

    private final Unattended run;

    EndFn(Unattended run) {
      this.run = run;
    }

    @ProcessElement
    public void process(@Element String json) throws IOException {
      RunReport report = RunReport.parse(json.getBytes(StandardCharsets.UTF_8));
      run.lock.giveBack();
      LOG.info(
          "run {}: {}; {} requests, {} errors; older rows are left in: {}",
          report.runId(),
          report.status(),
          report.requests().sent(),
          report.errors(),
          PlainLine.of(
              report.backfillLeft().isEmpty() ? "none" : String.join(", ", report.backfillLeft())));
      if (report.exitCode() == ExitCode.TOO_MANY_ERRORS.code()) {
        throw RunFailure.failed(report.status(), report.reason(), report.whatToDo());
      }
    }
  }
}
