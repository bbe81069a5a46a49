package dev.circlebeam.catalog;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.Test;
import org.yaml.snakeyaml.Yaml;

/** The catalogue as a whole, and what it is written down as. */
public class CatalogTest {
  private static final Catalog CATALOG = Catalog.builtIn();

  @Test
  public void givenBuiltInTables_thenParentsComeFirst() {
    List<String> names = names(CATALOG);
    assertTrue(names.toString(), names.containsAll(List.of("projects", "pipelines", "jobs")));
    assertTrue(names.indexOf("pipelines") < names.indexOf("workflows"));
    assertTrue(names.indexOf("workflows") < names.indexOf("jobs"));
    assertEquals(1, CATALOG.depth(CATALOG.table("projects")));
    assertEquals(1, CATALOG.depth(CATALOG.table("pipelines")));
    assertEquals(2, CATALOG.depth(CATALOG.table("workflows")));
    assertEquals(3, CATALOG.depth(CATALOG.table("jobs")));
  }

  @Test
  public void givenBuiltInTables_thenKeysAndPartitionsOfTheContract() {
    assertEquals(List.of("id"), CATALOG.table("pipelines").primaryKey());
    assertEquals("created_at", CATALOG.table("pipelines").partitionBy());
    assertEquals(List.of("id"), CATALOG.table("workflows").primaryKey());
    assertEquals("created_at", CATALOG.table("workflows").partitionBy());
    assertEquals(List.of("workflow_id", "id"), CATALOG.table("jobs").primaryKey());
    assertEquals("workflow_created_at", CATALOG.table("jobs").partitionBy());
    assertEquals(Refresh.FULL, CATALOG.table("projects").refresh());
  }

  @Test
  public void givenTable_thenWithAncestorsReachesTheTop() {
    assertThat(CATALOG.withAncestors(Set.of("jobs")), contains("pipelines", "workflows", "jobs"));
    assertThat(CATALOG.withAncestors(Set.of("projects")), contains("projects"));
    CatalogException unknown =
        assertThrows(CatalogException.class, () -> CATALOG.withAncestors(Set.of("jobz")));
    assertThat(unknown.getMessage(), containsString("jobz"));
  }

  @Test
  public void givenBuiltInTables_thenEveryColumnIsExplained() {
    List<String> columns = new ArrayList<>();
    List<String> unexplained = new ArrayList<>();
    for (Table table : CATALOG.tables()) {
      collect(table.name(), table.schema(), columns, unexplained);
    }
    assertThat(columns.size(), greaterThan(60));
    assertThat(unexplained, is(empty()));
  }

  private static void collect(
      String prefix, Schema schema, List<String> columns, List<String> unexplained) {
    for (Schema.Field field : schema.getFields()) {
      String name = prefix + "." + field.name();
      columns.add(name);
      if (field.doc() == null || field.doc().isBlank()) {
        unexplained.add(name);
      }
      Schema type = Column.type(field.schema());
      Schema nested = type.getType() == Schema.Type.ARRAY ? type.getElementType() : type;
      if (nested.getType() == Schema.Type.RECORD) {
        collect(name, nested, columns, unexplained);
      }
    }
  }

  @Test
  public void givenBuiltInTables_thenRowsEndWithExtraAndSyncedAt() {
    assertThat(CATALOG.tables().size(), greaterThan(10));
    for (Table table : CATALOG.tables()) {
      List<String> columns = table.schema().getFields().stream().map(Schema.Field::name).toList();
      assertEquals(
          List.of("_extra", "_synced_at"), columns.subList(columns.size() - 2, columns.size()));
      assertEquals("json", Column.typeName(table.schema().getField("_extra").schema()));
      assertEquals("timestamp", Column.typeName(table.schema().getField("_synced_at").schema()));
    }
  }

  @Test
  public void givenDocumentation_thenItIsCurrent() throws Exception {
    assertEquals(
        "run ./scripts/circlebeam tables --format=markdown > docs/tables.md",
        new CatalogDocument(CATALOG).markdown(),
        Files.readString(Path.of("docs/tables.md")));
  }

  @Test
  public void givenCatalog_thenTextAndJsonNameEveryColumn() {
    CatalogDocument document = new CatalogDocument(CATALOG);
    assertThat(document.text(), containsString("trigger.actor.login"));
    assertThat(document.text(), containsString("errors[].message"));
    assertThat(document.json(), containsString("\"trigger.actor.login\""));
    assertThat(document.json(), containsString("\"partition_by\" : \"workflow_created_at\""));
  }

  @Test
  public void givenDbt_thenEveryTableWithDescriptionsAndTestsOfItsKey() {
    Map<?, ?> yaml = new Yaml().load(new DbtSources(CATALOG).yaml());
    Map<?, ?> source = (Map<?, ?>) ((List<?>) yaml.get("sources")).get(0);
    List<?> tables = (List<?>) source.get("tables");
    assertEquals(CATALOG.tables().size(), tables.size());
    assertEquals("_synced_at", source.get("loaded_at_field"));
    for (Object each : tables) {
      Map<?, ?> table = (Map<?, ?>) each;
      Table declared = CATALOG.table((String) table.get("name"));
      assertEquals(declared.schema().getDoc(), table.get("description"));
      List<?> columns = (List<?>) table.get("columns");
      assertEquals(declared.schema().getFields().size(), columns.size());
      boolean isTested = String.valueOf(table.get("data_tests")).contains("combination_of_columns");
      for (Object column : columns) {
        isTested |= String.valueOf(((Map<?, ?>) column).get("data_tests")).contains("unique");
      }
      assertTrue(declared.name(), isTested);
    }
  }

  @Test
  public void givenTablesOfOnesOwn_thenTheyTakeTheirPlace() {
    Map<String, String> declarations = new TreeMap<>(BuiltInTables.read());
    declarations.put(
        "things.avsc",
        """
        {"type": "record", "name": "things", "doc": "Things.", "parent": ["jobs"],
         "group": "mine", "path": "project/{project_slug}/{job_number}/artifacts",
         "paginated": true, "when": {"set": ["job_number"]}, "primaryKey": ["workflow_id", "url"],
         "partitionBy": "workflow_created_at", "refresh": "incremental", "buckets": 4,
         "fields": [
          {"name": "url", "type": "string", "doc": "Address."},
          {"name": "workflow_id", "type": "string", "fromParent": "workflow_id", "doc": "Id."},
          {"name": "workflow_created_at", "fromParent": "workflow_created_at", "doc": "Time.",
           "type": {"type": "long", "logicalType": "timestamp-micros"}}]}
        """);
    Catalog catalog = Catalog.of(declarations);
    Table things = catalog.table("things");
    assertEquals(4, catalog.depth(things));
    assertEquals(4, things.buckets());
    assertThat(catalog.children("jobs"), hasItem(things));
    assertTrue(catalog.groups().containsAll(Set.of("core", "mine")));
    assertThat(
        catalog.withAncestors(Set.of("things")),
        contains("pipelines", "workflows", "jobs", "things"));
    assertEquals(
        Set.of("project_slug", "job_number", "workflow_id", "workflow_created_at"),
        things.parentColumns());
    assertThat(new CatalogDocument(catalog).markdown(), containsString("\n## things\n"));
  }

  @Test
  public void givenWhatADeclarationMaySay_thenItsDocumentationSaysWhatItMeans() throws Exception {
    List<String> properties = new ArrayList<>(TableDeclaration.PROPERTIES);
    properties.addAll(ColumnDeclaration.PROPERTIES);
    assertThat(properties.size(), greaterThan(20));
    String document = Files.readString(Path.of("docs/catalog.md"));
    properties.removeIf(property -> document.contains("\n| `" + property + "` | "));
    assertThat(properties, is(empty()));
  }

  @Test
  public void givenSeveralParents_thenBelowTheDeepest() {
    Map<String, String> declarations = new TreeMap<>(BuiltInTables.read());
    declarations.put(
        "notes.avsc",
        """
        {"type": "record", "name": "notes", "doc": "Notes.", "parent": ["pipelines", "workflows"],
         "path": "notes/{id}", "paginated": true, "primaryKey": "id",
         "partitionBy": "at", "refresh": "incremental",
         "fields": [
          {"name": "id", "type": "string", "doc": "Id."},
          {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"},
           "doc": "Time."}]}
        """);
    Catalog catalog = Catalog.of(declarations);
    assertEquals(3, catalog.depth(catalog.table("notes")));
    assertThat(catalog.withAncestors(Set.of("notes")), contains("pipelines", "workflows", "notes"));
    assertTrue(names(catalog).indexOf("workflows") < names(catalog).indexOf("notes"));
  }

  @Test
  public void givenCatalog_thenItTravelsWhole() {
    Catalog copy = SerializableUtils.clone(CATALOG);
    assertEquals(List.copyOf(CATALOG.tables()), List.copyOf(copy.tables()));
    assertThat(copy.tables(), is(not(empty())));
    assertEquals(new CatalogDocument(CATALOG).json(), new CatalogDocument(copy).json());
    // Beam makes many copies.
    assertSame(copy, SerializableUtils.clone(CATALOG));
  }

  @Test
  public void givenTablesOfOnesOwn_thenTheyTravelAndTheBuiltInOnesDoNot() {
    Map<String, String> declarations = new TreeMap<>(BuiltInTables.read());
    String mine = declarations.get("schedules.avsc").replace("\"schedules\"", "\"mine\"");
    declarations.put("mine.avsc", mine);
    byte[] bytes = SerializableUtils.serializeToByteArray(Catalog.of(declarations));
    assertThat(bytes.length, is(lessThan(mine.length() + 1_000)));
    Catalog copy = (Catalog) SerializableUtils.deserializeFromByteArray(bytes, "a catalogue");
    assertEquals(List.copyOf(Catalog.of(declarations).tables()), List.copyOf(copy.tables()));
  }

  @Test
  public void givenTheCatalogueOfAnotherVersion_thenRefused() {
    byte[] bytes = SerializableUtils.serializeToByteArray(CATALOG);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int version = text.indexOf(BuiltInTables.version());
    assertThat(version, is(greaterThan(0)));
    bytes[version] = (byte) (bytes[version] == '0' ? '1' : '0');
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> SerializableUtils.deserializeFromByteArray(bytes, "a catalogue"));
    assertThat(refusal.getCause().getMessage(), containsString("another version of circlebeam"));
  }

  @Test
  public void givenStatusNobodyKnows_thenUnfinishedUntilItHasStopped() {
    Unfinished unfinished = CATALOG.table("workflows").unfinishedWhen();
    assertEquals(false, unfinished.matches(workflow("success", null)));
    assertEquals(true, unfinished.matches(workflow("running", null)));
    assertEquals(true, unfinished.matches(workflow("brand-new-status", null)));
    assertEquals(false, unfinished.matches(workflow("brand-new-status", 1L)));
    assertEquals(true, unfinished.matches(workflow(null, null)));
  }

  private static GenericRecord workflow(String status, Long stoppedAt) {
    GenericRecord row = new GenericData.Record(CATALOG.table("workflows").schema());
    row.put("status", status);
    row.put("stopped_at", stoppedAt);
    return row;
  }

  private static List<String> names(Catalog catalog) {
    return catalog.tables().stream().map(Table::name).toList();
  }
}
