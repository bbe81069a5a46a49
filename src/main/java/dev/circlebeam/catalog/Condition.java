package dev.circlebeam.catalog;

import java.io.Serializable;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.avro.generic.IndexedRecord;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Which rows of its parents a table is asked for by: those of which the server can have something.
 *
 * @param isFinal whether only rows that will not change any more, as the parent's {@code
 *     unfinishedWhen} tells
 * @param set columns that must not be null
 * @param field the column that must hold none of {@code notIn}; null for none
 * @param notIn values of which nothing is to be had
 */
public record Condition(boolean isFinal, Set<String> set, @Nullable String field, Set<String> notIn)
    implements Serializable {
  /** Copies the sets. */
  public Condition {
    set = Set.copyOf(set);
    notIn = Set.copyOf(notIn);
  }

  /**
   * Tells whether a row is one of them.
   *
   * @param parent the row's table
   * @param row a row with {@link #columns} at least
   * @return true when the table is to be asked for by it
   */
  public boolean holds(Table parent, IndexedRecord row) {
    for (String column : set) {
      if (value(row, column) == null) {
        return false;
      }
    }
    if (field != null) {
      Object value = value(row, field);
      if (value != null && notIn.contains(value.toString())) {
        return false;
      }
    }
    return !isFinal || parent.unfinishedWhen() == null || !parent.unfinishedWhen().matches(row);
  }

  /**
   * Returns the columns of the parent that decide.
   *
   * @param parent one of the parents
   * @return names of its columns
   */
  public Set<String> columns(Table parent) {
    Set<String> columns = new LinkedHashSet<>(set);
    if (field != null) {
      columns.add(field);
    }
    Unfinished unfinished = parent.unfinishedWhen();
    if (isFinal && unfinished != null) {
      columns.add(unfinished.field());
      if (unfinished.unlessSet() != null) {
        columns.add(unfinished.unlessSet());
      }
    }
    return columns;
  }

  private static @Nullable Object value(IndexedRecord row, String column) {
    return row.get(row.getSchema().getField(column).pos());
  }
}
