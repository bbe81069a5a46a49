package dev.circlebeam.catalog;

/** How a table is kept up to date. */
public enum Refresh {
  /** Rows are added and replaced by key, from where the last run got to. */
  INCREMENTAL,
  /** Every run reads all rows of a project or organization and puts them in the old ones' place. */
  FULL;

  /**
   * Returns the name as declarations spell it.
   *
   * @return {@code incremental} or {@code full}
   */
  public String declared() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
