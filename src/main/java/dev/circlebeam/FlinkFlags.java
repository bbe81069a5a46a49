package dev.circlebeam;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * Those of the Flink runner's flags that {@link FlinkEngine} looks at. Beam takes them for the same
 * as the runner's own, and sees to it that their defaults agree; the runner's own class is not in
 * the ordinary jar.
 */
public interface FlinkFlags extends PipelineOptions {
  @Default.String("[auto]")
  String getFlinkMaster();

  void setFlinkMaster(String value);

  @Default.Integer(-1)
  Integer getNumberOfExecutionRetries();

  void setNumberOfExecutionRetries(Integer value);

  @Default.Long(-1L)
  Long getExecutionRetryDelay();

  void setExecutionRetryDelay(Long value);
}
