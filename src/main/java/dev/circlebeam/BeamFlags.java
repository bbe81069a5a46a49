package dev.circlebeam;

import java.util.List;
import org.apache.beam.runners.dataflow.DataflowPipelineRegistrar;
import org.apache.beam.runners.direct.DirectRegistrar;
import org.apache.beam.sdk.extensions.gcp.options.GcpPipelineOptionsRegistrar;
import org.apache.beam.sdk.io.gcp.common.GcpIoPipelineOptionsRegistrar;
import org.apache.beam.sdk.options.DefaultPipelineOptionsRegistrar;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/**
 * The flags of Beam, its runners and connectors. Beam registers them at every start, and compares a
 * thousand methods with each other for it: two to three seconds. So the jar's list of registrars is
 * left out (see {@code pom.xml}), and they are registered here when one of those flags is given.
 */
final class BeamFlags {
  private BeamFlags() {}

  /** Makes Beam know them. */
  static void register() {
    List.of(
            new DefaultPipelineOptionsRegistrar(),
            new DirectRegistrar.Options(),
            new GcpPipelineOptionsRegistrar(),
            new GcpIoPipelineOptionsRegistrar(),
            new DataflowPipelineRegistrar.Options())
        .forEach(r -> r.getPipelineOptions().forEach(PipelineOptionsFactory::register));
  }
}
