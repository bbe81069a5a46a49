package dev.circlebeam.state;

import java.io.Serializable;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What the run that wrote the state has done of an organization's export so far, so that its next
 * slice does none of it again. Means nothing to other runs.
 *
 * @param read the days that it has read
 * @param asked how many exports it has asked for
 * @param rowsADay how many rows a day had, in the last export; null before the first one
 * @param left whether its next slice is to go on
 */
public record ExportSoFar(Intervals read, int asked, @Nullable Long rowsADay, boolean left)
    implements Serializable {
  /** What a run has done before it has done anything. */
  public static final ExportSoFar NOTHING = new ExportSoFar(Intervals.NONE, 0, null, false);

  /** Leaves out nothing: what is missing is empty. */
  public ExportSoFar {
    read = read == null ? Intervals.NONE : read;
  }
}
