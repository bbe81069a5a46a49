package dev.circlebeam.state;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.io.BaseEncoding;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.catalog.Unfinished;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import org.apache.avro.generic.GenericRecord;

/**
 * Remembers rows that are final, with all that is below them, in a few letters each: a row that
 * comes back as it was need not be read below again.
 */
public final class Settled {
  private static final int BYTES = 8;
  private static final BaseEncoding LETTERS = BaseEncoding.base64Url().omitPadding();

  private Settled() {}

  /**
   * Returns what is remembered of a row: its key and the columns that say whether it is final, and
   * the tables below it. A run that reads other tables below takes no row for the same.
   *
   * @param table the row's table; says when rows are final
   * @param row the row
   * @param below names of the tables that are read below it
   * @return eleven letters
   */
  public static String mark(Table table, GenericRecord row, Collection<String> below) {
    Hasher hasher = Hashing.murmur3_128().newHasher();
    Unfinished unfinished = table.unfinishedWhen();
    put(hasher, table.name());
    table.primaryKey().forEach(column -> put(hasher, row.get(column)));
    put(hasher, row.get(unfinished.field()));
    if (unfinished.unlessSet() != null) {
      put(hasher, row.get(unfinished.unlessSet()));
    }
    below.stream().sorted().forEach(name -> put(hasher, name));
    return LETTERS.encode(Arrays.copyOf(hasher.hash().asBytes(), BYTES));
  }

  private static void put(Hasher hasher, Object value) {
    hasher.putString(String.valueOf(value), StandardCharsets.UTF_8).putChar('\0');
  }
}
