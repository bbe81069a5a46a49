package dev.circlebeam.report;

import java.io.Serializable;

/**
 * What was merged into one file.
 *
 * @param table the table
 * @param rows how many rows of this run are in the file
 * @param files how many files were written: 1, or 0 when nothing had to be
 * @param bytes the file's size
 */
public record MergeFigures(String table, long rows, long files, long bytes)
    implements Serializable {
  /**
   * Adds figures of the same table.
   *
   * @param more what to add
   * @return the sum
   */
  public MergeFigures plus(MergeFigures more) {
    return new MergeFigures(table, rows + more.rows, files + more.files, bytes + more.bytes);
  }
}
