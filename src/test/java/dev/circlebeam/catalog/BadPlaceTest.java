package dev.circlebeam.catalog;

import static dev.circlebeam.catalog.Declarations.FULL;
import static dev.circlebeam.catalog.Declarations.GOOD;
import static dev.circlebeam.catalog.Declarations.bad;
import static dev.circlebeam.catalog.Declarations.spoiled;

import java.util.ArrayList;
import java.util.List;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameters;

/** What can be declared and not be read, or not be kept once a key, is said at start. */
@RunWith(Parameterized.class)
public class BadPlaceTest {
  private static String with(String property) {
    return GOOD.replace("\"paginated\"", property + ", \"paginated\"");
  }

  private static String full(String property) {
    return FULL.replace("\"paginated\"", property + ", \"paginated\"");
  }

  /** Below jobs, with the day and the key that are given. */
  private static String belowJobs(String key, String day) {
    return spoiled("parent", "\"jobs\"")
        .replace("[\"id\"]", key)
        .replace("\"doc\": \"Time.\"", "\"fromParent\": \"" + day + "\", \"doc\": \"Time.\"")
        .replace(
            "\"fields\": [",
            "\"fields\": [{\"name\": \"job_id\", \"type\": \"string\", \"fromParent\": \"id\","
                + " \"doc\": \"Job.\"},");
  }

  @Parameters(name = "{0}")
  public static List<Object[]> cases() {
    List<Object[]> cases = new ArrayList<>();
    cases.add(
        bad(
            "another list of pipelines",
            spoiled("parent", "\"project\""),
            "of which there is one"));
    cases.add(
        bad(
            "the projects' rows",
            FULL.replace("\"parent\": \"project\"", "\"parent\": \"projects\""),
            "give \"parent\": \"project\""));
    cases.add(
        bad(
            "parents of two kinds",
            FULL.replace("\"parent\": \"project\"", "\"parent\": [\"project\", \"organization\"]"),
            "parents of two kinds"));
    cases.add(
        bad(
            "full below incremental",
            FULL.replace("\"parent\": \"project\"", "\"parent\": \"insights_workflow_runs\""),
            "is a full refresh below insights_workflow_runs"));
    cases.add(
        bad(
            "full below the token",
            FULL.replace("\"parent\": \"project\"", "\"parent\": \"organizations\"")
                .replace("{project_slug}", "x")
                .replace("\"fromParent\": \"project_id\"", "\"fromParent\": \"name\"")
                .replace("\"type\": \"string\", \"from", "\"type\": \"string\", \"from"),
            "another may see more"));
    cases.add(
        bad(
            "below rows that are not found again",
            spoiled("parent", "\"users\"").replace("{project_slug}", "{id}"),
            "stands below users, which has no column pipeline_id"));
    cases.add(bad("row path", with("\"rowPath\": \"thing/{id}\""), "for the list of pipelines"));
    cases.add(
        bad(
            "day of another",
            belowJobs("[\"id\"]", "workflow_created_at"),
            "have their day from jobs.workflow_created_at",
            "pipeline_created_at"));
    cases.add(
        bad(
            "day of another job's",
            belowJobs("[\"job_id\", \"id\"]", "workflow_created_at"),
            "have their day from jobs.workflow_created_at"));
    cases.add(
        bad(
            "name of a folder",
            GOOD.replace("\"status\"", "\"dt\""),
            "the column 'dt' bears the name"));
    cases.add(
        bad(
            "scope that may be null",
            FULL.replace("{\"name\": \"project_id\", \"type\": \"string\"", NULLABLE_SCOPE),
            "the scope column 'project_id' may be null"));
    for (String place : List.of("nix", "status.nix", "r.nix", "r", "ats", "")) {
      cases.add(
          bad(
              "first of '" + place + "'",
              column(
                      "{\"type\": \"record\", \"name\": \"n\", \"fields\": [{\"name\": \"a\","
                          + " \"type\": [\"null\", \"long\"], \"doc\": \"A.\"}]}")
                  .replace("\"name\": \"c\"", "\"name\": \"r\"")
                  .replace(
                      "\"doc\": \"Status.\"",
                      "\"doc\": \"Status.\", \"firstOf\": [\"" + place + "\"]"),
              "'status' is the firstOf '" + place + "'"));
    }
    cases.add(
        bad(
            "key that is no text",
            GOOD.replace("\"id\", \"type\": \"string\"", "\"id\", \"type\": \"double\""),
            "primaryKey: the column 'id' is neither"));
    cases.add(
        bad(
            "clusters of lists",
            with("\"clusterBy\": [\"c\"]")
                .replace(
                    "\"fields\": [",
                    "\"fields\": [{\"name\": \"c\", \"doc\": \"C.\", \"type\": [\"null\","
                        + " {\"type\": \"array\", \"items\": \"string\"}]},"),
            "clusterBy: the column 'c' is neither"));
    cases.add(
        bad(
            "many clusters",
            with("\"clusterBy\": [\"id\", \"id\", \"id\", \"id\", \"id\"]"),
            "BigQuery takes 4"));
    cases.add(
        bad(
            "struct of the parent",
            column(
                    "{\"type\": \"record\", \"name\": \"n\", \"fields\": [{\"name\": \"a\","
                        + " \"type\": [\"null\", \"long\"], \"doc\": \"A.\"}]}")
                .replace("\"doc\": \"C.\"", "\"doc\": \"C.\", \"fromParent\": \"vcs\""),
            "'c' is a record or a list"));
    cases.add(bad("alias", with("\"aliases\": [\"stuff\"]"), "aliases"));
    cases.add(
        bad(
            "alias of a column",
            GOOD.replace("\"doc\": \"Id.\"", "\"doc\": \"Id.\", \"aliases\": [\"key\"]"),
            "'id' has aliases"));
    cases.add(bad("group of all", with("\"group\": \"all\""), "'all' means every table"));
    cases.add(bad("group of a table", with("\"group\": \"jobs\""), "'jobs' is a table's name"));
    cases.add(
        bad(
            "doc of two lines",
            GOOD.replace("\"Things.\"", "\"Things.\\nMore.\""),
            "the doc holds"));
    cases.add(
        bad("doc that a terminal obeys", GOOD.replace("\"Id.\"", "\"\\u001b[2J\""), "'id' holds"));
    cases.add(bad("text that a terminal obeys", with("\"group\": \"\\u001b[2J\""), "group holds"));
    cases.add(bad("no words", GOOD.replace("\"Things.\"", "\" \""), "the table has no doc"));
    cases.add(
        bad(
            "list of lists",
            column(
                "{\"type\": \"array\", \"items\": {\"type\": \"array\", \"items\": \"string\"}}"),
            "'c' holds lists"));
    cases.add(
        bad(
            "empty record",
            column("{\"type\": \"record\", \"name\": \"n\", \"fields\": []}"),
            "'c' has no fields"));
    cases.add(
        bad(
            "placeholder that may be null",
            GOOD.replace("{project_slug}", "{revision}"),
            "{revision}, which pipelines may lack",
            "\"when\": {\"set\": [\"revision\"]}"));
    cases.add(
        bad(
            "project without an organization",
            FULL.replace("{project_slug}", "{organization_id}"),
            "{organization_id}, which project may lack"));
    cases.add(
        bad("placeholder of a struct", GOOD.replace("{project_slug}", "{vcs}"), "{vcs}, which is"));
    cases.add(
        bad(
            "condition on what no row has",
            with("\"when\": {\"set\": [\"pipeline_created_at\"]}"),
            "when: pipelines has no column 'pipeline_created_at'"));
    cases.add(
        bad(
            "each that is not asked for",
            with("\"each\": {\"name\": \"x\", \"values\": [\"a\"]}"),
            "the path does not hold as {x}"));
    for (String value : List.of("", ".", "..", "a/../b", "/a")) {
      cases.add(
          bad(
              "each value '" + value + "'",
              GOOD.replace("thing\"", "{x}\"")
                  .replace(
                      "\"paginated\"",
                      "\"each\": {\"name\": \"x\", \"values\": [\""
                          + value
                          + "\"]}, \"paginated\""),
              "no part of a path"));
    }
    cases.add(
        bad(
            "each column of no row",
            full("\"each\": {\"name\": \"x\", \"columns\": [\"project_id\"]}")
                .replace("thing\"", "{x}\""),
            "each.columns is for rows of tables, not of project"));
    cases.add(
        bad(
            "each of itself",
            with("\"each\": {\"name\": \"x\", \"columns\": [\"x\"]}").replace("thing\"", "{x}\""),
            "each names no column of pipelines"));
    cases.add(
        bad(
            "each struct",
            with("\"each\": {\"name\": \"x\", \"columns\": [\"vcs\"]}").replace("thing\"", "{x}\""),
            "each names 'vcs'"));
    cases.add(
        bad(
            "known rows of a full refresh",
            FULL.replace("\"parent\": \"project\"", "\"parent\": \"insights_workflows\"")
                .replace(
                    "\"paginated\"",
                    "\"each\": {\"name\": \"x\", \"columns\": [\"name\"], \"knownFor\": \"P1D\"},"
                        + " \"paginated\"")
                .replace("thing\"", "{x}\""),
            "each.knownFor is for incremental tables"));
    return cases;
  }

  private static final String NULLABLE_SCOPE =
      "{\"name\": \"project_id\", \"type\": [\"null\", \"string\"]";

  /** A further column, of a type. */
  private static String column(String type) {
    return GOOD.replace(
        "\"fields\": [",
        "\"fields\": [{\"name\": \"c\", \"doc\": \"C.\", \"type\": [\"null\", " + type + "]},");
  }

  private final String file;
  private final String json;
  private final List<String> messages;

  public BadPlaceTest(String what, String file, String json, List<String> messages) {
    this.file = file;
    this.json = json;
    this.messages = messages;
  }

  @Test
  public void givenBadDeclaration_thenRefusedWithFileAndReason() {
    Declarations.assertRefused(file, json, messages);
  }
}
