package dev.circlebeam.record;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.generic.GenericRecord;
import org.junit.Test;

/** Steps of jobs whose projects API v1.1 does not know, from v3: the same rows. */
public class OtherFormTest {
  private static final Table STEPS = Catalog.builtIn().table("job_steps");
  private static final Map<String, Object> JOB =
      Map.of(
          "id", "j-1",
          "job_number", 7L,
          "project_id", "p-1",
          "project_slug", "circleci/A/B",
          "pipeline_id", "pl-1",
          "pipeline_created_at", 77L);

  @Test
  public void givenAJob_thenARowForEachStepOnEachExecutor() throws Exception {
    List<GenericRecord> rows =
        read("""
                {"data": {"id": "j-1", "attributes": {"name": "unit", "parallel_executions": [
                  {"index": 0, "phase": "ended", "steps": [
                    {"num": 0, "name": "Checkout", "type": "checkout", "phase": "ended",
                     "outcome": "succeeded", "started_at": "2026-05-04T09:12:38Z",
                     "ended_at": "2026-05-04T09:12:40Z", "exit_code": 0, "command": "secret"},
                    {"num": 1, "name": "Test", "type": "run", "phase": "started",
                     "started_at": "2026-05-04T09:12:40Z"}]},
                  {"steps": [{"num": 0, "name": "Checkout", "outcome": "failed"}], "index": 1}]}}}
                """)
            .rows();
    assertEquals(3, rows.size());
    GenericRecord first = rows.get(0);
    assertEquals("j-1", first.get("job_id"));
    assertEquals(7L, first.get("job_number"));
    assertEquals(0L, first.get("ordinal"));
    assertEquals(0L, first.get("step"));
    assertEquals(0L, first.get("index"));
    assertEquals("Checkout", first.get("name"));
    assertEquals("success", first.get("status"));
    assertEquals(0L, first.get("exit_code"));
    assertEquals(Timestamps.micros(Instant.parse("2026-05-04T09:12:40Z")), first.get("end_time"));
    assertNull("commands are not kept", first.get(Table.EXTRA));
    assertEquals("the phase, where there is no outcome", "running", rows.get(1).get("status"));
    assertNull(rows.get(1).get("end_time"));
    assertEquals("wherever it stands", 1L, rows.get(2).get("index"));
    assertEquals(2L, rows.get(2).get("ordinal"));
    assertEquals("failed", rows.get(2).get("status"));
  }

  @Test
  public void givenNoExecutions_thenNoRows() throws Exception {
    assertEquals(0, read("{\"data\": {\"attributes\": {\"parallel_executions\": null}}}").items());
    assertEquals(0, read("{\"data\": {\"attributes\": {\"parallel_executions\": []}}}").items());
  }

  @Test
  public void givenAnotherForm_thenItIsSaid() {
    for (String body :
        List.of(
            "{}",
            "[7]",
            "{\"data\": {}}",
            "{\"data\": 7}",
            "{\"data\": {\"attributes\": {\"parallel_executions\": [{\"index\": 0}]}}}",
            "{\"data\": {\"attributes\": {\"parallel_executions\": [[{\"steps\": [1]}]]}}}",
            "<html>")) {
      assertThrows(body, IOException.class, () -> read(body));
    }
  }

  private static Page read(String body) throws IOException {
    return new PageReader(STEPS, Set.of(), 77)
        .readElsewhere(body.getBytes(StandardCharsets.UTF_8), JOB);
  }
}
