package dev.circlebeam.catalog;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a table is asked for several times by one row of its parent: once for each value.
 *
 * @param name the placeholder, and parent's column, that holds the value
 * @param values the values, the same for every row; empty when they are in the row
 * @param columns the parents' columns that hold values; a parent may lack some of them, and a row
 *     may leave them null
 * @param knownFor for how long a row that the table has by that key is not asked for again; null to
 *     ask always
 */
public record Each(
    String name, List<String> values, List<String> columns, @Nullable Duration knownFor)
    implements Serializable {
  /** Copies the lists. */
  public Each {
    values = List.copyOf(values);
    columns = List.copyOf(columns);
  }
}
