package dev.circlebeam.sink.bigquery;

import com.google.api.services.bigquery.model.Table;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/**
 * Names what a slice of a run leaves in a dataset for a while: staging tables, and jobs. Another
 * run of the same name has other ones.
 *
 * @param runId the run
 * @param startedAt when it began
 * @param slice which part of it, from 0
 */
record Staging(String runId, Instant startedAt, int slice) implements Serializable {
  static final String PREFIX = "_staging_";

  /** Whoever dies before it drops a table leaves it to BigQuery. */
  private static final Duration LIFE = Duration.ofDays(1);

  private static final Schema.Field ARRIVED_AT =
      new Schema.Field(
          MergeSql.ARRIVED_AT,
          LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG)),
          "When the answer arrived that the row was in.");

  /** Where a table's rows wait. */
  String table(String target) {
    return PREFIX + target + "_" + name();
  }

  /** What a statement's job is called: the same for the same step of the same slice. */
  String job(String step) {
    return "circlebeam_" + name() + "_" + step;
  }

  private String name() {
    long micros = ChronoUnit.MICROS.between(Instant.EPOCH, startedAt);
    return runId.replaceAll("[^A-Za-z0-9_]", "_") + "_" + Long.toString(micros, 36) + "_" + slice;
  }

  /** The columns of a staging table. */
  static List<Schema.Field> columns(TargetTable target) {
    List<Schema.Field> columns = new ArrayList<>(target.written());
    columns.add(ARRIVED_AT);
    return columns;
  }

  /** A staging table as it is to be made. */
  Table definition(BigQueryDataset dataset, TargetTable target, Instant now) {
    return new Table()
        .setTableReference(dataset.reference(table(target.name())))
        .setSchema(BigQueryTypes.schema(target, columns(target)))
        .setDescription("Rows of " + target.name() + " on their way, of run " + runId + ".")
        .setExpirationTime(now.plus(LIFE).toEpochMilli());
  }
}
