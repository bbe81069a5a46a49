package dev.circlebeam;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.model.pipeline.v1.RunnerApi;
import org.apache.beam.sdk.util.SerializableUtils;
import org.apache.beam.sdk.util.StringUtils;

/**
 * A job as Dataflow was given it.
 *
 * @param json the request
 */
record SubmittedJob(JsonNode json) {
  private static final String PAR_DO = "beam:transform:pardo:v1";

  /** The names of its steps, in their order. */
  List<String> steps() {
    List<String> names = new ArrayList<>();
    json.path("steps").forEach(step -> names.add(property(step, "user_name")));
    return names;
  }

  /** All that is in it, functions unpacked. */
  String text() throws IOException {
    StringBuilder all = new StringBuilder(json.toString());
    for (JsonNode step : json.path("steps")) {
      String function = property(step, "serialized_fn");
      if (step.path("kind").asText().equals("ParallelDo")) {
        all.append(unpacked(StringUtils.jsonStringToByteArray(function)));
      }
    }
    return all.toString();
  }

  /** All that is in a staged graph, functions unpacked. */
  static String text(byte[] graph) throws IOException {
    StringBuilder all = new StringBuilder(new String(graph, ISO_8859_1));
    RunnerApi.Pipeline pipeline = RunnerApi.Pipeline.parseFrom(graph);
    for (RunnerApi.PTransform step : pipeline.getComponents().getTransformsMap().values()) {
      if (step.getSpec().getUrn().equals(PAR_DO)) {
        RunnerApi.ParDoPayload payload =
            RunnerApi.ParDoPayload.parseFrom(step.getSpec().getPayload());
        all.append(unpacked(payload.getDoFn().getPayload().toByteArray()));
      }
    }
    return all.toString();
  }

  private static String property(JsonNode step, String name) {
    return step.path("properties").path(name).path("value").asText();
  }

  /** Beam packs what it serializes; this is the same, not packed. */
  private static String unpacked(byte[] function) throws IOException {
    Serializable object =
        (Serializable) SerializableUtils.deserializeFromByteArray(function, "a function");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    return bytes.toString(ISO_8859_1);
  }
}
