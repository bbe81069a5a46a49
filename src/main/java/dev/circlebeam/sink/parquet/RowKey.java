package dev.circlebeam.sink.parquet;

import com.google.common.hash.Hashing;
import dev.circlebeam.catalog.Table;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;
import org.apache.avro.generic.GenericRecord;

/** A row's primary key as one text. */
final class RowKey {
  private RowKey() {}

  /** Returns the key; texts of two rows are equal when their keys are. */
  static String of(Table table, GenericRecord row) {
    if (table.primaryKey().size() == 1) {
      return row.get(table.primaryKey().get(0)).toString();
    }
    StringJoiner key = new StringJoiner("\0");
    table.primaryKey().forEach(column -> key.add(row.get(column).toString()));
    return key.toString();
  }

  /** Returns the number of the file, within its partition, that a key belongs to. */
  static int bucket(String key, int buckets) {
    if (buckets == 1) {
      return 0;
    }
    int hash = Hashing.murmur3_32_fixed().hashString(key, StandardCharsets.UTF_8).asInt();
    return Math.floorMod(hash, buckets);
  }
}
