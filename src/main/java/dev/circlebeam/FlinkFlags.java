package dev.circlebeam;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * What {@link FlinkEngine} looks at of the Flink runner's flags, whose own class is not in the
 * ordinary jar. Beam takes it for the same flag, and sees to it that the defaults agree.
 */
public interface FlinkFlags extends PipelineOptions {
  @Default.String("[auto]")
  String getFlinkMaster();

  void setFlinkMaster(String value);
}
