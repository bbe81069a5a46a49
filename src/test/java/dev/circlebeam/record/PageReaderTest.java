package dev.circlebeam.record;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Table;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.generic.GenericRecord;
import org.junit.Test;

/** From an answer to rows: nothing that came is lost, and nothing that came can break a run. */
public class PageReaderTest {
  private static final long SYNCED_AT = 1_700_000_000_000_000L;
  private static final Catalog CATALOG = Catalog.builtIn();
  private static final Map<String, Object> PARENT =
      Map.of(
          "id", "p-1",
          "created_at", 77L,
          "pipeline_id", "p-1",
          "project_id", "project-1",
          "project_slug", "gh/acme/web",
          "organization_id", "org-1",
          "organization_slug", "gh/acme");

  /** A table with one column of each kind. */
  static final Catalog KINDS_ALONE = kinds("");

  static final Table KINDS = KINDS_ALONE.table("kinds");

  private static Catalog kinds(String properties) {
    String json =
        """
        {"type": "record", "name": "kinds", "doc": "Kinds.", "path": "project/{project_slug}/kind",
         "parent": "project", "paginated": true, "primaryKey": "id", "refresh": "full",
         "scope": "project_id", PROPERTIES
         "fields": [
          {"name": "id", "type": "string", "doc": "Id."},
          {"name": "project_id", "type": "string", "fromParent": "project_id", "doc": "Id."},
          {"name": "text", "type": ["null", "string"], "doc": "Text."},
          {"name": "whole", "type": ["null", "long"], "doc": "Number."},
          {"name": "fraction", "type": ["null", "double"], "doc": "Number."},
          {"name": "truth", "type": ["null", "boolean"], "doc": "Truth."},
          {"name": "at", "type": ["null", {"type": "long", "logicalType": "timestamp-micros"}],
           "doc": "Time."},
          {"name": "free", "type": ["null", {"type": "string", "sqlType": "JSON"}], "doc": "Any."},
          {"name": "struct", "doc": "Struct.", "type": ["null", {"type": "record", "name": "s",
           "fields": [{"name": "n", "type": ["null", "long"], "doc": "Number."},
            {"name": "created_at", "type": ["null", "string"], "doc": "Text."}]}]},
          {"name": "texts", "doc": "Texts.",
           "type": ["null", {"type": "array", "items": "string"}]},
          {"name": "numbers", "doc": "Numbers.",
           "type": ["null", {"type": "array", "items": "long"}]},
          {"name": "structs", "doc": "Structs.", "type": ["null", {"type": "array", "items":
           {"type": "record", "name": "e", "fields": [
            {"name": "n", "type": ["null", "long"], "doc": "Number."}]}}]}]}
        """;
    return Catalog.of(Map.of("kinds.avsc", json.replace("PROPERTIES", properties)));
  }

  @Test
  public void givenUnknownFieldsAtEveryDepth_thenNothingIsLost() throws IOException {
    String item =
        """
        {"id": "p-1", "number": 418, "state": "created", "project_slug": "gh/acme/web",
         "created_at": "2026-05-04T09:12:31.207Z", "updated_at": "2026-05-04T10:12:31+01:00",
         "errors": [{"type": "config", "message": "bad", "line": 7}, {"type": "other"},
                    {"type": "plan", "where": {"file": "config.yml", "at": [1, 2.50]}}],
         "warnings": [],
         "trigger": {"type": "webhook", "received_at": "1970-01-01T00:00:00.000Z", "hook": "h",
                     "actor": {"login": "", "avatar_url": null, "email": "m@example.com"}},
         "trigger_parameters": {"git": {"branch": "", "a-b": 1}, "n": 1.10, "list": [null, {}]},
         "vcs": {"provider_name": "GitHub", "branch": "main", "review_id": null, "depth": 3,
                 "commit": {"subject": "s", "body": "b", "author": {"name": "Mira"}}},
         "brand_new": {"deep": [{"er": true}]}, "another": 12345678901234567890123}
        """;
    Page page = page("pipelines", items(item));
    assertEquals(1, page.rows().size());
    assertEquals(0, page.misfits());
    Rebuilt.assertNothingLost(Rebuilt.json(item), page.rows().get(0));
    assertEquals(Set.of("errors", "trigger", "vcs", "brand_new", "another"), page.extraFields());
    JsonNode extra = Rebuilt.extra(page.rows().get(0));
    assertEquals(
        Rebuilt.json("[{\"line\":7},{},{\"where\":{\"file\":\"config.yml\",\"at\":[1,2.50]}}]"),
        extra.get("errors"));
    assertEquals(
        Rebuilt.json("{\"commit\":{\"author\":{\"name\":\"Mira\"}},\"depth\":3}"),
        extra.get("vcs"));
    assertThat(page.rows().get(0).get("trigger_parameters").toString(), containsString("1.10"));
  }

  @Test
  public void givenNothingUnknown_thenNoExtra() throws IOException {
    GenericRecord row = row("{\"id\": \"1\", \"text\": \"\", \"texts\": [], \"free\": {}}");
    assertNull(row.get("_extra"));
    assertEquals("", row.get("text"));
    assertEquals(List.of(), row.get("texts"));
    assertEquals("{}", row.get("free"));
    assertNull(row.get("whole"));
    assertEquals(SYNCED_AT, row.get("_synced_at"));
  }

  @Test
  public void givenValuesThatDoNotFit_thenNullAndInExtra() throws IOException {
    Map<String, List<String>> misfits = new LinkedHashMap<>();
    misfits.put("text", List.of("{\"a\": 1}", "[1]"));
    misfits.put(
        "whole",
        List.of(
            "\"\"",
            "\"x\"",
            "5.5",
            "1e400",
            "9223372036854775808",
            "true",
            "{}",
            "[5]",
            "-123456789012345678901234567890",
            "1e999999999",
            "\"5.5\"",
            "\"0x10\""));
    misfits.put("fraction", List.of("\"\"", "\"x\"", "1e400", "true", "[1.5]", "\"NaN\""));
    misfits.put("truth", List.of("\"\"", "\"yes\"", "0", "1", "{}"));
    misfits.put("at", List.of("\"\"", "\"yesterday\"", "1679767923", "true", "{}"));
    misfits.put("struct", List.of("\"\"", "[]", "5", "[{\"n\": 1}]"));
    misfits.put("texts", List.of("\"a\"", "{}", "[[\"a\"]]", "[\"a\", null]", "5"));
    misfits.put("numbers", List.of("[1, \"x\"]", "[1.5]", "[1e40]"));
    misfits.put("structs", List.of("[1]", "[{\"n\": 1}, null]", "{\"n\": 1}"));
    int tried = 0;
    for (Map.Entry<String, List<String>> column : misfits.entrySet()) {
      for (String value : column.getValue()) {
        Page page = page(KINDS, items(item(column.getKey(), value)));
        String what = column.getKey() + " = " + value;
        assertEquals(what, 1, page.rows().size());
        assertNull(what, page.rows().get(0).get(column.getKey()));
        assertEquals(what, 1, page.misfits());
        assertEquals(what, Set.of(column.getKey()), page.extraFields());
        assertEquals(
            what, Rebuilt.json(value), Rebuilt.extra(page.rows().get(0)).get(column.getKey()));
        tried++;
      }
    }
    assertEquals(45, tried);
  }

  @Test
  public void givenMisfitInsideStructOrList_thenRestIsKeptAndCounted() throws IOException {
    Page inStruct = page(KINDS, items(item("struct", "{\"n\": \"x\", \"created_at\": \"t\"}")));
    assertEquals("t", ((GenericRecord) inStruct.rows().get(0).get("struct")).get("created_at"));
    assertEquals(
        Rebuilt.json("{\"n\":\"x\"}"), Rebuilt.extra(inStruct.rows().get(0)).get("struct"));
    assertEquals(1, inStruct.misfits());
    Page inList = page(KINDS, items(item("structs", "[{\"n\": 1}, {\"n\": \"x\"}]")));
    assertEquals(2, ((List<?>) inList.rows().get(0).get("structs")).size());
    assertEquals(
        Rebuilt.json("[{},{\"n\":\"x\"}]"), Rebuilt.extra(inList.rows().get(0)).get("structs"));
    assertEquals(1, inList.misfits());
  }

  @Test
  public void givenValuesThatCanBeTaken_thenTakenWithoutExtra() throws IOException {
    taken("whole", "5", 5L);
    taken("whole", "\"5\"", 5L);
    taken("whole", "5.0", 5L);
    taken("whole", "5e2", 500L);
    taken("whole", "-9223372036854775808", Long.MIN_VALUE);
    taken("whole", "\"9223372036854775807\"", Long.MAX_VALUE);
    taken("fraction", "5", 5.0);
    taken("fraction", "\"0.25\"", 0.25);
    taken("fraction", "1e-7", 1e-7);
    taken("truth", "\"true\"", true);
    taken("truth", "false", false);
    taken("text", "5", "5");
    taken("text", "1.10", "1.10");
    taken("text", "true", "true");
    taken("text", "\"\"", "");
    taken("free", "[1, \"a\", null, {\"b\": 1.10}]", "[1,\"a\",null,{\"b\":1.10}]");
    taken("free", "\"text\"", "\"text\"");
    taken("texts", "[\"a\", 1, true]", List.of("a", "1", "true"));
    taken("numbers", "[1, \"2\", 3.0]", List.of(1L, 2L, 3L));
    taken("at", "\"2026-05-04T09:12:31Z\"", 1777885951000000L);
    for (String column : List.of("text", "whole", "fraction", "truth", "at", "free", "struct")) {
      taken(column, "null", null);
    }
  }

  private static void taken(String column, String value, Object expected) throws IOException {
    Page page = page(KINDS, items(item(column, value)));
    assertEquals(column + " = " + value, 1, page.rows().size());
    assertEquals(column + " = " + value, expected, page.rows().get(0).get(column));
    assertNull(column + " = " + value, page.rows().get(0).get("_extra"));
    assertEquals(column + " = " + value, 0, page.misfits());
  }

  @Test
  public void givenItemsThatAreNoRows_thenRejectedWithTheirTextAndTheRestIsRead()
      throws IOException {
    List<String> items =
        List.of(
            "5",
            "\"wörd\"",
            "null",
            "true",
            "[{\"id\": \"x\"}]",
            "{}",
            "{\"id\": null, \"name\": \"né\\u0065\"}",
            "{\"id\": \"\", \"created_at\": \"2026-05-04T09:12:31Z\"}",
            "{\"id\": {\"a\": [1]}, \"created_at\": \"2026-05-04T09:12:31Z\"}",
            "{\"id\": \"w\"}",
            "{\"id\": \"w\", \"created_at\": \"\"}",
            "{\"id\": \"w\", \"created_at\": \"soon\"}");
    String good = "{\"id\": \"w-%d\", \"created_at\": \"2026-05-04T09:12:31Z\"}";
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < items.size(); i++) {
      all.append(String.format(good, i)).append(" ,\n").append(items.get(i)).append(',');
    }
    Page page = page("workflows", items(all + String.format(good, 99)));
    assertEquals(items.size() + 1, page.rows().size());
    assertEquals(items, page.rejected().stream().map(Page.Rejected::item).toList());
    List<String> problems = page.rejected().stream().map(Page.Rejected::problem).toList();
    for (int i = 0; i < items.size(); i++) {
      String expected = i < 5 ? "not an object" : i < 9 ? "no usable id" : "no usable created_at";
      assertThat(items.get(i), problems.get(i), containsString(expected));
    }
  }

  @Test
  public void givenColumnsOfTheParent_thenTheyWinAndWhatDiffersIsKept() throws IOException {
    String item =
        "{\"id\": \"j\", \"workflow_id\": \"other\", \"pipeline_id\": \"p-1\","
            + " \"project_slug\": \"gh/acme/renamed\"}";
    Page page = page("jobs", items(item));
    assertEquals(1, page.rows().size());
    GenericRecord row = page.rows().get(0);
    assertEquals("p-1", row.get("workflow_id"));
    assertEquals("p-1", row.get("pipeline_id"));
    assertEquals("gh/acme/web", row.get("project_slug"));
    assertEquals(77L, row.get("workflow_created_at"));
    assertEquals(
        Rebuilt.json("{\"workflow_id\":\"other\",\"project_slug\":\"gh/acme/renamed\"}"),
        Rebuilt.extra(row));
  }

  @Test
  public void givenOurOwnColumnNamesInAnAnswer_thenNotBelievedAndNotLost() throws IOException {
    GenericRecord row =
        row("{\"id\": \"1\", \"_extra\": {\"a\": 1}, \"_synced_at\": \"2020-01-01T00:00:00Z\"}");
    assertEquals(SYNCED_AT, row.get("_synced_at"));
    assertEquals(Set.of("_extra", "_synced_at"), Set.copyOf(names(Rebuilt.extra(row))));
  }

  @Test
  public void givenExcludedColumns_thenTheyAreNowhereInExtraAndRejectedItemsAreNotShown()
      throws IOException {
    PageReader reader = new PageReader(KINDS, Set.of("whole", "struct", "project_id"), SYNCED_AT);
    String item =
        "{\"id\": \"1\", \"whole\": \"secret\", \"struct\": {\"x\": \"secret\"},"
            + " \"project-id\": \"secret\", \"unknown\": 1}";
    Page page = reader.read(bytes(items(item + ", {\"whole\": \"secret\"}")), true, PARENT);
    assertEquals(1, page.rows().size());
    assertEquals("{\"unknown\":1}", page.rows().get(0).get("_extra").toString());
    assertEquals(Set.of("unknown"), page.extraFields());
    assertEquals(1, page.rejected().size());
    assertNull(page.rejected().get(0).item());
  }

  @Test
  public void givenSensitiveTable_thenOnlyDeclaredColumns() throws IOException {
    Table sensitive = kinds("\"sensitive\": true,").table("kinds");
    String item = "{\"id\": \"1\", \"text\": \"t\", \"value\": \"secret\", \"whole\": \"secret\"}";
    Page page =
        new PageReader(sensitive, Set.of(), SYNCED_AT)
            .read(bytes(items(item + ", {\"value\": \"secret\"}, \"secret\"")), true, PARENT);
    assertEquals(1, page.rows().size());
    assertEquals("t", page.rows().get(0).get("text"));
    assertNull(page.rows().get(0).get("_extra"));
    assertEquals(2, page.rejected().size());
    assertThat(page.toString(), not(containsString("secret")));
  }

  @Test
  public void givenAnswersOfAnotherForm_thenIoException() {
    List<String> answers =
        List.of(
            "",
            " ",
            "null",
            "5",
            "\"x\"",
            "[]",
            "[{\"id\": \"1\"}]",
            "<html>504</html>",
            "Too many requests",
            "{",
            "{\"items\":",
            "{\"items\": [",
            "{\"items\": [{\"id\": \"1\"}",
            "{\"items\": [{\"id\": \"1\"}]",
            "{\"items\": [{\"id\": \"1",
            "{\"items\": [{\"id\": \"1\", \"struct\": {\"n\": 1",
            "{\"items\": [{\"id\": \"1\", \"structs\": [{\"n\": 1",
            "{\"items\": [{\"id\": \"1\", \"unknown\": [1,",
            "{\"items\": [5",
            "{\"items\": [], \"other\": {",
            "{\"items\": []} x",
            "{\"items\": []}{\"items\": []}",
            "{\"items\": []}]",
            "{}",
            "{\"message\": \"not found\"}",
            "{\"items\": null}",
            "{\"items\": {\"id\": \"1\"}}",
            "{\"items\": [], }",
            "{items: []}",
            "{\"items\": [NaN]}");
    assertEquals(30, answers.size());
    for (String answer : answers) {
      assertThrows(answer, IOException.class, () -> page(KINDS, answer));
    }
    for (String object : List.of("", "[]", "{\"id\": \"1\"", "{\"id\": \"1\"} {}", "null")) {
      assertThrows(object, IOException.class, () -> object(object));
    }
  }

  @Test
  public void givenSingleObject_thenOneRow() throws IOException {
    Page page = object("{\"id\": \"1\", \"slug\": \"gh/acme/web\", \"items\": [1]}");
    assertEquals(1, page.rows().size());
    assertEquals("gh/acme/web", page.rows().get(0).get("slug"));
    assertEquals("{\"items\":[1]}", page.rows().get(0).get("_extra").toString());
    Page without = object("{\"slug\": \"gh/acme/web\"}");
    assertEquals(0, without.rows().size());
    assertEquals("{\"slug\": \"gh/acme/web\"}", without.rejected().get(0).item());
  }

  @Test
  public void givenPageTokens_thenOnlyNullAndEmptyEndTheList() throws IOException {
    assertNull(page(KINDS, "{\"items\": []}").nextPageToken());
    assertNull(page(KINDS, "{\"next_page_token\": null, \"items\": []}").nextPageToken());
    assertNull(page(KINDS, "{\"items\": [], \"next_page_token\": \"\"}").nextPageToken());
    assertEquals(
        "AAR",
        page(KINDS, "{\"next_page_token\": \"AAR\", \"x\": {\"items\": [1]}, \"items\": []}")
            .nextPageToken());
    for (String token : List.of("5", "true", "{\"token\": \"AAR\"}", "[\"AAR\"]")) {
      assertThrows(
          "a list must not end at the token " + token,
          IOException.class,
          () -> page(KINDS, "{\"items\": [], \"next_page_token\": " + token + "}"));
    }
  }

  @Test
  public void givenHyphens_thenDeclaredColumnsAreFoundAndFreeFormIsLeftAlone() throws IOException {
    Page page =
        page(
            "workflows",
            items(
                "{\"id\": \"w\", \"created-at\": \"2026-05-04T09:12:31Z\", \"new-field\": 1,"
                    + " \"pipeline-number\": 4}"));
    assertEquals(1, page.rows().size());
    assertEquals(4L, page.rows().get(0).get("pipeline_number"));
    assertEquals("{\"new-field\":1}", page.rows().get(0).get("_extra").toString());
    GenericRecord row =
        row("{\"id\": \"1\", \"free\": {\"a-b\": 1}, \"struct\": {\"created-at\": \"t\"}}");
    assertEquals("{\"a-b\":1}", row.get("free"));
    assertEquals("t", ((GenericRecord) row.get("struct")).get("created_at"));
  }

  @Test
  public void givenAFieldTwice_thenNeitherValueIsLost() throws IOException {
    // In the old spelling and in the new one, as while an API moves from one to the other.
    for (String item :
        List.of(
            "{\"id\": \"w\", \"created-at\": \"2026-05-04T09:12:31Z\","
                + " \"created_at\": \"2026-05-04T09:12:32Z\"}",
            "{\"id\": \"w\", \"created_at\": \"2026-05-04T09:12:32Z\","
                + " \"created-at\": \"2026-05-04T09:12:31Z\"}",
            "{\"id\": \"w\", \"created_at\": \"2026-05-04T09:12:32Z\","
                + " \"created_at\": \"2026-05-04T09:12:31Z\"}")) {
      Page page = page("workflows", items(item));
      assertEquals(1, page.rows().size());
      GenericRecord row = page.rows().get(0);
      String kept = Timestamps.instant((Long) row.get("created_at")) + " " + row.get("_extra");
      assertThat(item, kept, containsString("2026-05-04T09:12:31Z"));
      assertThat(item, kept, containsString("2026-05-04T09:12:32Z"));
    }
    Page withNull =
        page(
            "workflows",
            items(
                "{\"id\": \"w\", \"created_at\": \"2026-05-04T09:12:32Z\", \"created-at\": null}"));
    assertEquals("a null must not take a value's place", 1, withNull.rows().size());
  }

  @Test
  public void givenNonAscii_thenKept() throws IOException {
    String text = "größe 日本 \uD83D\uDE80 \\u00e9 \\n \\\" \u2028";
    GenericRecord row = row("{\"id\": \"ü\", \"text\": \"" + text + "\", \"日\": \"" + text + "\"}");
    String expected = "größe 日本 \uD83D\uDE80 é \n \" \u2028";
    assertEquals("ü", row.get("id"));
    assertEquals(expected, row.get("text"));
    assertEquals(expected, Rebuilt.extra(row).get("日").asText());
  }

  @Test
  public void givenHugeString_thenKeptOrRefusedAsBroken() throws IOException {
    String huge = "x".repeat(10_000_000);
    GenericRecord row = row("{\"id\": \"1\", \"text\": \"" + huge + "\", \"y\": \"" + huge + "\"}");
    assertEquals(huge.length(), row.get("text").toString().length());
    assertEquals(huge.length(), Rebuilt.extra(row).get("y").asText().length());
  }

  @Test
  public void givenHostileAnswers_thenNothingButIoExceptions() throws IOException {
    String deepList = "[".repeat(5000) + "]".repeat(5000);
    String deepObject = "{\"a\":".repeat(5000) + "1" + "}".repeat(5000);
    String digits = "9".repeat(5000);
    int answers = 0;
    for (String column :
        List.of("free", "text", "whole", "fraction", "struct", "texts", "structs", "unknown")) {
      for (String value :
          List.of(
              deepList, deepObject, digits, "1e99999999999", "-1e-99999999999", "0." + digits)) {
        survives(bytes(items(item(column, value))));
        answers++;
      }
    }
    for (Charset charset :
        List.of(
            StandardCharsets.UTF_16BE,
            StandardCharsets.UTF_16LE,
            StandardCharsets.UTF_16,
            Charset.forName("UTF-32BE"),
            StandardCharsets.ISO_8859_1)) {
      survives(items("{\"text\": \"ü\"}, 5").getBytes(charset));
      answers++;
    }
    byte[] bad = bytes(items("{\"id\": \"1\", \"text\": \"ab\"}, 5, {\"text\": \"a\"}"));
    for (int i = 0; i < bad.length; i++) {
      for (byte b : new byte[] {0, (byte) 0x80, (byte) 0xc3, (byte) 0xff, '"', '{', ']', '\\'}) {
        byte[] spoiled = bad.clone();
        spoiled[i] = b;
        survives(spoiled);
        answers++;
      }
    }
    assertTrue("tried " + answers, answers > 400);
  }

  @Test
  public void givenByteOrderMark_thenReadAndRejectedItemsAreWhole() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.write(new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf});
    body.write(bytes(items("{\"id\": \"1\"}, {\"text\": \"a\"}")));
    Page page = new PageReader(KINDS, Set.of(), SYNCED_AT).read(body.toByteArray(), true, PARENT);
    assertEquals(1, page.rows().size());
    assertEquals("{\"text\": \"a\"}", page.rejected().get(0).item());
  }

  /** Either is fine, but anything else would end the run. */
  private static void survives(byte[] body) {
    try {
      Page page = new PageReader(KINDS, Set.of(), SYNCED_AT).read(body, true, PARENT);
      assertTrue(page.rows().size() + page.rejected().size() > 0);
    } catch (IOException e) {
      assertTrue(e.toString(), e.getMessage() != null);
    } catch (RuntimeException | StackOverflowError e) {
      String start = new String(body, 0, Math.min(80, body.length), StandardCharsets.ISO_8859_1);
      throw new AssertionError(start, e);
    }
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new java.util.ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static String item(String column, String value) {
    return "{\"id\": \"1\", \"" + column + "\": " + value + "}";
  }

  private static String items(String items) {
    return "{\"next_page_token\": null, \"items\": [" + items + "]}";
  }

  private static GenericRecord row(String item) throws IOException {
    Page page = page(KINDS, items(item));
    assertEquals(1, page.rows().size());
    return page.rows().get(0);
  }

  private static Page page(String table, String body) throws IOException {
    return page(CATALOG.table(table), body);
  }

  private static Page page(Table table, String body) throws IOException {
    return new PageReader(table, Set.of(), SYNCED_AT).read(bytes(body), true, PARENT);
  }

  private static Page object(String body) throws IOException {
    return new PageReader(CATALOG.table("projects"), Set.of(), SYNCED_AT)
        .read(bytes(body), false, PARENT);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
