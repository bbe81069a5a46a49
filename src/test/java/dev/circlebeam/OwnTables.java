package dev.circlebeam;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Declarations as users write them. */
final class OwnTables {
  /** Where the examples stand that users begin with. */
  static final Path DOCUMENT = Path.of("docs/catalog.md");

  /** The jobs with fewer columns: read from where {@code jobs} is read. */
  static final String LEAN_JOBS =
      """
      {"type": "record", "name": "lean_jobs", "doc": "Jobs, without most of it.",
       "path": "workflow/{id}/job", "parent": "workflows", "paginated": true, "group": "lean",
       "primaryKey": ["workflow_id", "id"], "partitionBy": "workflow_created_at",
       "refresh": "incremental",
       "unfinishedWhen": {"field": "status", "notIn": ["success", "failed", "canceled", "not_run"],
        "unlessSet": "stopped_at"},
       "fields": [
        {"name": "id", "type": "string", "doc": "Id."},
        {"name": "workflow_id", "type": "string", "fromParent": "id", "doc": "Workflow."},
        {"name": "workflow_created_at", "fromParent": "created_at", "doc": "Its time.",
         "type": {"type": "long", "logicalType": "timestamp-micros"}},
        {"name": "status", "type": ["null", "string"], "doc": "Status."},
        {"name": "stopped_at", "doc": "End.",
         "type": ["null", {"type": "long", "logicalType": "timestamp-micros"}]}]}
      """;

  private static final Pattern EXAMPLE = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);
  private static final Pattern NAME = Pattern.compile("\"name\": \"(\\w+)\"");

  private OwnTables() {}

  /** Writes declarations into a folder, each into the file that it must be in. */
  static Path write(Path folder, List<String> declarations) throws IOException {
    Files.createDirectories(folder);
    for (String declaration : declarations) {
      Matcher name = NAME.matcher(declaration);
      if (!name.find()) {
        throw new IllegalArgumentException(declaration);
      }
      Files.writeString(folder.resolve(name.group(1) + ".avsc"), declaration);
    }
    return folder;
  }

  /** The declarations that the documentation shows. */
  static List<String> documented() throws IOException {
    List<String> examples = new ArrayList<>();
    Matcher matcher = EXAMPLE.matcher(Files.readString(DOCUMENT));
    while (matcher.find()) {
      examples.add(matcher.group(1));
    }
    return examples;
  }
}
