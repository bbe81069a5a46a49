package dev.circlebeam.sink.parquet;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.record.ScopeRead;
import dev.circlebeam.record.TableRecord;
import dev.circlebeam.record.TableRecordCoder;
import dev.circlebeam.report.Attendant;
import dev.circlebeam.report.ExitCode;
import dev.circlebeam.report.MergeFigures;
import dev.circlebeam.report.RequestError;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.sink.TableSink;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Records in, tables out, read by DuckDB as an analyst would. */
public class ParquetSinkTest {
  private static final Catalog CATALOG = Things.catalog();
  private static final Map<String, Set<String>> NONE = Map.of();

  /** Filled by the Beam pipeline, which runs in this process. */
  private static final Map<String, MergeFigures> SAID =
      Collections.synchronizedMap(new TreeMap<>());

  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  private Path output;

  @Before
  public void name() {
    output = folder.getRoot().toPath();
  }

  @Test
  public void givenPages_thenOneFileADayAndColumnsOfTheRightTypes() throws Exception {
    Map<String, MergeFigures> figures =
        run(
            CATALOG,
            NONE,
            List.of(
                List.of(thing("a", 4, "a"), thing("b", 5, "b"), thing("c", 4, "c")),
                List.of(thing("d", 5, "d")),
                List.of(Things.key(CATALOG, "p1", "k", "key"))));
    assertEquals(
        Set.of(
            "keys/_table.json",
            "keys/part-00000.parquet",
            "things/_table.json",
            "things/dt=2026-05-04/part-00000.parquet",
            "things/dt=2026-05-05/part-00000.parquet"),
        Things.contents(output).keySet());
    assertEquals(4, figures.get("things").rows());
    assertEquals(2, figures.get("things").files());
    assertThat(figures.get("things").bytes(), greaterThan(0L));
    assertEquals(1, figures.get("keys").rows());
    Map<String, String> types = Duck.types(Duck.table(output, "things"));
    Map<String, String> expected = new TreeMap<>();
    expected.put("id", "VARCHAR");
    expected.put("kind", "VARCHAR");
    expected.put("project_id", "VARCHAR");
    expected.put("created_at", "TIMESTAMP WITH TIME ZONE");
    expected.put("text", "VARCHAR");
    expected.put("number", "BIGINT");
    expected.put("texts", "VARCHAR[]");
    expected.put("struct", "STRUCT(n DOUBLE)");
    expected.put("_extra", "VARCHAR");
    expected.put("_synced_at", "TIMESTAMP WITH TIME ZONE");
    expected.put("dt", "DATE");
    assertEquals(expected, new TreeMap<>(types));
    assertEquals(
        List.of(
            "2026-05-04|a|2026-05-04T23:30:00.000001Z|b|0.5|e",
            "2026-05-04|c|2026-05-04T23:30:00.000001Z|b|0.5|e",
            "2026-05-05|b|2026-05-05T23:30:00.000001Z|b|0.5|e",
            "2026-05-05|d|2026-05-05T23:30:00.000001Z|b|0.5|e"),
        Duck.rows(
            "select dt, text, created_at, texts[2], struct.n, _extra->>'extra_column' from "
                + Duck.table(output, "things")
                + " order by dt, id"));
  }

  @Test
  public void givenBuiltInTables_thenDuckDbReadsThem() throws Exception {
    Catalog builtIn = Catalog.builtIn();
    String pipeline =
        "{\"id\": \"1\", \"number\": 4, \"created_at\": \"2026-05-04T09:12:31.207Z\","
            + " \"errors\": [{\"type\": \"config\", \"message\": \"m\"}], \"trigger\":"
            + " {\"received_at\": \"1970-01-01T00:00:00.000Z\", \"actor\": {\"login\": \"\"}},"
            + " \"vcs\": {\"branch\": \"main\", \"commit\": {\"subject\": \"s\"}}}";
    run(
        builtIn,
        NONE,
        List.of(List.of(Things.record(builtIn, "pipelines", pipeline, "project-1", 1))));
    Map<String, String> types = Duck.types(Duck.table(output, "pipelines"));
    assertEquals("STRUCT(\"type\" VARCHAR, message VARCHAR)[]", types.get("errors"));
    assertThat(types.get("trigger"), containsString("received_at TIMESTAMP WITH TIME ZONE"));
    assertThat(types.get("vcs"), startsWith("STRUCT(provider_name VARCHAR"));
    assertEquals(
        List.of("1|gh/acme/project-1|config|1970-01-01T00:00Z||main|s|null"),
        Duck.rows(
            "select id, project_slug, errors[1].type, trigger.received_at, trigger.actor.login,"
                + " vcs.branch, vcs.commit.subject, warnings from "
                + Duck.table(output, "pipelines")));
  }

  @Test
  public void givenSameInputTwice_thenSameBytes() throws Exception {
    List<List<TableRecord>> pages =
        List.of(
            List.of(thing("a", 4, "a"), thing("b", 5, "b")),
            List.of(thing("c", 4, "c")),
            List.of(Things.key(CATALOG, "p1", "k", "key")));
    ScopeRead[] scopes = {new ScopeRead("keys", "p1")};
    run(CATALOG, NONE, pages, scopes);
    Map<String, List<Byte>> once = Things.contents(output);
    assertEquals(5, once.size());
    List<List<TableRecord>> reversed = new ArrayList<>(pages);
    Collections.reverse(reversed);
    run(CATALOG, NONE, reversed, scopes);
    assertEquals(once, Things.contents(output));
  }

  @Test
  public void givenLaterRun_thenMergedByKey() throws Exception {
    run(CATALOG, NONE, List.of(List.of(thing("a", 4, "old"), thing("b", 4, "old"))));
    run(
        CATALOG,
        NONE,
        List.of(
            List.of(Things.thing(CATALOG, "b", 4, "newest", 9), thing("c", 4, "new")),
            List.of(Things.thing(CATALOG, "b", 4, "newer", 8))));
    assertEquals(
        List.of("a|old", "b|newest", "c|new"),
        Duck.rows("select id, text from " + Duck.table(output, "things") + " order by id"));
  }

  @Test
  public void givenBuckets_thenSeveralFilesAndStillOneRowEachKey() throws Exception {
    Catalog catalog = Things.catalog("\"buckets\": 1", "\"buckets\": 3");
    for (String text : List.of("old", "new")) {
      List<TableRecord> page = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        page.add(Things.thing(catalog, "id-" + i, 4, text, 1));
      }
      run(catalog, NONE, List.of(page));
    }
    String table = Duck.table(output, "things");
    assertEquals(
        List.of("40|40|new|new"),
        Duck.rows("select count(*), count(distinct id), min(text), max(text) from " + table));
    for (int bucket = 0; bucket < 3; bucket++) {
      assertTrue(
          Files.exists(output.resolve("things/dt=2026-05-04/part-0000" + bucket + ".parquet")));
    }
  }

  @Test
  public void givenScopes_thenRowsThatAreNoMoreGoAndOthersStay() throws Exception {
    run(
        CATALOG,
        NONE,
        List.of(
            List.of(Things.key(CATALOG, "p1", "a", "old"), Things.key(CATALOG, "p1", "b", "old")),
            List.of(Things.key(CATALOG, "p2", "c", "old")),
            List.of(Things.key(CATALOG, "p3", "d", "old"))));
    run(
        CATALOG,
        NONE,
        List.of(
            List.of(Things.key(CATALOG, "p1", "a", "new")),
            List.of(Things.key(CATALOG, "p3", "e", "half a list"))),
        new ScopeRead("keys", "p1"),
        new ScopeRead("keys", "p2"));
    assertEquals(
        List.of("p1|a|new", "p3|d|old", "p3|e|half a list"),
        Duck.rows(
            "select project_id, id, text from " + Duck.table(output, "keys") + " order by id"));
  }

  @Test
  public void givenScopeOfATableThatIsNotThere_thenNothingBreaks() throws Exception {
    run(CATALOG, NONE, List.of(), new ScopeRead("keys", "p1"));
    assertEquals(
        0,
        Things.contents(output.resolve("keys")).keySet().stream()
            .filter(name -> name.endsWith(".parquet"))
            .count());
  }

  @Test
  public void givenEmptyPage_thenNothingBreaks() throws Exception {
    run(CATALOG, NONE, List.of(List.of(), List.of(thing("a", 4, "a"))));
    assertEquals(List.of("1"), Duck.rows("select count(*) from " + Duck.table(output, "things")));
  }

  @Test
  public void givenExcludedColumns_thenNowhereInTheOutput() throws Exception {
    Map<String, Set<String>> excluded = Map.of("things", Set.of("text", "_extra"));
    run(CATALOG, excluded, List.of(List.of(thing("a", 4, "secret"))));
    Set<String> columns = Duck.types(Duck.table(output, "things")).keySet();
    assertEquals(
        Set.of(
            "id",
            "kind",
            "project_id",
            "created_at",
            "number",
            "texts",
            "struct",
            "_synced_at",
            "dt"),
        columns);
    run(CATALOG, NONE, List.of(List.of(thing("b", 5, "shown"))));
    run(CATALOG, excluded, List.of(List.of(thing("c", 5, "secret"))));
    assertEquals(
        List.of("a|null", "b|shown", "c|null"),
        Duck.rows("select id, text from " + Duck.table(output, "things") + " order by id"));
  }

  @Test
  public void givenErrors_thenOneFileARunAndDay() throws Exception {
    RequestError first =
        new RequestError(
            Instant.parse("2026-05-04T23:59:59.5Z"),
            "jobs",
            "{\"workflow_id\":\"w\"}",
            "workflow/w/job",
            500,
            "server_error",
            "said 500",
            6,
            "<html>",
            true);
    RequestError second =
        new RequestError(
            Instant.parse("2026-05-05T00:00:01Z"),
            "jobs",
            "{}",
            "workflow/x/job",
            0,
            "timeout",
            "no answer",
            6,
            null,
            true);
    for (String runId : List.of("run-1", "run-1", "run-2")) {
      Map<String, MergeFigures> figures = run(runId, CATALOG, NONE, List.of(), first, second);
      assertEquals(2, figures.get("_errors").rows());
    }
    assertEquals(
        Set.of(
            "_errors/dt=2026-05-04/run-1.parquet",
            "_errors/dt=2026-05-04/run-2.parquet",
            "_errors/dt=2026-05-05/run-1.parquet",
            "_errors/dt=2026-05-05/run-2.parquet"),
        Things.contents(output).keySet());
    assertEquals(
        List.of(
            "2026-05-04|run-1|2026-05-04T23:59:59.500Z|jobs|w|workflow/w/job|500|server_error"
                + "|said 500|6|<html>",
            "2026-05-05|run-1|2026-05-05T00:00:01Z|jobs|null|workflow/x/job|null|timeout"
                + "|no answer|6|null"),
        Duck.rows(
            "select dt, run_id, \"at\", \"table\", parent_ids->>'workflow_id', url, status, kind,"
                + " message, attempts, body from "
                + Duck.table(output, "_errors")
                + " where run_id = 'run-1' order by \"at\""));
  }

  @Test
  public void givenOutputOfAWiderCatalogue_thenRefusedAndNothingReplaced() throws Exception {
    Catalog wider =
        Things.withColumn("{\"name\": \"size\", \"type\": [\"null\", \"long\"], \"doc\": \"S.\"}");
    run(wider, NONE, List.of(List.of(Things.thing(wider, "a", 4, "old", 1))));
    Map<String, List<Byte>> before = Things.contents(output);
    assertEquals(2, before.size());
    RunFailure early =
        assertThrows(
            RunFailure.class,
            () ->
                new ParquetSink(Things.guard(output, "run"), CATALOG, NONE, 0, Attendant.NONE)
                    .check(Set.of("things")));
    assertThat(early.getMessage(), containsString("size"));
    Exception thrown =
        assertThrows(
            Exception.class,
            () -> run(CATALOG, NONE, List.of(List.of(thing("a", 4, "new"), thing("b", 5, "new")))));
    RunFailure failure = RunFailure.in(thrown);
    assertNotNull(failure);
    assertThat(failure.getMessage(), containsString("size"));
    assertEquals(before, Things.contents(output));
  }

  @Test
  public void givenFileInATablesPlace_thenTheRunFailsNamingTheOutput() throws Exception {
    Files.createDirectories(output.resolve("things"));
    Files.createFile(output.resolve("things/dt=2026-05-04"));
    Exception thrown =
        assertThrows(
            Exception.class, () -> run(CATALOG, NONE, List.of(List.of(thing("a", 4, "a")))));
    RunFailure failure = RunFailure.in(thrown);
    assertNotNull(failure);
    assertEquals(ExitCode.FAILED, failure.exitCode());
    assertThat(failure.getMessage(), containsString("--output=" + output));
  }

  private static TableRecord thing(String id, int day, String text) {
    return Things.thing(CATALOG, id, day, text, 1);
  }

  private Map<String, MergeFigures> run(
      Catalog catalog,
      Map<String, Set<String>> excluded,
      List<List<TableRecord>> pages,
      ScopeRead... scopes) {
    return run("run-1", catalog, excluded, pages, List.of(scopes), List.of());
  }

  private Map<String, MergeFigures> run(
      String runId,
      Catalog catalog,
      Map<String, Set<String>> excluded,
      List<List<TableRecord>> pages,
      RequestError... errors) {
    return run(runId, catalog, excluded, pages, List.of(), List.of(errors));
  }

  /** Runs the sink and returns what it says of each table. */
  private Map<String, MergeFigures> run(
      String runId,
      Catalog catalog,
      Map<String, Set<String>> excluded,
      List<List<TableRecord>> pages,
      List<ScopeRead> scopes,
      List<RequestError> errors) {
    TestPipeline pipeline = TestPipeline.create().enableAbandonedNodeEnforcement(false);
    PCollection<List<TableRecord>> rows =
        pipeline.apply(
            "Pages", Create.of(pages).withCoder(ListCoder.of(TableRecordCoder.of(catalog))));
    PCollection<ScopeRead> read =
        pipeline.apply(
            "Scopes", Create.of(scopes).withCoder(SerializableCoder.of(ScopeRead.class)));
    PCollection<RequestError> failed =
        pipeline.apply(
            "Errors", Create.of(errors).withCoder(SerializableCoder.of(RequestError.class)));
    PCollection<MergeFigures> written =
        PCollectionTuple.of(TableSink.PAGES, rows)
            .and(TableSink.SCOPES, read)
            .and(TableSink.ERRORS, failed)
            .apply(
                "Merge",
                new ParquetSink(Things.guard(output, runId), catalog, excluded, 0, Attendant.NONE));
    PAssert.that(written)
        .satisfies(
            figures -> {
              SAID.clear();
              figures.forEach(each -> SAID.merge(each.table(), each, MergeFigures::plus));
              return null;
            });
    pipeline.run().waitUntilFinish();
    return Map.copyOf(SAID);
  }
}
