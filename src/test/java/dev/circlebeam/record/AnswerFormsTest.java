package dev.circlebeam.record;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.generic.GenericRecord;
import org.junit.Test;

/** Answers of every form that a declaration can name become rows. */
public class AnswerFormsTest {
  private static final Map<String, Object> PARENT = Map.of("project_id", "project-1");

  private static Table table(String properties) {
    String json =
        """
        {"type": "record", "name": "forms", "doc": "Forms.", "path": "project/{project_id}/form",
         "parent": "project", PROPERTIES, "refresh": "full",
         "scope": "project_id",
         "fields": [
          {"name": "place", "type": "long", "ordinal": true, "doc": "Place."},
          {"name": "project_id", "type": "string", "fromParent": "project_id", "doc": "Id."},
          {"name": "name", "type": "string", "default": "", "doc": "Name."},
          {"name": "vcs", "doc": "Code.", "type": ["null", {"type": "record", "name": "forms_vcs",
           "fields": [{"name": "branch", "type": ["null", "string"], "doc": "Branch."}]}]},
          {"name": "free", "type": ["null", {"type": "string", "sqlType": "JSON"}], "doc": "Any."},
          {"name": "branch", "type": ["null", "string"], "doc": "Branch.",
           "firstOf": ["vcs.branch", "free.git.branch"]}]}
        """;
    boolean isNumbered = !properties.contains("primaryKey");
    if (!isNumbered) {
      json = json.replaceFirst("\\{\"name\": \"place\".*\n", "");
    }
    String key = isNumbered ? ", \"primaryKey\": [\"place\", \"name\"]" : "";
    Catalog catalog =
        Catalog.of(Map.of("forms.avsc", json.replace("PROPERTIES", properties + key)));
    return catalog.table("forms");
  }

  private static Page read(String properties, long before, String json) throws IOException {
    byte[] body = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return new PageReader(table(properties), Set.of(), 1).read(body, true, PARENT, before);
  }

  private static List<Object> names(Page page) {
    return page.rows().stream().map(row -> row.get("name")).toList();
  }

  @Test
  public void givenABareList_thenItsItems() throws IOException {
    Page page = read("'paginated': true, 'rows': '[]'".replace('\'', '"'), 0, "[{'name':'a'},7]");
    assertEquals(List.of("a"), names(page));
    assertEquals(1, page.rejected().size());
    assertEquals(2, page.items());
    assertThrows(
        IOException.class, () -> read("\"paginated\": true, \"rows\": \"[]\"", 0, "{'items':[]}"));
  }

  @Test
  public void givenValues_thenEachAndThoseOfLists() throws IOException {
    Page page =
        read(
            "\"paginated\": true, \"rows\": \"{}\"",
            0,
            "{'x':[{'name':'a'},{'name':'b'}],'y':{'name':'c'},'z':[]}");
    assertEquals(List.of("a", "b", "c"), names(page));
  }

  @Test
  public void givenListsInLists_thenTheInnerItemsInOrder() throws IOException {
    String steps = "\"paginated\": true, \"rows\": \"steps[].actions\"";
    Page page =
        read(
            steps,
            0,
            "{'build':1,'steps':[{'name':'s','actions':[{'name':'a'}]},{'name':'t'},"
                + "{'actions':[{'name':'b'},{'name':'c'}],'other':[{'name':'d'}]}]}");
    assertEquals(List.of("a", "b", "c"), names(page));
    assertEquals(List.of(0L, 1L, 2L), page.rows().stream().map(row -> row.get("place")).toList());
    assertThrows(IOException.class, () -> read(steps, 0, "{'other':[]}"));
    assertThrows(IOException.class, () -> read(steps, 0, "{'steps':[1]}"));
  }

  @Test
  public void givenAnotherFieldThanItems_thenInEitherSpelling() throws IOException {
    String flaky = "\"paginated\": true, \"rows\": \"flaky_tests\"";
    assertEquals(List.of("a"), names(read(flaky, 0, "{'flaky-tests':[{'name':'a'}]}")));
    assertEquals(List.of("a"), names(read(flaky, 0, "{'flaky_tests':[{'name':'a'}],'n':1}")));
  }

  @Test
  public void givenALaterPage_thenPlacesGoOn() throws IOException {
    Page page = read("\"paginated\": true", 20, "{'items':[{'name':'a'},7,{'name':'b'}]}");
    assertEquals(List.of(20L, 22L), page.rows().stream().map(row -> row.get("place")).toList());
  }

  @Test
  public void givenAKeyThatMayBeEmpty_thenAbsentAndNullAreEmpty() throws IOException {
    Page page = read("\"paginated\": true", 0, "{'items':[{},{'name':null},{'name':''}]}");
    assertEquals(List.of("", "", ""), names(page));
  }

  @Test
  public void givenNothingOfAKeyThatMayBeEmpty_thenNoRow() throws IOException {
    String key = "\"paginated\": true, \"primaryKey\": [\"project_id\", \"name\"]";
    Page page = read(key, 0, "{'items':[{},{'name':'a'},{'name':null},{'name':''}]}");
    assertEquals(List.of("a"), names(page));
    assertEquals(3, page.rejected().size());
    assertEquals("has nothing of its primary key: name", page.rejected().get(0).problem());
  }

  @Test
  public void givenSeveralPlacesForOneColumn_thenTheFirstWithAText() throws IOException {
    String free = "'free':{'a':[{}],'git':{'x':1,'branch':'second'}}";
    Page page =
        read(
            "\"paginated\": true",
            0,
            "{'items':[{'vcs':{'branch':'first'},"
                + free
                + "},{'vcs':{'branch':''},"
                + free
                + "},"
                + "{"
                + free
                + "},{'free':{'git':{'branch':7}}},{'free':'git'},{'branch':'own'}]}");
    List<GenericRecord> rows = page.rows();
    assertEquals("first", rows.get(0).get("branch"));
    assertEquals("second", rows.get(1).get("branch"));
    assertEquals("second", rows.get(2).get("branch"));
    assertNull(rows.get(3).get("branch"));
    assertNull(rows.get(4).get("branch"));
    assertNull("it is not the answer's to say", rows.get(5).get("branch"));
    assertEquals("{\"branch\":\"own\"}", rows.get(5).get("_extra"));
  }
}
