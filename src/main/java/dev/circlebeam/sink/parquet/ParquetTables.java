package dev.circlebeam.sink.parquet;

import dev.circlebeam.catalog.Table;
import dev.circlebeam.record.StoredTables;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.storage.Folder;
import dev.circlebeam.storage.Listing;
import dev.circlebeam.storage.StoredFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.hadoop.ParquetReader;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Reads the tables that {@link ParquetSink} wrote, also while it writes: old files or new ones. */
public final class ParquetTables implements StoredTables {
  private static final long serialVersionUID = 1L;

  private static final String DAY = "dt=";

  private final Folder folder;

  /**
   * @param folder the output
   */
  public ParquetTables(Folder folder) {
    this.folder = folder;
  }

  @Override
  public void read(
      Table table,
      Set<String> columns,
      @Nullable LocalDate from,
      @Nullable LocalDate to,
      Consumer<GenericRecord> rows) {
    Schema schema = StoredTables.schema(table, columns);
    Listing files = list(table);
    if (table.partitionBy() == null) {
      readPartition(table, files, "", schema, rows);
      return;
    }
    for (String partition : files.folders()) {
      LocalDate day = day(partition);
      if (day != null
          && (from == null || !day.isBefore(from))
          && (to == null || !day.isAfter(to))) {
        readPartition(table, files, partition + "/", schema, rows);
      }
    }
  }

  private Listing list(Table table) {
    try {
      return folder.list(table.name());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static @Nullable LocalDate day(String partition) {
    try {
      return partition.startsWith(DAY) ? LocalDate.parse(partition.substring(DAY.length())) : null;
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** Reads the files of a partition, or of a table that has none. */
  private void readPartition(
      Table table, Listing files, String partition, Schema schema, Consumer<GenericRecord> rows) {
    // By name: what others put there is passed over, as the sink does.
    for (int bucket = 0; bucket < table.buckets(); bucket++) {
      String name = partition + TableFiles.part(bucket);
      try (StoredFile file = files.open(name)) {
        if (file.exists()) {
          readFile(folder.address(table.name() + "/" + name), file, schema, rows);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void readFile(
      String place, StoredFile file, Schema schema, Consumer<GenericRecord> rows)
      throws IOException {
    try (ParquetReader<GenericRecord> reader =
        ParquetFiles.readOnly(ParquetFiles.input(file.contents()), schema)) {
      for (GenericRecord row = next(place, reader); row != null; row = next(place, reader)) {
        rows.accept(row);
      }
    }
  }

  /** Reads a row. The file is opened when the first is asked for. */
  private static @Nullable GenericRecord next(String place, ParquetReader<GenericRecord> reader)
      throws IOException {
    try {
      return reader.read();
    } catch (FileSystemException e) {
      // No permission, say: that is no damage, and to move the file away would be bad advice.
      throw e;
    } catch (IOException | RuntimeException e) {
      throw RunFailure.failed(
          "damaged_file",
          place + " cannot be read, or was not written by circlebeam: " + e.getMessage(),
          "move it away, then read its rows again with --fullRefresh");
    }
  }
}
