package dev.circlebeam.sink.parquet;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.record.Page;
import dev.circlebeam.record.PageReader;
import dev.circlebeam.record.TableRecord;
import dev.circlebeam.storage.LocalFolder;
import dev.circlebeam.storage.OutputGuard;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** Two small tables, one of each kind, and rows of them. */
final class Things {
  static final String THINGS = "things";
  static final String KEYS = "keys";

  private static final String THINGS_JSON =
      """
      {"type": "record", "name": "things", "doc": "Things.", "path": "project/{project_slug}/t",
       "parent": "project", "paginated": true, "primaryKey": ["kind", "id"],
       "partitionBy": "created_at", "refresh": "incremental", "buckets": 1,
       "fields": [
        {"name": "id", "type": "string", "doc": "Id."},
        {"name": "kind", "type": "string", "doc": "Kind."},
        {"name": "project_id", "type": "string", "fromParent": "project_id", "doc": "Id."},
        {"name": "created_at", "type": {"type": "long", "logicalType": "timestamp-micros"},
         "doc": "Time."},
        {"name": "text", "type": ["null", "string"], "default": null, "doc": "Text."},
        {"name": "number", "type": ["null", "long"], "default": null, "doc": "Number."},
        {"name": "texts", "doc": "Texts.", "default": null,
         "type": ["null", {"type": "array", "items": "string"}]},
        {"name": "struct", "doc": "Struct.", "default": null, "type": ["null",
         {"type": "record", "name": "things_struct", "fields": [
          {"name": "n", "type": ["null", "double"], "default": null, "doc": "Number."}]}]}]}
      """;
  private static final String KEYS_JSON =
      """
      {"type": "record", "name": "keys", "doc": "Keys.", "path": "project/{project_slug}/k",
       "parent": "project", "paginated": true, "primaryKey": "id", "refresh": "full",
       "scope": "project_id", "fields": [
        {"name": "id", "type": "string", "doc": "Id."},
        {"name": "project_id", "type": "string", "fromParent": "project_id", "doc": "Id."},
        {"name": "text", "type": ["null", "string"], "default": null, "doc": "Text."}]}
      """;

  private Things() {}

  /** The catalogue. */
  static Catalog catalog() {
    return catalog("", "");
  }

  /** The catalogue with something of {@code things} declared in another way. */
  static Catalog catalog(String declared, String other) {
    String things = THINGS_JSON.replace(declared, other);
    if (things.equals(THINGS_JSON) && !declared.equals(other)) {
      throw new AssertionError(declared);
    }
    return Catalog.of(Map.of("things.avsc", things, "keys.avsc", KEYS_JSON));
  }

  /** The catalogue with a further column of {@code things}. */
  static Catalog withColumn(String field) {
    return catalog("{\"name\": \"texts\"", field + ", {\"name\": \"texts\"");
  }

  /** A thing of a day in May 2026. */
  static TableRecord thing(Catalog catalog, String id, int day, String text, long arrived) {
    String item =
        String.format(
            "{\"id\": \"%s\", \"kind\": \"k\", \"created_at\": \"2026-05-%02dT23:30:00.000001Z\","
                + " \"text\": \"%s\", \"number\": 7, \"extra_column\": \"e\", \"texts\": [\"a\","
                + " \"b\"], \"struct\": {\"n\": 0.5}}",
            id, day, text);
    return record(catalog, THINGS, item, "project-1", arrived);
  }

  /** A key of a project. */
  static TableRecord key(Catalog catalog, String project, String id, String text) {
    String item = String.format("{\"id\": \"%s\", \"text\": \"%s\"}", id, text);
    return record(catalog, KEYS, item, project, 1);
  }

  /** Any row. */
  static TableRecord record(
      Catalog catalog, String table, String item, String project, long arrived) {
    try {
      Page page =
          new PageReader(catalog.table(table), Set.of(), 1_777_885_951_000_000L)
              .read(
                  item.getBytes(StandardCharsets.UTF_8),
                  false,
                  Map.of("project_id", project, "project_slug", "gh/acme/" + project));
      if (page.rows().size() != 1) {
        throw new AssertionError(page);
      }
      return new TableRecord(table, page.rows().get(0), arrived);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** An update of rows. */
  static FileUpdate update(TableRecord... rows) {
    return new FileUpdate(List.of(rows), null);
  }

  /** A run. */
  static OutputGuard guard(Path output, String runId) {
    return new OutputGuard(LocalFolder.of(output), runId, Instant.EPOCH);
  }

  /** Writes rows of one table into its files, as the sink does. */
  static void write(Path output, Catalog catalog, TableRecord... rows) throws IOException {
    Table table = catalog.table(rows[0].table());
    OutputGuard guard = guard(output, "run");
    Map<String, FileMerge> files = new TreeMap<>();
    for (TableRecord row : rows) {
      Function<String, FileMerge> merge =
          file ->
              new FileMerge(
                  file,
                  table,
                  () -> TableManifest.ensure(guard, table, table.schema()),
                  table.schema());
      files.computeIfAbsent(TableFiles.of(table, row.row()), merge).add(update(row));
    }
    for (FileMerge file : files.values()) {
      file.write(guard);
    }
  }

  /** Files below a folder with what is in them; less the guard's own. */
  static Map<String, List<Byte>> contents(Path folder) throws IOException {
    Map<String, List<Byte>> contents = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path :
          paths.filter(Files::isRegularFile).filter(f -> !f.endsWith("_writer")).toList()) {
        List<Byte> bytes = new ArrayList<>();
        for (byte b : Files.readAllBytes(path)) {
          bytes.add(b);
        }
        contents.put(folder.relativize(path).toString(), bytes);
      }
    }
    return contents;
  }

  /** A table. */
  static Table things(Catalog catalog) {
    return catalog.table(THINGS);
  }
}
