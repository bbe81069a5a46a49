package dev.circlebeam.state;

import java.io.Serializable;

/**
 * What the run that wrote the state has done so far, so that its next slice does none of it again.
 * Means nothing to other runs.
 *
 * @param read the stretches of pipeline creation time that it has read
 * @param blocked whether the list of pipelines could not be read on; only another run tries again
 * @param searched whether reruns under old pipelines were looked for
 */
public record RunSoFar(Intervals read, boolean blocked, boolean searched) implements Serializable {
  /** What a run has done before it has done anything. */
  public static final RunSoFar NOTHING = new RunSoFar(Intervals.NONE, false, false);

  /** Leaves out nothing: what is missing is empty. */
  public RunSoFar {
    read = read == null ? Intervals.NONE : read;
  }
}
