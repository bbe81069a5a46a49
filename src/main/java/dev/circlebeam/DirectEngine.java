package dev.circlebeam;

import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.sdk.Pipeline;

/** Beam's runner for one machine: every step in this process. */
final class DirectEngine implements Engine {
  @Override
  public void prepare(SyncOptions options) {
    // Checks for people who write Beam code; they double the time of grouping.
    DirectOptions direct = options.as(DirectOptions.class);
    direct.setEnforceEncodability(false);
    direct.setEnforceImmutability(false);
  }

  @Override
  public void run(Pipeline slice) {
    slice.run().waitUntilFinish();
  }
}
