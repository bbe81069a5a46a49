package dev.circlebeam.fetch;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Table;
import java.util.HashSet;
import java.util.Set;

/**
 * Which full-refresh tables of a project, its organization or the token have been read whole, so
 * that rows which are not among the new ones can go.
 */
final class FullReads {
  private final Set<String> broken = new HashSet<>();
  private final Set<String> refused = new HashSet<>();

  /** Something of a table is not known: a request failed, or was not made. */
  void broke(Table table) {
    broken.add(table.name());
  }

  /**
   * An organization's table is not to be had.
   *
   * @return whether that is known for the first time
   */
  boolean refused(Table table) {
    broke(table);
    return refused.add(table.name());
  }

  /** Tells whether all of a table was read, which it is only if all above it was. */
  boolean isWhole(Catalog catalog, Table table) {
    return !broken.contains(table.name())
        && table.parents().stream()
            .allMatch(p -> Table.ROOTS.contains(p) || isWhole(catalog, catalog.table(p)));
  }
}
