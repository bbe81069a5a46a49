package dev.circlebeam;

import java.util.List;
import java.util.Optional;
import org.apache.beam.runners.dataflow.DataflowPipelineRegistrar;
import org.apache.beam.runners.direct.DirectRegistrar;
import org.apache.beam.sdk.extensions.gcp.options.GcpPipelineOptionsRegistrar;
import org.apache.beam.sdk.io.gcp.common.GcpIoPipelineOptionsRegistrar;
import org.apache.beam.sdk.options.DefaultPipelineOptionsRegistrar;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.PipelineOptionsRegistrar;

/**
 * The flags of Beam, its runners and connectors. Beam registers them at every start, and compares a
 * thousand methods with each other for it: two to three seconds. So the jar's list of registrars is
 * left out (see {@code pom.xml}), and they are registered here when one of those flags is given.
 */
final class BeamFlags {
  private static final String FLINK = "org.apache.beam.runners.flink.FlinkRunnerRegistrar$Options";

  private BeamFlags() {}

  /** Makes Beam know them. */
  static void register() {
    List.of(
            new DefaultPipelineOptionsRegistrar(),
            new DirectRegistrar.Options(),
            new GcpPipelineOptionsRegistrar(),
            new GcpIoPipelineOptionsRegistrar(),
            new DataflowPipelineRegistrar.Options())
        .forEach(BeamFlags::register);
    flink().ifPresent(BeamFlags::register);
  }

  private static void register(PipelineOptionsRegistrar registrar) {
    registrar.getPipelineOptions().forEach(PipelineOptionsFactory::register);
  }

  /** The Flink runner's, which is not in every jar. */
  private static Optional<PipelineOptionsRegistrar> flink() {
    try {
      return Optional.of(
          Class.forName(FLINK)
              .asSubclass(PipelineOptionsRegistrar.class)
              .getDeclaredConstructor()
              .newInstance());
    } catch (ClassNotFoundException e) {
      return Optional.empty();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the Flink runner's flags cannot be had", e);
    }
  }
}
