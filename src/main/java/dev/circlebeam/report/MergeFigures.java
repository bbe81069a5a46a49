package dev.circlebeam.report;

import java.io.Serializable;

/**
 * What was merged into one file, or into one table by a statement.
 *
 * @param table the table
 * @param rows how many rows of this run are in the file, or were put in by the statement
 * @param files how many files were written: 1, or 0 when nothing had to be
 * @param bytes the file's size
 * @param bytesProcessed how much the statement read, which is what it costs; 0 for a file
 */
public record MergeFigures(String table, long rows, long files, long bytes, long bytesProcessed)
    implements Serializable {
  /**
   * Makes the figures of a file.
   *
   * @param table the table
   * @param rows how many rows of this run are in it
   * @param files how many files were written
   * @param bytes its size
   */
  public MergeFigures(String table, long rows, long files, long bytes) {
    this(table, rows, files, bytes, 0);
  }

  /**
   * Makes the figures of a statement.
   *
   * @param table the table
   * @param rows how many rows it put in
   * @param bytesProcessed how much it read
   * @return the figures
   */
  public static MergeFigures ofStatement(String table, long rows, long bytesProcessed) {
    return new MergeFigures(table, rows, 0, 0, bytesProcessed);
  }

  /**
   * Adds figures of the same table.
   *
   * @param more what to add
   * @return the sum
   */
  public MergeFigures plus(MergeFigures more) {
    return new MergeFigures(
        table,
        rows + more.rows,
        files + more.files,
        bytes + more.bytes,
        bytesProcessed + more.bytesProcessed);
  }
}
