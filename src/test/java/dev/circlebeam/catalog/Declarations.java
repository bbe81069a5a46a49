package dev.circlebeam.catalog;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Declarations of a table that is read beside the built-in ones. */
final class Declarations {
  /** A good declaration; each case spoils a part of it. */
  static final String GOOD =
      """
      {"type": "record", "name": "things", "doc": "Things.",
       "path": "project/{project_slug}/thing", "parent": "pipelines", "paginated": true,
       "primaryKey": ["id"], "partitionBy": "at", "refresh": "incremental",
       "fields": [
        {"name": "id", "type": "string", "doc": "Id."},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"}, "doc": "Time."},
        {"name": "status", "type": ["null", "string"], "default": null, "doc": "Status."}]}
      """;

  static final String FULL =
      """
      {"type": "record", "name": "things", "doc": "Things.",
       "path": "project/{project_slug}/thing", "parent": "project", "paginated": true,
       "primaryKey": ["id"], "refresh": "full", "scope": "project_id",
       "fields": [
        {"name": "id", "type": "string", "doc": "Id."},
        {"name": "project_id", "type": "string", "fromParent": "project_id", "doc": "Id."}]}
      """;

  private Declarations() {}

  /** A case: what is wrong, the file, what is in it, and what the refusal says. */
  static Object[] bad(String what, String json, String... message) {
    return new Object[] {what, "things.avsc", json, List.of(message)};
  }

  /** Another value for a property that the good declaration has. */
  static String spoiled(String property, String value) {
    return GOOD.replaceFirst(
        "\"" + property + "\": (\"[^\"]*\"|\\[[^]]*]|true)", "\"" + property + "\": " + value);
  }

  /** Checks that a declaration is refused in one line, with its file and all of the words. */
  static void assertRefused(String file, String json, List<String> messages) {
    CatalogException refusal = assertThrows(CatalogException.class, () -> catalog(file, json));
    assertThat(refusal.getMessage(), startsWith(file + ": "));
    assertEquals("one line", 1, refusal.getMessage().lines().count());
    for (String message : messages) {
      assertThat(refusal.getMessage(), containsString(message));
    }
  }

  /** The built-in tables and one more. */
  static Catalog catalog(String file, String json) {
    Map<String, String> declarations = new TreeMap<>(BuiltInTables.read());
    declarations.put(file, json);
    return Catalog.of(declarations);
  }
}
