package dev.circlebeam.sink.bigquery;

import java.io.Serializable;
import org.apache.beam.runners.core.construction.SerializablePipelineOptions;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryOptions;
import org.apache.beam.sdk.options.PipelineOptions;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * How to reach a dataset: Beam's own options name endpoint, credentials, billing project and labels
 * of jobs. Goes with steps to workers, who connect from there.
 */
public final class BigQueryAccess implements Serializable {
  private static final long serialVersionUID = 1L;

  private final BigQueryDataset dataset;
  private final SerializablePipelineOptions options;
  private final @Nullable String kmsKey;

  /**
   * @param dataset the dataset
   * @param options Beam's; {@code --bigQueryProject} or {@code --project} pays for jobs
   * @param kmsKey the key that new tables are encrypted with; null for the dataset's
   */
  public BigQueryAccess(BigQueryDataset dataset, PipelineOptions options, @Nullable String kmsKey) {
    this.dataset = dataset;
    this.options = new SerializablePipelineOptions(options);
    this.kmsKey = kmsKey;
  }

  BigQueryDataset dataset() {
    return dataset;
  }

  @Nullable String kmsKey() {
    return kmsKey;
  }

  BigQueryConnection connect() {
    return BigQueryConnection.open(dataset, options.get().as(BigQueryOptions.class), kmsKey);
  }
}
