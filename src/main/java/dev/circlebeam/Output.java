package dev.circlebeam;

import dev.circlebeam.fetch.FetchSpec;
import dev.circlebeam.report.Attendant;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.report.RunReport;
import dev.circlebeam.report.WriteReport;
import dev.circlebeam.sink.TableSink;
import dev.circlebeam.sink.bigquery.BigQueryAccess;
import dev.circlebeam.sink.bigquery.BigQueryDataset;
import dev.circlebeam.sink.bigquery.BigQuerySink;
import dev.circlebeam.sink.bigquery.RunsTable;
import dev.circlebeam.sink.parquet.ParquetSink;
import dev.circlebeam.state.StateStore;
import dev.circlebeam.storage.Folder;
import dev.circlebeam.storage.GcsFolder;
import dev.circlebeam.storage.OutputGuard;
import dev.circlebeam.storage.Place;
import java.time.Instant;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryOptions;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Where tables go. Each kind has a folder, where the lock and the reports of runs are. */
sealed interface Output {
  /**
   * Reads {@code --output}.
   *
   * @throws UsageException when it is missing or wrong, or lacks a flag that it needs
   */
  static Output of(Flags flags) {
    String output = flags.orNull(flags.options().getOutput());
    if (output == null) {
      throw new UsageException(
          "--output is missing: give the folder for the tables, or bigquery://project/dataset");
    }
    if (!isWarehouse(output)) {
      return new Files(flags.folder("--output", output));
    }
    BigQueryDataset dataset = flags.parsed(() -> BigQueryDataset.parse(output));
    Place state = state(flags);
    BigQueryOptions options = flags.options().as(BigQueryOptions.class);
    if (options.getTempLocation() == null || !options.getTempLocation().startsWith("gs://")) {
      throw new UsageException(
          "--tempLocation is missing: rows wait there to be loaded; give a folder in a bucket that"
              + " is where the dataset is, such as --tempLocation=gs://my-bucket/circlebeam");
    }
    if (options.getBigQueryProject() == null && options.getProject() == null) {
      options.setBigQueryProject(dataset.project());
    }
    String kmsKey = flags.orNull(flags.options().getBigQueryKmsKey());
    return new Warehouse(
        dataset,
        new BigQueryAccess(dataset, options, kmsKey),
        flags.folder("--state", state.address() + FOLDER_OF_STATE));
  }

  /** Tells whether {@code --output} is to be a dataset, however it is written. */
  static boolean isWarehouse(@Nullable String output) {
    return output != null && output.startsWith("bigquery:");
  }

  /**
   * Reads {@code --state}.
   *
   * @throws UsageException when it is wrong, or missing where it must be given
   */
  static Place state(Flags flags) {
    String output = flags.orNull(flags.options().getOutput());
    String state = flags.orNull(flags.options().getState());
    if (isWarehouse(output)) {
      if (state == null || state.contains(OUTPUT)) {
        throw new UsageException(
            "--state is missing: a dataset cannot hold it; give a file such as"
                + " --state=circlebeam-state.json, always the same for --output="
                + output);
      }
      return flags.state(state);
    }
    if (output != null) {
      return state(flags, flags.folder("--output", output), state);
    }
    if (state == null || state.contains(OUTPUT)) {
      throw new UsageException("--output is missing: give the folder of a sync, or its --state");
    }
    return flags.state(state);
  }

  private static Place state(Flags flags, Folder output, @Nullable String state) {
    if (state == null) {
      return new Place(output, StateStore.NAME);
    }
    Place place = flags.state(state.replace(OUTPUT, output.address()));
    if (output instanceof GcsFolder && !(place.folder() instanceof GcsFolder)) {
      throw new UsageException(
          "--state="
              + state
              + " is on this machine and --output="
              + output.address()
              + " is not: another machine would not know what is complete; give a --state on gs://,"
              + " or leave it out");
    }
    return place;
  }

  /** What stands for the output's folder in {@code --state}. */
  String OUTPUT = "<output>";

  /** A folder beside the state, which bears its name and this. */
  String FOLDER_OF_STATE = ".d";

  /** The output as people name it. */
  String address();

  /** Where lock and reports are. */
  Folder folder();

  /** Puts the rows of a slice into tables. */
  TableSink sink(FetchSpec fetch, Instant startedAt, Attendant attendant);

  /** Finds out, before anything is asked or written, what is wrong with it. */
  void check(FetchSpec fetch, Instant startedAt);

  /**
   * Has the first write be as fast as the next ones, where that takes something; returns at once.
   */
  default void warmUp(FetchSpec fetch, Instant startedAt) {}

  /** Where reports go. */
  WriteReport.Store reports();

  /** Says why a Beam pipeline failed where that lies with the output; null where it does not. */
  @Nullable RunFailure explain(RuntimeException thrown);

  /** Parquet files, in a folder that has all else, too. */
  record Files(Folder folder) implements Output {
    @Override
    public String address() {
      return folder.address();
    }

    @Override
    public ParquetSink sink(FetchSpec fetch, Instant startedAt, Attendant attendant) {
      return new ParquetSink(
          new OutputGuard(folder, fetch.runId(), startedAt),
          fetch.catalog(),
          fetch.excluded(),
          fetch.slice(),
          attendant);
    }

    @Override
    public void check(FetchSpec fetch, Instant startedAt) {
      folder.check();
      sink(fetch, startedAt, Attendant.NONE).check(fetch.written());
    }

    @Override
    public void warmUp(FetchSpec fetch, Instant startedAt) {
      sink(fetch, startedAt, Attendant.NONE).warmUp();
    }

    @Override
    public WriteReport.Store reports() {
      return inFolder(folder);
    }

    @Override
    public @Nullable RunFailure explain(RuntimeException thrown) {
      return null;
    }
  }

  /** A BigQuery dataset, with a folder beside the state. */
  record Warehouse(BigQueryDataset dataset, BigQueryAccess access, Folder folder)
      implements Output {
    @Override
    public String address() {
      return dataset.address();
    }

    @Override
    public BigQuerySink sink(FetchSpec fetch, Instant startedAt, Attendant attendant) {
      return new BigQuerySink(
          access,
          fetch.runId(),
          startedAt,
          fetch.slice(),
          fetch.catalog(),
          fetch.excluded(),
          attendant);
    }

    @Override
    public void check(FetchSpec fetch, Instant startedAt) {
      folder.check();
      sink(fetch, startedAt, Attendant.NONE).check(fetch.written());
    }

    @Override
    public WriteReport.Store reports() {
      WriteReport.Store files = inFolder(folder);
      BigQueryAccess itsAccess = access;
      return report -> {
        // The file first: it is there to read when the table is what fails.
        files.write(report);
        new RunsTable(itsAccess).write(report);
      };
    }

    @Override
    public @Nullable RunFailure explain(RuntimeException thrown) {
      return BigQuerySink.explain(thrown);
    }
  }

  private static WriteReport.Store inFolder(Folder folder) {
    return report -> folder.write(RunReport.name(report.runId()), report.toJson());
  }
}
