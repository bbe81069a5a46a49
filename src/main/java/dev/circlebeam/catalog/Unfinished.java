package dev.circlebeam.catalog;

import java.io.Serializable;
import java.util.Set;
import org.apache.avro.generic.IndexedRecord;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * When a row is not final yet, so that a later run must read it again: its {@code field} holds none
 * of the values {@code notIn}. Values that nobody has heard of count as unfinished, unless the
 * column {@code unlessSet} (a time of ending) is set.
 *
 * @param field the column that holds the status
 * @param notIn the values that are final
 * @param unlessSet the column that, when set, makes any value final; null for none
 */
public record Unfinished(String field, Set<String> notIn, @Nullable String unlessSet)
    implements Serializable {
  /** Copies the values. */
  public Unfinished {
    notIn = Set.copyOf(notIn);
  }

  /**
   * Tells whether a row must be read again.
   *
   * @param row a row of the table
   * @return true when it is not final
   */
  public boolean matches(IndexedRecord row) {
    Object value = row.get(row.getSchema().getField(field).pos());
    if (value != null && notIn.contains(value.toString())) {
      return false;
    }
    return unlessSet == null || row.get(row.getSchema().getField(unlessSet).pos()) == null;
  }
}
