package dev.circlebeam.sink.parquet;

import com.google.common.collect.ImmutableList;
import dev.circlebeam.report.MergeFigures;
import dev.circlebeam.report.RequestError;
import dev.circlebeam.sink.ErrorRows;
import dev.circlebeam.storage.Draft;
import dev.circlebeam.storage.OutputGuard;
import dev.circlebeam.storage.StoredFile;
import java.io.IOException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.hadoop.ParquetWriter;

/** The files of {@code _errors}: one for each slice of a run and day, since no two share a row. */
final class ErrorFile {
  private ErrorFile() {}

  /** Returns the file that an error belongs into, relative to the output. */
  static String of(RequestError error, String runId, int slice) {
    LocalDate day = LocalDate.ofInstant(error.at(), ZoneOffset.UTC);
    String part = slice == 0 ? "" : String.format("-%05d", slice);
    return ErrorRows.TABLE + "/dt=" + day + "/" + runId + part + ".parquet";
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
        try (ParquetWriter<GenericRecord> writer = ParquetFiles.write(draft, ErrorRows.SCHEMA)) {
          for (RequestError error : sorted) {
            writer.write(ErrorRows.of(guard.runId(), error));
          }
        }
        long bytes = draft.size();
        if (guard.replace(draft)) {
          return new MergeFigures(ErrorRows.TABLE, sorted.size(), 1, bytes);
        }
      }
    }
  }
}
