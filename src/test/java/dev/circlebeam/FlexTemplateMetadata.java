package dev.circlebeam;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.CaseFormat;
import com.google.common.base.Splitter;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;

/**
 * Makes the flex template's metadata of {@link SyncOptions}: what Dataflow's console asks for, and
 * checks before it starts anything. Dataflow refuses every parameter that is not there.
 */
final class FlexTemplateMetadata {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What is for one machine, or for other commands. */
  private static final Set<Flag.Group> ELSEWHERE = Set.of(Flag.Group.SAMPLE, Flag.Group.TABLES);

  /** On Dataflow a run is one slice, so there is nothing that it could end after. */
  private static final Set<String> WITHOUT_EFFECT = Set.of("maxDuration");

  private static final Set<String> REQUIRED = Set.of("output", "token");

  /** Defaults that hold only elsewhere, or are said in the text. */
  private static final Set<String> WITHOUT_DEFAULT = Set.of("state", "token");

  private static final String ANYTHING = "^.+$";
  private static final String WHOLE_NUMBER = "^[1-9][0-9]{0,8}$";
  private static final String NAME_OF_SECRET =
      "^secret:projects/[a-z0-9][a-z0-9.:-]*/secrets/[A-Za-z0-9_-]+/versions/[A-Za-z0-9_-]+$";

  /** How values are spelled, by what {@code --help} shows for them. */
  private static final Map<String, String> BY_KIND =
      Map.ofEntries(
          Map.entry(
              "SLUGS",
              "^[\\s,]*((gh|github|bb|bitbucket|circleci)/[^/\\s,?#]+/[^/\\s,?#]+([\\s,]+|$))+$"),
          Map.entry(
              "ORGANIZATIONS",
              "^[\\s,]*(((gh|github|bb|bitbucket|circleci)/[^/\\s,?#]+"
                  + "|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})([\\s,]+|$))+$"),
          Map.entry("GLOBS", ANYTHING),
          Map.entry("NAMES", "^[\\s,]*([A-Za-z0-9_]+([\\s,]+|$))+$"),
          Map.entry("TABLE.COLUMN,…", "^[\\s,]*([A-Za-z0-9_]+\\.[A-Za-z0-9_]+([\\s,]+|$))+$"),
          Map.entry("NAME", ANYTHING),
          Map.entry("DATE", "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T\\S+)?$"),
          Map.entry("DURATION", "^P([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+(\\.[0-9]+)?S)?)?$"),
          Map.entry("SHARE", "^(0(\\.[0-9]+)?|1(\\.0+)?)$"),
          Map.entry("WHEN", "^(daily|true|false)$"),
          Map.entry("DIR", "^(gs://[a-z0-9][a-z0-9._-]+(/.*)?|bigquery://[^/\\s]+/[^/\\s]+)$"),
          Map.entry("FILE", "^gs://[a-z0-9][a-z0-9._-]+/.+$"),
          Map.entry("KEY", "^projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+$"),
          Map.entry("URL", "^https?://\\S+$"),
          Map.entry("REFERENCE", NAME_OF_SECRET),
          Map.entry("PEM", ANYTHING),
          Map.entry("NUMBER", "^[0-9]{1,9}(\\.[0-9]+)?$"));

  private static final Map<String, String> BY_NAME =
      Map.of(
          "catalog",
          "^gs://[a-z0-9][a-z0-9._-]+(/.*)?$",
          "maxErrors",
          "^[0-9]{1,9}(\\.[0-9]{1,6})?%?$",
          "runId",
          "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
          "maxConcurrentRequests",
          WHOLE_NUMBER,
          "fetchShards",
          WHOLE_NUMBER,
          "slicePipelines",
          WHOLE_NUMBER);

  private static final Map<String, String> LABELS =
      Map.of(
          "circleciUrl", "CircleCI URL",
          "caFile", "CA file",
          "bigQueryKmsKey", "BigQuery KMS key",
          "runId", "Run id");

  /** What is other on Dataflow than {@code --help} has it. */
  private static final Map<String, String> TEXTS =
      Map.of(
          "catalog",
          "A folder gs://bucket/path that declares tables of your own, each in a file"
              + " <table>.avsc; docs/catalog.md says how. They are chosen by their names, and with"
              + " all.",
          "output",
          "Where the tables are written to: gs://bucket/path, or bigquery://project/dataset, which"
              + " also needs state.",
          "state",
          "Where the state is kept that makes the next run incremental: gs://bucket/path/file."
              + " Without it: _state.json in the output. Must be given for BigQuery.",
          "token",
          "Where the token is, never the token itself: secret:projects/P/secrets/S/versions/V in"
              + " Secret Manager, which the workers' account must be allowed to read. It must be a"
              + " personal API token.",
          "caFile",
          "Certificates to trust beside the system's: a PEM file in the workers' container.",
          "slicePipelines",
          "About how many pipelines a run reads; what is older is left to the next one.");

  private FlexTemplateMetadata() {}

  /** Makes it. */
  static String make() {
    ObjectNode metadata = JSON.createObjectNode();
    metadata.put("name", "circlebeam");
    metadata.put(
        "description",
        "Copies a CircleCI organization's history into Parquet files or BigQuery. A run is one"
            + " slice: what is new, and a part of the history that is left.");
    metadata.put("streaming", false);
    ArrayNode parameters = metadata.putArray("parameters");
    for (Flag.Group group : Flag.Group.values()) {
      if (!ELSEWHERE.contains(group)) {
        Help.flags(group).stream()
            .filter(flag -> !WITHOUT_EFFECT.contains(Help.name(flag)))
            .forEach(flag -> parameters.add(ours(flag, group)));
      }
    }
    // Beam's own that README.md and docs/operations.md name, less those that the launcher sets.
    parameters.add(
        beams(
            "bigQueryProject",
            "BigQuery project",
            "The project that pays for BigQuery's jobs. Without it: the one that the job runs in.",
            "^[a-z0-9][a-z0-9.:-]*$"));
    parameters.add(
        beams(
            "jobLabelsMap",
            "BigQuery job labels",
            "Labels of BigQuery's jobs and of tables that are made, as JSON: {\"team\": \"ci\"}.",
            "^\\{.*\\}$"));
    return metadata.toPrettyString() + "\n";
  }

  private static ObjectNode ours(Method flag, Flag.Group group) {
    String name = Help.name(flag);
    String kind = flag.getAnnotation(Flag.class).value();
    ObjectNode parameter =
        parameter(
            name,
            LABELS.getOrDefault(name, label(name)),
            TEXTS.getOrDefault(name, flag.getAnnotation(Description.class).value()),
            !REQUIRED.contains(name));
    if (kind.isEmpty()) {
      parameter.put("paramType", "BOOLEAN").put("defaultValue", "false");
    } else {
      String regex = BY_NAME.getOrDefault(name, BY_KIND.get(kind));
      if (regex == null) {
        throw new IllegalStateException("how is " + kind + " of --" + name + " spelled?");
      }
      parameter.putArray("regexes").add(regex);
      if (kind.equals("WHEN")) {
        parameter.put("paramType", "ENUM");
        ArrayNode options = parameter.putArray("enumOptions");
        List.of("daily", "true", "false").forEach(value -> options.addObject().put("value", value));
      } else {
        parameter.put(
            "paramType", kind.equals("NUMBER") && !regex.contains("%") ? "NUMBER" : "TEXT");
      }
      String standard = standard(flag, name);
      if (standard != null) {
        parameter.put("defaultValue", standard);
      }
    }
    return parameter.put("groupName", group.title());
  }

  private static String standard(Method flag, String name) {
    if (name.equals("slicePipelines")) {
      SyncOptions dataflow = CommandLine.parse(List.of("--runner=DataflowRunner"));
      return dataflow.getSlicePipelines();
    }
    Default.String standard = flag.getAnnotation(Default.String.class);
    return standard == null || WITHOUT_DEFAULT.contains(name) ? null : standard.value();
  }

  private static ObjectNode beams(String name, String label, String text, String regex) {
    ObjectNode parameter = parameter(name, label, text, true);
    parameter.putArray("regexes").add(regex);
    return parameter.put("paramType", "TEXT").put("groupName", "Beam's own");
  }

  private static ObjectNode parameter(String name, String label, String text, boolean optional) {
    ObjectNode parameter = JSON.createObjectNode();
    return parameter
        .put("name", name)
        .put("label", label)
        .put("helpText", text)
        .put("isOptional", optional);
  }

  private static String label(String name) {
    List<String> words =
        Splitter.on('_').splitToList(CaseFormat.LOWER_CAMEL.to(CaseFormat.LOWER_UNDERSCORE, name));
    String label = String.join(" ", words);
    return Character.toUpperCase(label.charAt(0)) + label.substring(1);
  }
}
