package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.TreeSet;

/** Writes the configuration that a pipeline ran with, as the jobs that it has would need it. */
final class PipelineConfig {
  private static final String HEAD = "version: 2.1\n";

  private PipelineConfig() {}

  /** The answer of {@code /pipeline/{id}/config}. */
  static ObjectNode json(Pipeline pipeline) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    if (pipeline.errored()) {
      // What could not be fetched or compiled is empty.
      return node.put("source", "").put("compiled", "");
    }
    if (pipeline.dynamic()) {
      String setup = "setup: true\njobs:\n  generate-config:\n    docker: [{image: cimg/base}]\n";
      node.put("setup_config", HEAD + setup).put("compiled_setup_config", "version: 2\n" + setup);
    }
    return node.put("source", HEAD + "# größer\n" + jobs(pipeline, "  "))
        .put("compiled", "version: 2\n" + jobs(pipeline, "    "));
  }

  private static String jobs(Pipeline pipeline, String indent) {
    TreeSet<String> names = new TreeSet<>();
    for (Workflow workflow : pipeline.workflows()) {
      for (Job job : workflow.jobs()) {
        if (!workflow.spec().setup() && !job.isApproval()) {
          names.add(job.name());
        }
      }
    }
    StringBuilder text = new StringBuilder("jobs:\n");
    for (String name : names) {
      text.append(indent).append('"').append(name).append("\":\n");
      text.append(indent).append(indent).append("docker: [{image: cimg/base}]\n");
    }
    return text.toString();
  }
}
