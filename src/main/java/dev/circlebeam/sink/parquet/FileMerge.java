package dev.circlebeam.sink.parquet;

import dev.circlebeam.catalog.Table;
import dev.circlebeam.record.TableRecord;
import dev.circlebeam.report.MergeFigures;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.state.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.ParquetWriter;

/**
 * Puts rows into one file: what was there under other keys stays, what was there under the same
 * keys is replaced. Done twice with the same rows it writes the same bytes.
 */
final class FileMerge {
  private final Path file;
  private final Table table;
  private final Schema schema;
  private final Schema columns;
  private final boolean isWhole;
  private final TreeMap<String, TableRecord> latest = new TreeMap<>();
  private final Set<String> scopes = new HashSet<>();

  /**
   * @param file the file; need not be there
   * @param table the table it is of
   * @param schema the columns of the table's files
   * @param columns those of them that this run writes; the others are null in its rows
   */
  FileMerge(Path file, Table table, Schema schema, Schema columns) {
    this.file = file;
    this.table = table;
    this.schema = schema;
    this.columns = columns;
    this.isWhole =
        names(schema).equals(names(table.schema())) && names(columns).equals(names(schema));
  }

  private static List<String> names(Schema schema) {
    return schema.getFields().stream().map(Schema.Field::name).toList();
  }

  /** Takes what is to be done; of rows with one key the one that arrived last counts. */
  void add(FileUpdate update) {
    for (TableRecord record : update.rows()) {
      latest.merge(
          RowKey.of(table, record.row()),
          record,
          (a, b) -> b.arrivedMicros() >= a.arrivedMicros() ? b : a);
    }
    if (update.scope() != null) {
      scopes.add(update.scope());
    }
  }

  /**
   * Does it.
   *
   * @param run names the temporary file
   * @return what was done; when it returns the file is durable
   * @throws IOException when it cannot be written; the old file is then still there
   * @throws RunFailure when the old file has columns that the catalogue lacks
   */
  MergeFigures write(String run) throws IOException {
    boolean exists = Files.exists(file);
    if (exists) {
      checkColumns();
    } else if (latest.isEmpty()) {
      return new MergeFigures(table.name(), 0, 0, 0);
    }
    Files.createDirectories(file.getParent());
    Path temporary = file.resolveSibling(file.getFileName() + "." + run + ".tmp");
    try {
      writeTo(temporary, exists);
      AtomicFile.replace(temporary, file);
    } finally {
      Files.deleteIfExists(temporary);
    }
    return new MergeFigures(table.name(), latest.size(), 1, Files.size(file));
  }

  private void writeTo(Path temporary, boolean exists) throws IOException {
    try (ParquetWriter<GenericRecord> writer = ParquetFiles.write(temporary, schema)) {
      if (exists) {
        copyOthers(writer);
      }
      for (TableRecord record : latest.values()) {
        writer.write(inFile(record.row()));
      }
    }
  }

  private void checkColumns() throws IOException {
    for (Schema.Field field : oldSchema().getFields()) {
      if (schema.getField(field.name()) == null) {
        throw RunFailure.failed(
            "unknown_column",
            file + " has a column " + field.name() + " that this catalogue lacks",
            "use the version of circlebeam that wrote it, or give another --output");
      }
    }
  }

  private Schema oldSchema() {
    try {
      return ParquetFiles.schema(file);
    } catch (IOException e) {
      throw RunFailure.failed(
          "damaged_file",
          file + " cannot be read, or was not written by circlebeam: " + e.getMessage(),
          "move it away, then read its rows again with --fullRefresh");
    }
  }

  private void copyOthers(ParquetWriter<GenericRecord> writer) throws IOException {
    try (ParquetReader<GenericRecord> old = ParquetFiles.read(file, schema)) {
      for (GenericRecord row = old.read(); row != null; row = old.read()) {
        if (!latest.containsKey(RowKey.of(table, row)) && !isReplaced(row)) {
          writer.write(row);
        }
      }
    }
  }

  private boolean isReplaced(GenericRecord row) {
    return table.scope() != null && scopes.contains(String.valueOf(row.get(table.scope())));
  }

  /** A row with the columns that the file has; those that nobody wants any more are null. */
  private GenericRecord inFile(GenericRecord row) {
    if (isWhole) {
      return row;
    }
    GenericRecord projected = new GenericData.Record(schema);
    for (Schema.Field field : columns.getFields()) {
      projected.put(field.name(), row.get(field.name()));
    }
    return projected;
  }
}
