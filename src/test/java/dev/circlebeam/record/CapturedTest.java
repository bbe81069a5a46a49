package dev.circlebeam.record;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assume.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.circlebeam.catalog.Catalog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.generic.GenericRecord;
import org.junit.Before;
import org.junit.Test;

/** What CircleCI really answered, kept outside the project, becomes rows without loss. */
public class CapturedTest {
  private static final Path FOLDER = Path.of("../shared/reference/captured");
  private static final Catalog CATALOG = Catalog.builtIn();

  @Before
  public void needCaptured() {
    assumeTrue(
        "skipped: the captured answers are not there: " + FOLDER.toAbsolutePath().normalize(),
        Files.isDirectory(FOLDER));
  }

  @Test
  public void givenProjects_thenNothingIsLost() throws IOException {
    assertEquals(1, read("projects").size());
  }

  @Test
  public void givenPipelines_thenNothingIsLost() throws IOException {
    assertEquals(10, read("pipelines").size());
  }

  @Test
  public void givenJobs_thenNothingIsLost() throws IOException {
    assertEquals(9, read("jobs").size());
  }

  @Test
  public void givenWorkflows_thenNothingIsLostAndTheOneWithoutTimeIsRejected() throws IOException {
    assertEquals(9, read("workflows").size());
  }

  private static List<GenericRecord> read(String table) throws IOException {
    List<GenericRecord> rows = new ArrayList<>();
    boolean isList = CATALOG.table(table).paginated();
    PageReader reader = new PageReader(CATALOG.table(table), Set.of(), 1L);
    for (String line : Files.readAllLines(FOLDER.resolve(table + ".jsonl"))) {
      JsonNode body = Rebuilt.json(line).get("body");
      String answer = isList ? "{\"items\":[" + body + "],\"next_page_token\":null}" : "" + body;
      Page page = reader.read(answer.getBytes(StandardCharsets.UTF_8), isList, parent(body));
      assertNull(page.nextPageToken());
      if (body.path("created_at").asText("x").isEmpty()) {
        assertEquals(List.of(), page.rows());
        assertEquals(1, page.rejected().size());
        assertThat(page.rejected().get(0).problem(), containsString("created_at"));
        assertEquals(body, Rebuilt.json(page.rejected().get(0).item()));
      } else {
        assertEquals(List.of(), page.rejected());
        assertEquals(1, page.rows().size());
        assertEquals(0, page.misfits());
        Rebuilt.assertNothingLost(body, page.rows().get(0));
        rows.addAll(page.rows());
      }
    }
    return rows;
  }

  /** The parent's row, as far as the item tells of it. */
  private static Map<String, Object> parent(JsonNode body) {
    Map<String, Object> parent = new TreeMap<>();
    parent.put("id", body.path("pipeline_id").asText("parent"));
    parent.put("created_at", 5L);
    parent.put("pipeline_id", "pipeline");
    parent.put("project_id", "project");
    parent.put("project_slug", body.path("project_slug").asText());
    return parent;
  }
}
