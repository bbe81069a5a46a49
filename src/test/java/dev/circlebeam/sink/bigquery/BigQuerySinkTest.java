package dev.circlebeam.sink.bigquery;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.circlebeam.Emulators;
import dev.circlebeam.RecordingProxy;
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
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.generic.GenericRecord;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Rows in, tables of the emulator out. */
public class BigQuerySinkTest {
  private static final Catalog CATALOG = Gadgets.catalog();
  private static final Map<String, Set<String>> NONE = Map.of();
  private static final ObjectMapper JSON = new ObjectMapper();

  @ClassRule public static final TemporaryFolder FOLDER = new TemporaryFolder();
  private static Emulators emulators;
  private static int datasets;

  private String dataset;
  private int slice;

  @BeforeClass
  public static void start() throws Exception {
    emulators = Emulators.start(FOLDER.getRoot().toPath());
  }

  @AfterClass
  public static void stop() throws Exception {
    if (emulators != null) {
      emulators.close();
    }
  }

  @Before
  public void dataset() throws Exception {
    dataset = "d" + datasets++;
    emulators.createDataset(dataset);
  }

  @Test
  public void givenRowsOfAllTypes_thenTheyAreThereAsTheyWere() throws Exception {
    run(CATALOG, NONE, List.of(List.of(gadget("a", 4, "it's `odd`", 1))));
    assertEquals(
        "[{\"id\":\"a\",\"kind\":\"k\",\"project_id\":\"project-1\","
            + "\"created_at\":\"2026-05-04 23:30:00.000001+00\",\"text\":\"it's `odd`\","
            + "\"number\":7,\"share\":0.25,\"yes\":true,\"free\":{\"a\":[1,null]},"
            + "\"texts\":[\"a\",\"b\"],\"struct\":{\"n\":0.5},\"_extra\":{\"more\":\"m\"},"
            + "\"_synced_at\":\"2026-05-04 09:12:31+00\"}]",
        rows("TO_JSON_STRING(t)", "gadgets AS t", "1").toString());
  }

  @Test
  public void givenRowsTwice_thenTheLatestArrivalOfEachKeyIsThereOnce() throws Exception {
    run(CATALOG, NONE, List.of(List.of(gadget("a", 4, "old", 1), gadget("b", 4, "old", 1))));
    run(
        CATALOG,
        NONE,
        List.of(
            List.of(gadget("b", 4, "newest", 9), gadget("c", 5, "new", 2)),
            List.of(gadget("b", 4, "newer", 8))));
    assertEquals(List.of("a|old", "b|newest", "c|new"), rows("id, text", "gadgets", "id"));
    assertEquals(List.of("gadgets"), emulators.tables(dataset));
  }

  @Test
  public void givenScopes_thenRowsThatAreNoMoreGoAndOthersStay() throws Exception {
    run(
        CATALOG,
        NONE,
        List.of(
            List.of(Gadgets.key(CATALOG, "p1", "a", "old"), Gadgets.key(CATALOG, "p1", "b", "old")),
            List.of(Gadgets.key(CATALOG, "p2", "c", "old")),
            List.of(Gadgets.key(CATALOG, "p3", "d", "old"))));
    run(
        CATALOG,
        NONE,
        List.of(
            List.of(Gadgets.key(CATALOG, "p1", "a", "new")),
            List.of(Gadgets.key(CATALOG, "p3", "e", "half a list"))),
        new ScopeRead("keys", "p1"),
        new ScopeRead("keys", "p2"));
    assertEquals(
        List.of("p1|a|new", "p3|d|old", "p3|e|half a list"),
        rows("project_id, id, text", "keys", "project_id, id"));
    run(CATALOG, NONE, List.of(), new ScopeRead("keys", "p3"));
    assertEquals(List.of("p1|a|new"), rows("project_id, id, text", "keys", "project_id, id"));
  }

  @Test
  public void givenColumnsLeftOut_thenTheyAreNullInWhatIsWrittenAndStayElsewhere()
      throws Exception {
    run(CATALOG, NONE, List.of(List.of(gadget("a", 4, "text", 1), gadget("b", 4, "text", 1))));
    run(
        CATALOG,
        Map.of("gadgets", Set.of("text", "texts")),
        List.of(List.of(gadget("b", 4, "secret", 2), gadget("c", 4, "secret", 2))));
    assertEquals(
        List.of("a|text|2", "b|null|0", "c|null|0"),
        rows("id, text, COALESCE(ARRAY_LENGTH(texts), 0)", "gadgets", "id"));
  }

  @Test
  public void givenACatalogueThatGainedAColumn_thenTheTableGainsIt() throws Exception {
    run(CATALOG, NONE, List.of(List.of(gadget("a", 4, "old", 1))));
    Catalog wider =
        Gadgets.withColumns(
            "{\"name\": \"more\", \"type\": [\"null\", \"string\"], \"default\": null,"
                + " \"doc\": \"More.\"}");
    run(wider, NONE, List.of(List.of(Gadgets.gadget(wider, "b", 4, "new", 1))));
    assertEquals(List.of("a|null", "b|m"), rows("id, more", "gadgets", "id"));
  }

  @Test
  public void givenAColumnOfAnotherType_thenNothingIsMergedAndBothAreNamed() throws Exception {
    run(CATALOG, NONE, List.of(List.of(gadget("a", 4, "old", 1))));
    Catalog other =
        Gadgets.catalog(
            "{\"name\": \"number\", \"type\": [\"null\", \"long\"]",
            "{\"name\": \"number\", \"type\": [\"null\", \"string\"]");
    RunFailure failure =
        assertThrows(
            RunFailure.class,
            () -> sink(other, NONE, emulators.flags(), null).check(Set.of("gadgets")));
    assertEquals(ExitCode.USAGE, failure.exitCode());
    assertThat(
        failure.getMessage(),
        containsString(
            "the table test-project."
                + dataset
                + ".gadgets has the column number as INT64, the catalogue as STRING"));
  }

  @Test
  public void givenNoDataset_thenTheCheckSaysHowToMakeIt() {
    dataset = "nowhere";
    RunFailure failure =
        assertThrows(
            RunFailure.class,
            () -> sink(CATALOG, NONE, emulators.flags(), null).check(Set.of("gadgets")));
    assertThat(failure.whatToDo(), containsString("mk --dataset test-project:nowhere"));
  }

  @Test
  public void givenAStepThatRunsAgain_thenItEndsInTheSame() throws Exception {
    run(CATALOG, NONE, List.of(List.of(gadget("a", 4, "old", 1))));
    slice--;
    run(CATALOG, NONE, List.of(List.of(gadget("a", 4, "old", 1))));
    assertEquals(List.of("a|old"), rows("id, text", "gadgets", "id"));
    assertEquals(List.of("gadgets"), emulators.tables(dataset));
  }

  @Test
  public void givenRowsThere_thenTheyAreReadBackByColumnsAndDays() throws Exception {
    run(
        CATALOG,
        NONE,
        List.of(List.of(gadget("a", 3, "x", 1), gadget("b", 4, "y", 1), gadget("c", 5, "z", 1))));
    List<String> read = new ArrayList<>();
    sink(CATALOG, NONE, emulators.flags(), null)
        .stored()
        .read(
            CATALOG.table("gadgets"),
            Set.of("id", "created_at", "number", "share", "yes", "free"),
            LocalDate.parse("2026-05-04"),
            LocalDate.parse("2026-05-05"),
            (GenericRecord row) -> read.add(row.toString()));
    assertEquals(2, read.size());
    assertEquals(
        "{\"id\": \"b\", \"created_at\": 1777937400000001, \"number\": 7, \"share\": 0.25,"
            + " \"yes\": true, \"free\": \"{\\\"a\\\":[1,null]}\"}",
        read.get(0));
    assertThat(read.get(1), containsString("\"id\": \"c\""));
  }

  @Test
  public void givenNoTable_thenNothingIsReadBack() {
    List<GenericRecord> read = new ArrayList<>();
    sink(CATALOG, NONE, emulators.flags(), null)
        .stored()
        .read(CATALOG.table("gadgets"), Set.of("id"), null, null, read::add);
    assertEquals(List.of(), read);
  }

  @Test
  public void givenFlags_thenRequestsCarryThem() throws Exception {
    try (RecordingProxy proxy = RecordingProxy.start(emulators.bigQueryUrl())) {
      List<String> flags = new ArrayList<>(Emulators.flags(proxy.url(), emulators.storageUrl()));
      flags.add("--jobLabelsMap={\"team\": \"ci\"}");
      flags.add("--bigQueryProject=" + Emulators.PROJECT);
      run(
          CATALOG,
          NONE,
          sink(CATALOG, NONE, flags, "projects/p/locations/eu/keyRings/r/cryptoKeys/k"),
          flags,
          List.of(List.of(gadget("a", 4, "x", 1))));

      JsonNode table = made(proxy, "gadgets");
      assertEquals(
          "{\"field\":\"created_at\",\"type\":\"DAY\"}", table.path("timePartitioning").toString());
      assertEquals("{\"fields\":[\"kind\"]}", table.path("clustering").toString());
      assertEquals(
          "{\"primaryKey\":{\"columns\":[\"kind\",\"id\"]}}",
          table.path("tableConstraints").toString());
      assertFalse(table.path("requirePartitionFilter").asBoolean(true));
      assertEquals("Gadgets, \"all\" of them.", table.path("description").asText());
      assertEquals(
          "{\"description\":\"Id.\",\"mode\":\"REQUIRED\",\"name\":\"id\",\"type\":\"STRING\"}",
          table.path("schema").path("fields").path(0).toString());
      for (JsonNode each : List.of(table, made(proxy, "_staging_gadgets"))) {
        assertEquals("{\"team\":\"ci\"}", each.path("labels").toString());
        assertEquals(
            "{\"kmsKeyName\":\"projects/p/locations/eu/keyRings/r/cryptoKeys/k\"}",
            each.path("encryptionConfiguration").toString());
      }
      assertTrue(made(proxy, "_staging_gadgets").path("expirationTime").asLong() > 0);
      List<JsonNode> jobs = jobs(proxy);
      assertEquals(2, jobs.size());
      for (JsonNode job : jobs) {
        assertEquals("{\"team\":\"ci\"}", job.path("configuration").path("labels").toString());
        assertEquals("US", job.path("jobReference").path("location").asText());
      }
      JsonNode load = jobs.get(0).path("configuration").path("load");
      assertEquals("CREATE_NEVER", load.path("createDisposition").asText());
      assertEquals("AVRO", load.path("sourceFormat").asText());
      assertTrue(load.path("useAvroLogicalTypes").asBoolean());
    }
  }

  private static JsonNode made(RecordingProxy proxy, String table) throws Exception {
    for (RecordingProxy.Request request : proxy.requests()) {
      if (request.method().equals("POST") && request.path().contains("/tables")) {
        JsonNode body = JSON.readTree(request.body());
        if (body.path("tableReference").path("tableId").asText().startsWith(table)) {
          return body;
        }
      }
    }
    throw new AssertionError(table + " was not made: " + proxy.requests());
  }

  private static List<JsonNode> jobs(RecordingProxy proxy) throws Exception {
    List<JsonNode> jobs = new ArrayList<>();
    for (RecordingProxy.Request request : proxy.requests()) {
      if (request.method().equals("POST") && request.path().contains("/jobs")) {
        jobs.add(JSON.readTree(request.body()));
      }
    }
    return jobs;
  }

  private static TableRecord gadget(String id, int day, String text, long arrived) {
    return Gadgets.gadget(CATALOG, id, day, text, arrived);
  }

  private List<String> rows(String columns, String table, String order) throws Exception {
    List<String> rows = new ArrayList<>();
    for (List<String> row :
        emulators.query(
            "SELECT " + columns + " FROM " + dataset + "." + table + " ORDER BY " + order)) {
      rows.add(String.join("|", row.stream().map(String::valueOf).toList()));
    }
    return rows;
  }

  private BigQuerySink sink(
      Catalog catalog, Map<String, Set<String>> excluded, List<String> flags, String kmsKey) {
    return new BigQuerySink(
        new BigQueryAccess(new BigQueryDataset(Emulators.PROJECT, dataset), options(flags), kmsKey),
        "run",
        Instant.EPOCH,
        slice++,
        catalog,
        excluded,
        Attendant.NONE);
  }

  private static PipelineOptions options(List<String> flags) {
    return PipelineOptionsFactory.fromArgs(flags.toArray(String[]::new)).create();
  }

  private void run(
      Catalog catalog,
      Map<String, Set<String>> excluded,
      List<List<TableRecord>> pages,
      ScopeRead... scopes) {
    List<String> flags = emulators.flags();
    run(catalog, excluded, sink(catalog, excluded, flags, null), flags, pages, scopes);
  }

  private static void run(
      Catalog catalog,
      Map<String, Set<String>> excluded,
      BigQuerySink sink,
      List<String> flags,
      List<List<TableRecord>> pages,
      ScopeRead... scopes) {
    Pipeline pipeline = Pipeline.create(options(flags));
    PCollection<MergeFigures> figures =
        PCollectionTuple.of(
                TableSink.PAGES,
                pipeline.apply(
                    "Pages",
                    Create.of(pages).withCoder(ListCoder.of(TableRecordCoder.of(catalog)))))
            .and(
                TableSink.SCOPES,
                pipeline.apply(
                    "Scopes",
                    Create.of(List.of(scopes)).withCoder(SerializableCoder.of(ScopeRead.class))))
            .and(
                TableSink.ERRORS,
                pipeline.apply("Errors", Create.empty(SerializableCoder.of(RequestError.class))))
            .apply("Sink", sink);
    assertFalse(figures.getName().isEmpty() || excluded == null);
    pipeline.run().waitUntilFinish();
  }
}
