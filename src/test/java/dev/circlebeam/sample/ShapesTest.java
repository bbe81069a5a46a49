package dev.circlebeam.sample;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import org.junit.Test;

/** The shapes of items, checked on a history large enough to have them all. */
public class ShapesTest {
  private static final SampleOrganization ORGANIZATION =
      new SampleOrganization(SampleConfig.defaults().withHistory(1_000, 30));
  private static final Instant NOW = SampleConfig.defaults().now();
  private static final String SECONDS = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ";
  private static final String MILLIS = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";

  @Test
  public void givenPipelines_thenEachOddShapeOccurs() {
    List<ObjectNode> all = bodies(ORGANIZATION.pipelines(NOW).toList());
    assertEquals(4_000, all.size());
    assertSome(all, body -> body.has("vcs") && !body.at("/vcs").has("commit"));
    assertSome(all, body -> body.at("/vcs").has("tag") && !body.at("/vcs").has("branch"));
    assertSome(all, body -> body.at("/vcs").has("review_url"));
    assertSome(all, body -> body.at("/vcs/commit/body").isNull());
    assertSome(all, body -> body.has("warnings"));
    assertSome(all, body -> body.has("trigger_parameters") && !body.has("vcs"));
    assertSome(all, body -> body.at("/trigger_parameters").has("webhook"));
    assertSome(all, body -> !body.toString().chars().allMatch(c -> c < 128));
    for (String type : List.of("webhook", "api", "scheduled_pipeline", "explicit")) {
      assertSome(all, body -> body.at("/trigger/type").asText().equals(type));
    }
    for (ObjectNode body : all) {
      assertTrue(body.get("created_at").asText().matches(MILLIS));
      assertTrue(body.has("x_sampled"));
    }
  }

  @Test
  public void givenErroredPipelines_thenTheirShape() {
    List<SampleOrganization.Row> all =
        ORGANIZATION
            .pipelines(NOW)
            .filter(row -> row.body().get("state").asText().equals("errored"))
            .toList();
    assertTrue(all.size() > 100);
    for (SampleOrganization.Row row : all) {
      ObjectNode body = row.body();
      assertEquals(1, body.get("errors").size());
      assertFalse(body.has("vcs"));
      assertEquals("1970-01-01T00:00:00.000Z", body.at("/trigger/received_at").asText());
      assertEquals("Decoupled Ingestion System", body.at("/trigger/type").asText());
      assertEquals("", body.at("/trigger/actor/login").asText("absent"));
      assertTrue(body.at("/trigger/actor/avatar_url").isNull());
    }
    List<String> ids = all.stream().map(SampleOrganization.Row::pipelineId).toList();
    assertEquals(
        0, ORGANIZATION.workflows(NOW).filter(row -> ids.contains(row.pipelineId())).count());
  }

  @Test
  public void givenStandaloneProject_thenItsPipelinesHaveNoVcs() {
    String slug = ORGANIZATION.projectSlugs().get(1);
    List<SampleOrganization.Row> all =
        ORGANIZATION.pipelines(NOW).filter(row -> row.projectSlug().equals(slug)).toList();
    assertEquals(1_000, all.size());
    for (SampleOrganization.Row row : all) {
      assertFalse(row.body().has("vcs"));
      assertTrue(row.body().has("trigger_parameters"));
    }
  }

  @Test
  public void givenWorkflows_thenEachOddShapeOccurs() {
    List<ObjectNode> all = bodies(ORGANIZATION.workflows(NOW).toList());
    assertSome(all, body -> body.path("tag").asText().equals("setup"));
    assertSome(all, body -> body.has("auto_rerun_number") && body.has("max_auto_reruns"));
    assertSome(all, body -> body.has("max_auto_reruns") && !body.has("auto_rerun_number"));
    assertSome(all, body -> body.has("canceled_by"));
    assertSome(all, body -> body.has("errored_by"));
    assertSome(all, body -> body.has("stopped_at") && body.get("stopped_at").isNull());
    assertSome(all, body -> !body.has("stopped_at"));
    for (ObjectNode body : all) {
      assertTrue(body.get("created_at").asText().matches(SECONDS));
    }
  }

  @Test
  public void givenJobs_thenEachOddShapeOccurs() {
    List<ObjectNode> all = bodies(ORGANIZATION.jobs(NOW).toList());
    assertSome(all, body -> body.get("requires").size() > 1);
    assertSome(all, body -> body.get("requires").toString().contains("[\"success\",\"failed\"]"));
    assertSome(all, body -> body.has("approved_by"));
    assertSome(all, body -> body.has("canceled_by"));
    assertSome(all, body -> body.get("type").asText().equals("no-op"));
    for (ObjectNode body : all) {
      assertEquals(body.get("dependencies").size(), body.get("requires").size());
      assertEquals(body.has("job_number"), body.hasNonNull("started_at"));
      if (body.get("type").asText().equals("approval")) {
        assertFalse(body.has("job_number"));
        assertTrue(body.has("approval_request_id"));
      }
    }
  }

  @Test
  public void givenLargeOrganization_thenReadyAtOnce() {
    SampleOrganization large =
        new SampleOrganization(
            SampleConfig.defaults().withHistory(1_000_000, 80).withProjects(1_000));
    assertEquals(1_000, large.projectSlugs().size());
    assertEquals(3, large.jobs(NOW).limit(3).count());
  }

  private static void assertSome(List<ObjectNode> all, Predicate<ObjectNode> shape) {
    assertTrue("no such shape among " + all.size(), all.stream().anyMatch(shape));
  }

  private static List<ObjectNode> bodies(List<SampleOrganization.Row> rows) {
    return rows.stream().map(SampleOrganization.Row::body).toList();
  }
}
