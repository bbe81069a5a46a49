package dev.circlebeam.record;

import java.util.List;
import java.util.Set;
import org.apache.avro.generic.GenericRecord;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * An answer, read.
 *
 * @param rows the rows, in the answer's order
 * @param rejected items that cannot become rows
 * @param nextPageToken where the list goes on; null at its end
 * @param misfits how many values had the wrong type for their column
 * @param extraFields names of fields that no column took
 */
public record Page(
    List<GenericRecord> rows,
    List<Rejected> rejected,
    @Nullable String nextPageToken,
    int misfits,
    Set<String> extraFields) {
  /**
   * Returns how many items the answer had.
   *
   * @return rows and others
   */
  public int items() {
    return rows.size() + rejected.size();
  }

  /**
   * An item that cannot become a row.
   *
   * @param problem why, as in "has no id"
   * @param item the item's JSON; null where it may hold what nobody may see
   */
  public record Rejected(String problem, @Nullable String item) {}
}
