package dev.circlebeam;

import dev.circlebeam.circleci.TokenReference;
import dev.circlebeam.storage.GcsFolder;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.ApplicationNameOptions;
import org.apache.beam.sdk.options.PipelineOptions.CheckEnabled;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Dataflow: workers elsewhere, and a launcher that goes away when the job is submitted. So a run is
 * one slice, and nothing may be on this machine: neither tables, nor state, nor token.
 */
final class DataflowEngine implements Engine {
  private static final String NAME = "circlebeam";

  @Override
  public void prepare(SyncOptions options) {
    if (options.isSample()) {
      throw new UsageException(
          "--sample is a server inside this process, which Dataflow's workers do not reach; leave"
              + " out --runner=DataflowRunner to try it");
    }
    checkElsewhere(
        "--output", options.getOutput(), "gs://bucket/path or bigquery://project/dataset");
    if (!isOfOutput(options.getState())) {
      checkElsewhere("--state", options.getState(), "gs://bucket/path/file");
    }
    checkToken(options);
    // Names tell steps apart in monitoring, and are what an update of a job goes by.
    options.setStableUniqueNames(CheckEnabled.ERROR);
    options.as(ApplicationNameOptions.class).setAppName(NAME);
  }

  /** What is missing is said by who reads the flag. */
  private static void checkElsewhere(String flag, @Nullable String value, String instead) {
    if (value == null
        || value.isBlank()
        || value.strip().startsWith(GcsFolder.SCHEME)
        || (flag.equals("--output") && Output.isWarehouse(value.strip()))) {
      return;
    }
    throw new UsageException(
        flag
            + "="
            + value
            + " is on this machine, which Dataflow's workers do not reach; give "
            + instead);
  }

  private static boolean isOfOutput(@Nullable String state) {
    return state != null && state.strip().startsWith(Output.OUTPUT);
  }

  private static void checkToken(SyncOptions options) {
    if (!new Flags(options).parsed(() -> TokenReference.parse(options.getToken())).isSecret()) {
      throw new UsageException(
          "--token names what is on this machine only, which Dataflow's workers do not have; put"
              + " the token into Secret Manager and give"
              + " --token=secret:projects/P/secrets/S/versions/V");
    }
  }

  @Override
  public boolean waits() {
    return false;
  }

  /** The result is left alone: that of a template throws from every question. */
  @Override
  public void run(Pipeline pipeline, SyncConfig slice) {
    pipeline.run();
  }
}
