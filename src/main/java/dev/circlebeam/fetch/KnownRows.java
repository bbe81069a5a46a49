package dev.circlebeam.fetch;

import dev.circlebeam.catalog.Table;
import dev.circlebeam.record.StoredTables;
import dev.circlebeam.record.Timestamps;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Which rows the output has that need not be asked for again so soon. */
final class KnownRows {
  private final StoredTables stored;
  private final Instant startedAt;
  private final Map<String, Set<String>> known = new HashMap<>();

  /**
   * @param stored the output
   * @param startedAt when the run began
   */
  KnownRows(StoredTables stored, Instant startedAt) {
    this.stored = stored;
    this.startedAt = startedAt;
  }

  /** Tells whether a row is there, and young enough. */
  boolean contains(Table table, String key) {
    return known.computeIfAbsent(table.name(), name -> young(table)).contains(key);
  }

  private Set<String> young(Table table) {
    Set<String> keys = new HashSet<>();
    String key = table.primaryKey().get(0);
    long oldest = Timestamps.micros(startedAt.minus(table.each().knownFor()));
    stored.read(
        table,
        Set.of(key, Table.SYNCED_AT),
        null,
        null,
        row -> {
          if ((Long) row.get(Table.SYNCED_AT) >= oldest) {
            keys.add(row.get(key).toString());
          }
        });
    return keys;
  }
}
