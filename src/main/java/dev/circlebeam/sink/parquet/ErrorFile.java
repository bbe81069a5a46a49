package dev.circlebeam.sink.parquet;

import com.google.common.collect.ImmutableList;
import dev.circlebeam.record.Timestamps;
import dev.circlebeam.report.MergeFigures;
import dev.circlebeam.report.RequestError;
import dev.circlebeam.storage.Draft;
import dev.circlebeam.storage.OutputGuard;
import dev.circlebeam.storage.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.hadoop.ParquetWriter;

/** The files of {@code _errors}: one for each slice of a run and day, since no two share a row. */
final class ErrorFile {
  static final String TABLE = "_errors";

  private static final Schema SCHEMA = schema();

  private ErrorFile() {}

  /** Returns the file that an error belongs into, relative to the output. */
  static String of(RequestError error, String runId, int slice) {
    LocalDate day = LocalDate.ofInstant(error.at(), ZoneOffset.UTC);
    String part = slice == 0 ? "" : String.format("-%05d", slice);
    return TABLE + "/dt=" + day + "/" + runId + part + ".parquet";
  }

  /** Writes a file whole; a repeated step writes it again. */
  static MergeFigures write(OutputGuard guard, String file, Iterable<RequestError> errors)
      throws IOException {
    List<RequestError> sorted =
        ImmutableList.sortedCopyOf(
            Comparator.comparing(RequestError::at).thenComparing(RequestError::url), errors);
    while (true) {
      try (StoredFile old = guard.folder().open(file);
          Draft draft = old.successor(guard.runId())) {
        try (ParquetWriter<GenericRecord> writer = ParquetFiles.write(draft, SCHEMA)) {
          for (RequestError error : sorted) {
            writer.write(row(guard.runId(), error));
          }
        }
        long bytes = draft.size();
        if (guard.replace(draft)) {
          return new MergeFigures(TABLE, sorted.size(), 1, bytes);
        }
      }
    }
  }

  private static GenericRecord row(String runId, RequestError error) {
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
    try (InputStream in = ErrorFile.class.getResourceAsStream("/errors.avsc")) {
      return new Schema.Parser().parse(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
