package dev.circlebeam.sample;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.Test;

/** Where the marks of secrets stand in answers. */
public class SecretsTest {
  private static final SampleConfig LEAKING = SampleConfig.defaults().with(SampleTrait.LEAKING);

  @Test
  public void givenUsualServer_thenAMarkInTheKnownFieldOnly() throws Exception {
    try (SampleServer server = SampleServer.start(SampleConfig.defaults())) {
      Client client = new Client(server);
      for (Map.Entry<String, Secret> list : lists(server).entrySet()) {
        int marked = 0;
        for (JsonNode item : client.json(list.getKey()).get("items")) {
          assertTrue(list.getKey(), item.has(list.getValue().key()));
          JsonNode value = item.at(list.getValue().field());
          if (value.isTextual()) {
            assertTrue(value.asText(), value.asText().contains(list.getValue().mark()));
            marked++;
          }
          assertEquals(
              value.isTextual() ? 1 : 0,
              item.toString().split(list.getValue().mark(), -1).length - 1);
        }
        assertTrue(list.getKey(), marked > 0);
      }
    }
  }

  @Test
  public void givenLeakingServer_thenMarksInNewFieldsAndInAnItemWithoutKey() throws Exception {
    try (SampleServer server = SampleServer.start(LEAKING)) {
      Client client = new Client(server);
      for (Map.Entry<String, Secret> list : lists(server).entrySet()) {
        JsonNode items = client.json(list.getKey()).get("items");
        JsonNode keyless = items.get(0);
        assertFalse(list.getKey(), keyless.has(list.getValue().key()));
        for (String field : new String[] {"/x_plain", "/x_audit/before/0"}) {
          String text = keyless.at(field).asText();
          assertTrue(list.getKey() + " " + text, text.contains(list.getValue().mark()));
        }
        assertTrue(items.size() > 1);
      }
    }
  }

  @Test
  public void givenLeakingServerAndCutBodies_thenMarksInWhatIsLeft() throws Exception {
    SampleFaults faults = SampleFaults.of(FaultRule.always(FaultKind.MALFORMED_JSON, "."));
    try (SampleServer server = SampleServer.start(LEAKING.withFaults(faults))) {
      Client client = new Client(server);
      for (Map.Entry<String, Secret> list : lists(server).entrySet()) {
        String body = client.get(list.getKey()).body();
        assertTrue(body, body.endsWith(",,"));
        assertTrue(body, body.contains(list.getValue().mark()));
      }
    }
  }

  /** Where a list's secret is, and how it is told. */
  private record Secret(String key, String field, String mark) {}

  private static Map<String, Secret> lists(SampleServer server) {
    SampleOrganization organization = server.organization();
    String context = Standing.of(organization, IdName.Kind.CONTEXT, 0, 0).id();
    String definition = Standing.of(organization, IdName.Kind.DEFINITION, 0, 0).id();
    String project = organization.projectList().get(0).id().toString();
    String slug = "/project/" + organization.projectSlugs().get(0);
    Map<String, Secret> lists = new LinkedHashMap<>();
    lists.put(
        "/context/" + context + "/environment-variable",
        new Secret("variable", "/truncated_value", SecretMarks.TAIL));
    lists.put(slug + "/envvar", new Secret("name", "/value", SecretMarks.TAIL));
    lists.put(slug + "/checkout-key", new Secret("fingerprint", "/public_key", SecretMarks.KEY));
    lists.put(
        "/webhook?scope-type=project&scope-id=" + project,
        new Secret("id", "/url", SecretMarks.WEBHOOK));
    lists.put(
        "/projects/" + project + "/pipeline-definitions/" + definition + "/triggers",
        new Secret("id", "/event_source/webhook/url", SecretMarks.WEBHOOK));
    return lists;
  }
}
