package dev.circlebeam.sink;

import dev.circlebeam.record.Timestamps;
import dev.circlebeam.report.RequestError;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/** The rows of {@code _errors}. */
public final class ErrorRows {
  /** The table. */
  public static final String TABLE = "_errors";

  /** Its columns. */
  public static final Schema SCHEMA = schema();

  private ErrorRows() {}

  /**
   * Makes a row.
   *
   * @param runId the run that gave up
   * @param error what it gave up
   * @return the row, in {@link #SCHEMA}
   */
  public static GenericRecord of(String runId, RequestError error) {
    GenericRecord row = new GenericData.Record(SCHEMA);
    row.put("run_id", runId);
    row.put("at", Timestamps.micros(error.at()));
    row.put("table", error.table());
    row.put("parent_ids", error.parentIds());
    row.put("url", error.url());
    row.put("status", error.status() == 0 ? null : (Object) (long) error.status());
    row.put("kind", error.kind());
    row.put("message", error.message());
    row.put("attempts", (long) error.attempts());
    row.put("body", error.body());
    return row;
  }

  private static Schema schema() {
    try (InputStream in = ErrorRows.class.getResourceAsStream("/errors.avsc")) {
      return new Schema.Parser().parse(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
