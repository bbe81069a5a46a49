package dev.circlebeam.catalog;

import static dev.circlebeam.catalog.Declarations.FULL;
import static dev.circlebeam.catalog.Declarations.GOOD;
import static dev.circlebeam.catalog.Declarations.bad;
import static dev.circlebeam.catalog.Declarations.spoiled;
import static org.junit.Assert.assertNotNull;

import java.util.ArrayList;
import java.util.List;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameters;

/** Everything that can be wrong with a declaration is said at start, with file and reason. */
@RunWith(Parameterized.class)
public class BadDeclarationTest {
  /** A further column, of a type. */
  private static String column(String type) {
    return GOOD.replace(
        "\"fields\": [",
        "\"fields\": [{\"name\": \"c\", \"doc\": \"C.\", \"type\": " + type + "},");
  }

  private static String with(String property) {
    return GOOD.replace("\"paginated\"", property + ", \"paginated\"");
  }

  @Parameters(name = "{0}")
  public static List<Object[]> cases() {
    List<Object[]> cases = new ArrayList<>();
    cases.add(bad("empty", "", "schema"));
    cases.add(bad("no JSON", "{\"type\":", "not an Avro schema"));
    cases.add(bad("no schema", "{\"type\": \"rekord\"}", "not a"));
    cases.add(bad("bad default", GOOD.replace("\"default\": null", "\"default\": 5"), "not a"));
    cases.add(bad("no record", "{\"type\": \"array\", \"items\": \"string\"}", "not a record"));
    cases.add(bad("name", GOOD.replace("\"things\"", "\"Things\""), "'Things'", "[a-z]"));
    cases.add(
        new Object[] {
          "file name", "other.avsc", GOOD, List.of("declares 'things'", "things.avsc")
        });
    cases.add(bad("no doc", GOOD.replace(" \"doc\": \"Things.\",", ""), "the table has no doc"));
    cases.add(bad("unknown property", with("\"pathh\": 1"), "unknown property 'pathh'"));
    cases.add(
        bad(
            "column name",
            GOOD.replace("\"status\"", "\"Status\""),
            "the column name 'Status' is not"));
    cases.add(
        bad("system column", GOOD.replace("\"status\"", "\"_extra\""), "the column name '_extra'"));
    cases.add(
        bad(
            "column without doc",
            GOOD.replace("\"doc\": \"Status.\"", "\"doc\": \" \""),
            "the column 'status' has no doc"));
    cases.add(
        bad(
            "unknown property of a column",
            GOOD.replace("\"doc\": \"Status.\"", "\"doc\": \"Status.\", \"fromparent\": \"x\""),
            "unknown property 'fromparent' of the column 'status'"));
    for (String type :
        List.of(
            "[\"string\", \"null\"]",
            "[\"null\", \"string\", \"long\"]",
            "[\"string\", \"long\"]",
            "[\"null\"]")) {
      cases.add(bad("union " + type, column(type), "'c'", "union other than"));
    }
    for (String type :
        List.of(
            "\"int\"",
            "\"float\"",
            "\"bytes\"",
            "\"null\"",
            "{\"type\": \"map\", \"values\": \"string\"}",
            "{\"type\": \"enum\", \"name\": \"e\", \"symbols\": [\"a\"]}",
            "{\"type\": \"fixed\", \"name\": \"f\", \"size\": 4}",
            "{\"type\": \"long\", \"logicalType\": \"timestamp-millis\"}",
            "{\"type\": \"string\", \"logicalType\": \"uuid\"}")) {
      cases.add(bad("type " + type, column(type), "the column 'c' has the type"));
    }
    cases.add(
        bad(
            "list of nulls",
            column("[\"null\", {\"type\": \"array\", \"items\": [\"null\", \"string\"]}]"),
            "the list 'c' holds nulls"));
    cases.add(
        bad(
            "nested type",
            column(nested("{\"name\": \"d\", \"type\": [\"null\", \"int\"], \"doc\": \"D.\"}")),
            "the column 'c.d' has the type"));
    cases.add(
        bad(
            "nested without doc",
            column(nested("{\"name\": \"d\", \"type\": [\"null\", \"long\"]}")),
            "'c.d'",
            "no doc"));
    cases.add(
        bad(
            "nested never null",
            column(nested("{\"name\": \"d\", \"type\": \"long\", \"doc\": \"D.\"}")),
            "'c.d'",
            "null"));
    cases.add(
        bad(
            "recursive",
            column(nested("{\"name\": \"d\", \"type\": [\"null\", \"n\"], \"doc\":" + " \"D.\"}")),
            "'c",
            "itself"));
    cases.add(bad("column that the API may leave out", column("\"string\""), "'c'", "null"));
    cases.add(
        bad("no path", GOOD.replace("\"path\": \"project/{project_slug}/thing\",", ""), "no path"));
    cases.add(bad("path that is no text", spoiled("path", "5"), "path is not a text"));
    cases.add(bad("absolute path", path("/project"), "'/project' is not relative"));
    cases.add(bad("address", path("https://evil.example/x"), "is not relative"));
    cases.add(bad("path that climbs", path("project/../../x"), "leaves /api/v2/"));
    cases.add(bad("path with a dot", path("project/./x"), "leaves /api/v2/"));
    cases.add(bad("open placeholder", path("project/{project_slug"), "open placeholder"));
    cases.add(bad("stray bracket", path("project/}x"), "open placeholder"));
    cases.add(bad("empty placeholder", path("project/{}"), "needs ''"));
    cases.add(bad("placeholder", path("project/{slug}"), "needs 'slug' of its parent pipelines"));
    cases.add(bad("row path", with("\"rowPath\": \"/thing/{id}\""), "is not relative"));
    cases.add(
        bad("row path's placeholder", with("\"rowPath\": \"thing/{idd}\""), "rowPath", "idd"));
    cases.add(
        bad(
            "inherited column",
            GOOD.replace("\"doc\": \"Status.\"", "\"doc\": \"S.\", \"fromParent\": \"nix\""),
            "needs 'nix' of its parent pipelines"));
    cases.add(
        bad("no primary key", GOOD.replace("\"primaryKey\": [\"id\"],", ""), "no primaryKey"));
    cases.add(bad("empty primary key", spoiled("primaryKey", "[]"), "no primaryKey"));
    cases.add(
        bad("key column", spoiled("primaryKey", "[\"idd\"]"), "primaryKey names no column: 'idd'"));
    cases.add(
        bad("key that may be null", spoiled("primaryKey", "[\"status\"]"), "'status' may be"));
    cases.add(bad("key no list", spoiled("primaryKey", "{}"), "neither a text nor a list"));
    cases.add(
        bad("no partition", GOOD.replace("\"partitionBy\": \"at\",", ""), "needs partitionBy"));
    cases.add(bad("partition column", spoiled("partitionBy", "\"att\""), "names no column: 'att'"));
    cases.add(
        bad("partition by text", spoiled("partitionBy", "\"id\""), "'id' must be a timestamp"));
    cases.add(
        bad(
            "partition that may be null",
            GOOD.replace(
                "\"type\": {\"type\": \"long\", \"logicalType\": \"timestamp-micros\"}",
                "\"type\": [\"null\", {\"type\": \"long\", \"logicalType\":"
                    + " \"timestamp-micros\"}]"),
            "'at' must be a timestamp-micros that is never null"));
    cases.add(bad("cluster", with("\"clusterBy\": [\"x\"]"), "clusterBy names no column: 'x'"));
    cases.add(bad("no refresh", GOOD.replace(", \"refresh\": \"incremental\"", ""), "refresh is"));
    cases.add(bad("refresh", spoiled("refresh", "\"Full\""), "refresh is 'Full'"));
    cases.add(bad("scope of incremental", with("\"scope\": \"id\""), "only full-refresh tables"));
    cases.add(bad("no scope", FULL.replace(", \"scope\": \"project_id\"", ""), "needs a scope"));
    cases.add(
        bad(
            "scope column",
            FULL.replace("\"scope\": \"project_id\"", "\"scope\": \"x\""),
            "scope names no column: 'x'"));
    cases.add(
        bad(
            "partitions of full",
            FULL.replace("\"scope\"", "\"partitionBy\": \"id\", \"scope\""),
            "one file, not partitions"));
    cases.add(
        bad("buckets of full", FULL.replace("\"scope\"", "\"buckets\": 2, \"scope\""), "one file"));
    for (String unfinished :
        List.of(
            "5",
            "{\"field\": \"status\"}",
            "{\"notIn\": [\"a\"]}",
            "{\"field\": \"status\", \"notIn\": \"a\"}",
            "{\"field\": \"status\", \"notIn\": [\"a\"], \"unlessSet\": 5}",
            "{\"field\": \"status\", \"notIn\": [\"a\"], \"unless\": \"at\"}")) {
      cases.add(
          bad(
              "unfinished " + unfinished,
              with("\"unfinishedWhen\": " + unfinished),
              "unfinishedWhen is not {field, notIn, unlessSet}"));
    }
    for (String unfinished :
        List.of(
            "{\"field\": \"x\", \"notIn\": [\"a\"]}",
            "{\"field\": \"status\", \"notIn\": [\"a\"], \"unlessSet\": \"x\"}")) {
      cases.add(
          bad(
              "unfinished " + unfinished,
              with("\"unfinishedWhen\": " + unfinished),
              "names a column that is not there"));
    }
    for (String buckets : List.of("0", "-1", "1.5", "\"2\"")) {
      cases.add(bad("buckets " + buckets, with("\"buckets\": " + buckets), "buckets is not"));
    }
    cases.add(bad("flag", spoiled("paginated", "\"yes\""), "paginated is 'yes'"));
    cases.add(bad("flag 2", with("\"sensitive\": 1"), "sensitive is neither true nor false"));
    cases.add(bad("no parent", GOOD.replace("\"parent\": \"pipelines\",", ""), "no parent"));
    cases.add(bad("empty parent", spoiled("parent", "[]"), "no parent"));
    cases.add(bad("unknown parent", spoiled("parent", "\"pipelinez\""), "'pipelinez' is no table"));
    cases.add(bad("own parent", spoiled("parent", "\"things\""), "is its own ancestor"));
    cases.add(
        bad(
            "inherited type",
            spoiled("parent", "\"pipelines\"")
                .replace("{project_slug}", "{id}")
                .replace("\"doc\": \"Status.\"", "\"doc\": \"S.\", \"fromParent\": \"created_at\""),
            "'status'",
            "created_at"));
    cases.add(
        bad(
            "parents of two kinds",
            spoiled("parent", "[\"pipelines\", \"organization\"]").replace("{project_slug}", "x"),
            "below pipelines and others"));
    cases.add(
        bad(
            "scope of another",
            FULL.replace("\"fromParent\": \"project_id\"", "\"fromParent\": \"project_slug\""),
            "not the project's id"));
    cases.add(
        bad(
            "scope of the token",
            FULL.replace("\"parent\": \"project\"", "\"parent\": \"token\""),
            "another may see more"));
    cases.add(
        bad(
            "column default",
            GOOD.replace(
                "\"type\": \"string\", \"doc\": \"Id.\"",
                "\"type\": \"string\", \"default\": \"x\", \"doc\": \"Id.\""),
            "a default other than"));
    cases.add(
        bad(
            "inherits what may be null",
            GOOD.replace(
                "\"fields\": [",
                "\"fields\": [{\"name\": \"c\", \"doc\": \"C.\", \"type\": \"string\","
                    + " \"fromParent\": \"revision\"},"),
            "'c'",
            "revision"));
    return cases;
  }

  private static String nested(String field) {
    return "[\"null\", {\"type\": \"record\", \"name\": \"n\", \"fields\": [" + field + "]}]";
  }

  private static String path(String path) {
    return GOOD.replace("project/{project_slug}/thing", path);
  }

  private final String file;
  private final String json;
  private final List<String> messages;

  public BadDeclarationTest(String what, String file, String json, List<String> messages) {
    this.file = file;
    this.json = json;
    this.messages = messages;
  }

  @Test
  public void givenBadDeclaration_thenRefusedWithFileAndReason() {
    assertNotNull(Declarations.catalog("things.avsc", GOOD).table("things"));
    assertNotNull(Declarations.catalog("things.avsc", FULL).table("things"));
    Declarations.assertRefused(file, json, messages);
  }
}
