package dev.circlebeam.sink.bigquery;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.record.Page;
import dev.circlebeam.record.PageReader;
import dev.circlebeam.record.TableRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;

/** Two small tables, one of each kind, and rows of them. */
final class Gadgets {
  private static final String GADGETS =
      """
      {"type": "record", "name": "gadgets", "doc": "Gadgets, \\"all\\" of them.",
       "path": "project/{project_slug}/g", "parent": "project", "paginated": true,
       "primaryKey": ["kind", "id"], "partitionBy": "created_at", "clusterBy": ["kind"],
       "refresh": "incremental",
       "fields": [
        {"name": "id", "type": "string", "doc": "Id."},
        {"name": "kind", "type": "string", "doc": "Kind: a `b`, it's \\\\c."},
        {"name": "project_id", "type": "string", "fromParent": "project_id", "doc": "Id."},
        {"name": "created_at", "type": {"type": "long", "logicalType": "timestamp-micros"},
         "doc": "Time."},
        {"name": "text", "type": ["null", "string"], "default": null, "doc": "Text."},
        {"name": "number", "type": ["null", "long"], "default": null, "doc": "Number."},
        {"name": "share", "type": ["null", "double"], "default": null, "doc": "Share."},
        {"name": "yes", "type": ["null", "boolean"], "default": null, "doc": "Yes."},
        {"name": "free", "type": ["null", {"type": "string", "sqlType": "JSON"}],
         "default": null, "doc": "Free."},
        {"name": "texts", "doc": "Texts.", "default": null,
         "type": ["null", {"type": "array", "items": "string"}]},
        {"name": "struct", "doc": "Struct.", "default": null, "type": ["null",
         {"type": "record", "name": "gadgets_struct", "fields": [
          {"name": "n", "type": ["null", "double"], "default": null, "doc": "Number."}]}]}]}
      """;
  private static final String KEYS =
      """
      {"type": "record", "name": "keys", "doc": "Keys.", "path": "project/{project_slug}/k",
       "parent": "project", "paginated": true, "primaryKey": "id", "refresh": "full",
       "scope": "project_id", "fields": [
        {"name": "id", "type": "string", "doc": "Id."},
        {"name": "project_id", "type": "string", "fromParent": "project_id", "doc": "Id."},
        {"name": "text", "type": ["null", "string"], "default": null, "doc": "Text."}]}
      """;

  private Gadgets() {}

  /** The catalogue. */
  static Catalog catalog() {
    return Catalog.of(Map.of("gadgets.avsc", GADGETS, "keys.avsc", KEYS));
  }

  /** The catalogue with something of {@code gadgets} declared in another way. */
  static Catalog catalog(String declared, String other) {
    String gadgets = GADGETS.replace(declared, other);
    if (gadgets.equals(GADGETS)) {
      throw new AssertionError(declared);
    }
    return Catalog.of(Map.of("gadgets.avsc", gadgets, "keys.avsc", KEYS));
  }

  /** The catalogue with further columns of {@code gadgets}. */
  static Catalog withColumns(String fields) {
    return catalog("{\"name\": \"texts\"", fields + ", {\"name\": \"texts\"");
  }

  /** A gadget of a day in May 2026. */
  static TableRecord gadget(Catalog catalog, String id, int day, String text, long arrived) {
    String item =
        String.format(
            "{\"id\": \"%s\", \"kind\": \"k\", \"created_at\": \"2026-05-%02dT23:30:00.000001Z\","
                + " \"text\": \"%s\", \"number\": 7, \"share\": 0.25, \"yes\": true,"
                + " \"free\": {\"a\": [1, null]}, \"more\": \"m\", \"texts\": [\"a\", \"b\"],"
                + " \"struct\": {\"n\": 0.5}}",
            id, day, text);
    return record(catalog, "gadgets", item, "project-1", arrived);
  }

  /** A key of a project. */
  static TableRecord key(Catalog catalog, String project, String id, String text) {
    String item = String.format("{\"id\": \"%s\", \"text\": \"%s\"}", id, text);
    return record(catalog, "keys", item, project, 1);
  }

  private static TableRecord record(
      Catalog catalog, String table, String item, String project, long arrived) {
    try {
      Page page =
          new PageReader(catalog.table(table), Set.of(), 1_777_885_951_000_000L)
              .read(
                  item.getBytes(StandardCharsets.UTF_8),
                  false,
                  Map.of("project_id", project, "project_slug", "gh/acme/" + project));
      return new TableRecord(table, page.rows().get(0), arrived);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
