package dev.circlebeam.sink.parquet;

import com.google.common.collect.Iterables;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.record.TableRecord;
import dev.circlebeam.report.MergeFigures;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.storage.Draft;
import dev.circlebeam.storage.OutputGuard;
import dev.circlebeam.storage.StoredFile;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.io.InputFile;

/**
 * Puts rows into one file: what was there under other keys stays, what was there under the same
 * keys is replaced. Done twice with the same rows it writes the same bytes. When somebody else puts
 * a file in the place meanwhile it is done again, with the rows of that one.
 */
final class FileMerge {
  private final String file;
  private final Table table;
  private final SchemaNow schemaNow;
  private final Schema columns;
  private final TreeMap<String, TableRecord> latest = new TreeMap<>();
  private final Set<String> scopes = new HashSet<>();

  /** Where a merge learns what columns the table's files have; others may add some at any time. */
  interface SchemaNow {
    /** Returns all columns of the files that are there, and of the rows. */
    Schema get() throws IOException;
  }

  /**
   * @param file the file, by its name in the output; need not be there
   * @param table the table it is of
   * @param schemaNow the columns of the table's files
   * @param columns those of them that this run writes; the others are null in its rows
   */
  FileMerge(String file, Table table, SchemaNow schemaNow, Schema columns) {
    this.file = file;
    this.table = table;
    this.schemaNow = schemaNow;
    this.columns = columns;
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
   * @param guard the run, and its output
   * @return what was done; when it returns the file is durable
   * @throws IOException when it cannot be written; the old file is then still there
   * @throws RunFailure when the old file has columns that the catalogue lacks, or another run has
   *     taken the output
   */
  MergeFigures write(OutputGuard guard) throws IOException {
    while (true) {
      try (Attempt attempt = attempt(guard)) {
        MergeFigures figures = attempt.figures();
        if (attempt.replace()) {
          return figures;
        }
      }
      // Whoever was faster has done its part: with every turn one more is finished.
    }
  }

  /** Does all but the last step. */
  Attempt attempt(OutputGuard guard) throws IOException {
    // The file before the columns: they are written down before any file has them.
    Attempt attempt = new Attempt(guard, guard.folder().open(file));
    boolean prepared = false;
    try {
      attempt.prepare();
      prepared = true;
    } finally {
      if (!prepared) {
        attempt.close();
      }
    }
    return attempt;
  }

  /** A new file, made from an old one, that has not taken its place yet. */
  final class Attempt implements AutoCloseable {
    private final OutputGuard guard;
    private final StoredFile old;
    private final Draft draft;

    private Attempt(OutputGuard guard, StoredFile old) {
      this.guard = guard;
      this.old = old;
      this.draft = old.successor(guard.runId());
    }

    private MergeFigures figures() throws IOException {
      return isNothing()
          ? new MergeFigures(table.name(), 0, 0, 0)
          : new MergeFigures(table.name(), latest.size(), 1, draft.size());
    }

    private boolean isNothing() {
      return !old.exists() && latest.isEmpty();
    }

    private void prepare() throws IOException {
      Schema schema = schemaNow.get();
      if (isNothing()) {
        return;
      }
      if (old.exists()) {
        checkColumns(schema);
      }
      try (ParquetWriter<GenericRecord> writer = ParquetFiles.write(draft, schema)) {
        if (old.exists()) {
          copyOthers(schema, writer);
        }
        for (GenericRecord row : rows(schema)) {
          writer.write(row);
        }
      }
    }

    private void checkColumns(Schema schema) throws IOException {
      for (Schema.Field field : oldSchema().getFields()) {
        if (schema.getField(field.name()) == null) {
          throw RunFailure.failed(
              "unknown_column",
              place() + " has a column " + field.name() + " that this catalogue lacks",
              "use the version of circlebeam that wrote it, or give another --output");
        }
      }
    }

    private String place() {
      return guard.folder().address(file);
    }

    private Schema oldSchema() throws IOException {
      InputFile contents = ParquetFiles.input(old.contents());
      try {
        return ParquetFiles.schema(contents);
      } catch (IOException e) {
        throw RunFailure.failed(
            "damaged_file",
            place() + " cannot be read, or was not written by circlebeam: " + e.getMessage(),
            "move it away, then read its rows again with --fullRefresh");
      }
    }

    private void copyOthers(Schema schema, ParquetWriter<GenericRecord> writer) throws IOException {
      InputFile contents = ParquetFiles.input(old.contents());
      try (ParquetReader<GenericRecord> rows = ParquetFiles.read(contents, schema)) {
        for (GenericRecord row = rows.read(); row != null; row = rows.read()) {
          if (!latest.containsKey(RowKey.of(table, row)) && !isReplaced(row)) {
            writer.write(row);
          }
        }
      }
    }

    /**
     * Puts the new file in the old one's place.
     *
     * @return whether it is there; not when the old one is not there any more
     */
    boolean replace() throws IOException {
      return isNothing() || guard.replace(draft);
    }

    @Override
    public void close() throws IOException {
      try (old) {
        draft.close();
      }
    }
  }

  private boolean isReplaced(GenericRecord row) {
    return table.scope() != null && scopes.contains(String.valueOf(row.get(table.scope())));
  }

  /** The rows with the columns that the file has; those that nobody wants any more are null. */
  private Iterable<GenericRecord> rows(Schema schema) {
    boolean whole =
        names(schema).equals(names(table.schema())) && names(columns).equals(names(schema));
    return Iterables.transform(
        latest.values(), record -> whole ? record.row() : projected(record.row(), schema));
  }

  private GenericRecord projected(GenericRecord row, Schema schema) {
    GenericRecord projected = new GenericData.Record(schema);
    for (Schema.Field field : columns.getFields()) {
      projected.put(field.name(), row.get(field.name()));
    }
    return projected;
  }

  private static List<String> names(Schema schema) {
    return schema.getFields().stream().map(Schema.Field::name).toList();
  }
}
