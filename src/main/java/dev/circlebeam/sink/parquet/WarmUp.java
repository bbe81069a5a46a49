package dev.circlebeam.sink.parquet;

import dev.circlebeam.catalog.Table;
import dev.circlebeam.storage.Draft;
import dev.circlebeam.storage.LocalFolder;
import dev.circlebeam.storage.StoredFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.ParquetWriter;

/**
 * Writes and reads a file that nobody wants, so that the thousand classes of Parquet are loaded
 * while the first answers are awaited, and not between the last answer and the commit: what is lost
 * when a run is killed is lost there.
 */
final class WarmUp implements Runnable {
  private static final Logger LOG = Logger.getLogger(WarmUp.class.getName());

  private static final String FILE = "row.parquet";

  private final Table table;

  WarmUp(Table table) {
    this.table = table;
  }

  @Override
  public void run() {
    try {
      Path temporary = Files.createTempDirectory("circlebeam");
      try {
        writeAndRead(LocalFolder.of(temporary));
      } finally {
        Files.deleteIfExists(temporary.resolve(FILE));
        Files.delete(temporary);
      }
    } catch (IOException e) {
      LOG.log(Level.FINE, "nothing was warmed up; the first merge takes longer", e);
    }
  }

  private void writeAndRead(LocalFolder folder) throws IOException {
    Schema schema = table.schema();
    try (StoredFile none = folder.open(FILE);
        Draft draft = none.successor("warm-up")) {
      try (ParquetWriter<GenericRecord> writer = ParquetFiles.write(draft, schema)) {
        writer.write(row(schema));
      }
      draft.replace();
    }
    try (StoredFile written = folder.open(FILE);
        ParquetReader<GenericRecord> reader =
            ParquetFiles.read(ParquetFiles.input(written.contents()), schema)) {
      reader.read();
    }
  }

  private static GenericRecord row(Schema schema) {
    GenericRecord row = new GenericData.Record(schema);
    for (Schema.Field field : schema.getFields()) {
      switch (field.schema().getType()) {
        case STRING -> row.put(field.pos(), "");
        case LONG -> row.put(field.pos(), 0L);
        case BOOLEAN -> row.put(field.pos(), false);
        default -> row.put(field.pos(), null);
      }
    }
    return row;
  }
}
