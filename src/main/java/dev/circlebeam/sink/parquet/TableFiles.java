package dev.circlebeam.sink.parquet;

import com.google.common.base.Splitter;
import com.google.common.base.Strings;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.record.Timestamps;
import org.apache.avro.generic.GenericRecord;

/** Names the files of tables, relative to the output. */
final class TableFiles {
  private TableFiles() {}

  /** Returns the file that a row belongs to, by its key and partition date alone. */
  static String of(Table table, GenericRecord row) {
    String file = part(RowKey.bucket(RowKey.of(table, row), table.buckets()));
    if (table.partitionBy() == null) {
      return table.name() + "/" + file;
    }
    Object date = row.get(table.partitionBy());
    return table.name() + "/dt=" + Timestamps.day((Long) date) + "/" + file;
  }

  /** Returns the one file of a full-refresh table. */
  static String whole(Table table) {
    return table.name() + "/" + part(0);
  }

  /** Returns the name, within its partition, of the file with a number. */
  static String part(int bucket) {
    // Not by a Formatter: this is done for every row.
    return "part-" + Strings.padStart(Integer.toString(bucket), 5, '0') + ".parquet";
  }

  /** Returns the table that a file is of. */
  static String table(String file) {
    return Splitter.on('/').split(file).iterator().next();
  }
}
