package dev.circlebeam;

import dev.circlebeam.plan.ProjectSlug;
import dev.circlebeam.report.Attendant;
import java.util.HashSet;
import java.util.Set;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.display.DisplayData;

/** Beam's runner for one machine: every step in this process. */
final class DirectEngine implements Engine {
  private static final String THREADS = "targetParallelism";

  @Override
  public void prepare(SyncOptions options) {
    // Checks for people who write Beam code; they double the time of grouping.
    DirectOptions direct = options.as(DirectOptions.class);
    direct.setEnforceEncodability(false);
    direct.setEnforceImmutability(false);
  }

  @Override
  public Attendant attendant(SyncConfig slice) {
    return new SpareThreads(slice);
  }

  @Override
  public void run(Pipeline pipeline, SyncConfig slice) {
    int waiting = waiting(slice);
    SpareThreads spare = new SpareThreads(slice);
    spare.hold(pipeline, threads(pipeline.getOptions().as(DirectOptions.class), waiting) - waiting);
    try {
      pipeline.run().waitUntilFinish();
    } finally {
      spare.free();
    }
  }

  /**
   * Makes sure that the runner has a thread beside those that wait, for what can be done meanwhile.
   *
   * @param options the runner's; what somebody gave stays
   * @param waiting how many bundles may wait for CircleCI at a time
   * @return how many threads there are to be
   */
  static int threads(DirectOptions options, int waiting) {
    // Beam tells what is given from its defaults only here.
    boolean isGiven =
        DisplayData.from(options).items().stream().anyMatch(item -> item.getKey().equals(THREADS));
    if (!isGiven && options.getTargetParallelism() <= waiting) {
      options.setTargetParallelism(waiting + 1);
    }
    return options.getTargetParallelism();
  }

  /** The shards of the fetch and, each with an export, the organizations. */
  static int waiting(SyncConfig config) {
    int shards = config.fetch().api().shards();
    if (!config.fetch().hasExports()) {
      return shards;
    }
    Set<String> organizations = new HashSet<>(config.organizations().names());
    config.projects().forEach(slug -> organizations.add(ProjectSlug.organization(slug)));
    return shards + organizations.size();
  }
}
