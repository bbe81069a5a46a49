package dev.circlebeam.catalog;

import static org.junit.Assert.assertNotNull;

import java.util.ArrayList;
import java.util.List;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameters;

/** The same of what a declaration says about how rows are asked for, and where they are. */
@RunWith(Parameterized.class)
public class BadReadingTest {
  /** A good declaration; each case spoils a part of it. */
  private static final String BELOW_JOBS =
      """
      {"type": "record", "name": "things", "doc": "Things.", "api": "v1.1", "optIn": true,
       "path": "project/{project_slug}/{job_number}", "parent": "jobs", "paginated": true,
       "rows": "steps[].actions", "sensitive": true, "dropped": ["output_url"],
       "when": {"final": true, "set": ["job_number"], "field": "status", "notIn": ["not_run"]},
       "primaryKey": ["job_number", "place"], "partitionBy": "at", "refresh": "incremental",
       "fields": [
        {"name": "job_number", "type": "long", "fromParent": "job_number", "doc": "Number."},
        {"name": "place", "type": "long", "ordinal": true, "doc": "Place."},
        {"name": "url", "type": ["null", "string"], "mask": "url", "doc": "Address."},
        {"name": "branch", "type": ["null", "string"], "firstOf": ["url"], "doc": "Branch."},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"},
         "fromParent": "pipeline_created_at", "doc": "Time."}]}
      """;

  /** A part of that declaration, spoiled. */
  private static Object[] below(String what, String part, String by, String... message) {
    if (!BELOW_JOBS.contains(part)) {
      throw new IllegalArgumentException(part);
    }
    return Declarations.bad(what, BELOW_JOBS.replace(part, by), message);
  }

  @Parameters(name = "{0}")
  public static List<Object[]> cases() {
    List<Object[]> cases = new ArrayList<>();
    cases.add(
        below(
            "a POST to somewhere else",
            "\"optIn\": true",
            "\"optIn\": true, \"export\": true",
            "only organizations/{organization_id}/usage_export_job is an export"));
    String elsewhere = "\"optIn\": true, \"elsewhere\": {\"slug\": \"circleci/\", %s}";
    cases.add(
        below(
            "elsewhere without a path",
            "\"optIn\": true",
            String.format(elsewhere, "\"api\": \"v3\""),
            "elsewhere has no slug, api or path"));
    cases.add(
        below(
            "elsewhere on another server",
            "\"optIn\": true",
            String.format(elsewhere, "\"api\": \"v3\", \"path\": \"https://example.com/{id}\""),
            "is not relative"));
    cases.add(
        below(
            "elsewhere in another version",
            "\"optIn\": true",
            String.format(elsewhere, "\"api\": \"v3/..\", \"path\": \"jobs/{id}\""),
            "elsewhere.api is 'v3/..'"));
    cases.add(below("api", "v1.1", "v3", "api is 'v3'"));
    cases.add(below("paging", "\"paginated\": true", "\"paginated\": \"all\"", "'all'", "offset"));
    cases.add(below("items", "steps[].actions", "steps.actions", "rows is 'steps.actions'"));
    cases.add(
        below("items of no list", "\"paginated\": true", "\"paginated\": false", "give paginated"));
    cases.add(
        below(
            "group of an opt-in",
            "\"optIn\": true",
            "\"optIn\": true, \"group\": \"g\"",
            "no group"));
    cases.add(below("dropped in the open", "\"sensitive\": true, ", "", "sensitive"));
    cases.add(below("dropped column", "[\"output_url\"]", "[\"url\"]", "'url' is dropped, and"));
    cases.add(below("mask", "\"mask\": \"url\"", "\"mask\": \"all\"", "'url' has a mask other"));
    cases.add(
        below(
            "ordinal",
            "\"type\": \"long\", \"ordinal\"",
            "\"type\": \"string\", \"ordinal\"",
            "'place' is ordinal"));
    cases.add(
        below(
            "first of nothing",
            "[\"url\"], \"doc\": \"Branch.\"",
            "[], \"doc\": \"B.\"",
            "'branch' is the firstOf"));
    cases.add(
        below(
            "condition",
            "\"final\": true",
            "\"finale\": true",
            "when is not {final, set, field, notIn}"));
    cases.add(below("half a condition", ", \"notIn\": [\"not_run\"]", "", "without notIn"));
    cases.add(
        below(
            "condition on nothing",
            "\"set\": [\"job_number\"]",
            "\"set\": [\"number\"]",
            "'job_number'"));
    cases.add(
        below(
            "full below pipelines",
            "\"partitionBy\": \"at\", \"refresh\": \"incremental\"",
            "\"refresh\": \"full\", \"scope\": \"job_number\"",
            "cannot be a full refresh"));
    cases.add(
        below(
            "each",
            "\"optIn\": true",
            "\"optIn\": true, \"each\": {\"name\": \"x\"}",
            "each has values or columns"));
    cases.add(
        below(
            "each of nothing",
            "\"optIn\": true",
            "\"optIn\": true, \"each\": {\"name\": \"x\", \"columns\": [\"y\"]}",
            "each names no column of jobs"));
    cases.add(
        below(
            "known rows",
            "\"optIn\": true",
            "\"optIn\": true, \"each\": {\"name\": \"x\", \"columns\": [\"name\"], \"knownFor\": \"P1D\"}",
            "one column as the key"));
    return cases;
  }

  private final String file;
  private final String json;
  private final List<String> messages;

  public BadReadingTest(String what, String file, String json, List<String> messages) {
    this.file = file;
    this.json = json;
    this.messages = messages;
  }

  @Test
  public void givenBadDeclaration_thenRefusedWithFileAndReason() {
    assertNotNull(Declarations.catalog("things.avsc", BELOW_JOBS).table("things"));
    Declarations.assertRefused(file, json, messages);
  }
}
