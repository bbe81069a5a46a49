package dev.circlebeam.sink.bigquery;

import java.io.Serializable;
import java.time.LocalDate;
import java.util.TreeSet;
import org.apache.beam.sdk.transforms.Combine;

/**
 * What a run has for a table.
 *
 * @param staged whether there are rows
 * @param days the partition days of those rows; none where the table has no partitions
 * @param scopes projects or organizations whose other rows are to go
 */
record TableUpdate(boolean staged, TreeSet<LocalDate> days, TreeSet<String> scopes)
    implements Serializable {
  static TableUpdate rows(TreeSet<LocalDate> days) {
    return new TableUpdate(true, days, new TreeSet<>());
  }

  static TableUpdate scope(String scope) {
    TreeSet<String> scopes = new TreeSet<>();
    scopes.add(scope);
    return new TableUpdate(false, new TreeSet<>(), scopes);
  }

  private TableUpdate plus(TableUpdate more) {
    TreeSet<LocalDate> allDays = new TreeSet<>(days);
    allDays.addAll(more.days);
    TreeSet<String> allScopes = new TreeSet<>(scopes);
    allScopes.addAll(more.scopes);
    return new TableUpdate(staged || more.staged, allDays, allScopes);
  }

  /** Adds up what there is for one table. */
  static final class Union extends Combine.BinaryCombineFn<TableUpdate> {
    private static final long serialVersionUID = 1L;

    @Override
    public TableUpdate apply(TableUpdate left, TableUpdate right) {
      return left.plus(right);
    }
  }
}
