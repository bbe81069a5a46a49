package dev.circlebeam.sample;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.Test;
import org.yaml.snakeyaml.Yaml;

/** Answers against the description that CircleCI has published, kept outside the project. */
public class DescribedTest {
  private static final Path FILE = Path.of("../shared/reference/circleci-openapi-v2-get.yaml");
  private static final String PROJECT_SLUG = "{project-slug}";

  /** What no table reads, so that the server does not have it. */
  private static final Set<String> NOT_SERVED =
      Set.of(
          "/org/{orgID}/oidc-custom-claims",
          "/org/{orgID}/project/{projectID}/oidc-custom-claims",
          "/owner/{ownerID}/context/{context}/decision/{decisionID}",
          "/owner/{ownerID}/context/{context}/decision/{decisionID}/policy-bundle",
          "/owner/{ownerID}/context/{context}/policy-bundle/{policyName}",
          "/project/{project-slug}/checkout-key/{fingerprint}",
          "/project/{project-slug}/envvar/{name}",
          "/project/{project-slug}/pipeline/mine",
          "/webhook/{webhook-id}");

  /** What is newer than the description, or otherwise than it on the wire. */
  private static final Set<String> KNOWN =
      Set.of(
          "/me/collaborations /avatar_url is null",
          "/context/{context_id}/restrictions /items/name is null",
          "/context/{context_id}/restrictions /items/restriction_type has the value group",
          "/pipeline /items/trigger/type has the value Decoupled Ingestion System",
          "/pipeline/{pipeline-id} /trigger/type has the value Decoupled Ingestion System",
          "/project/{project-slug}/pipeline /items/trigger/type has the value Decoupled Ingestion"
              + " System",
          "/workflow/{id}/job /items/started_at is null",
          "/workflow/{id}/job /items/type has the value no-op",
          "/workflow/{id} lacks stopped_at",
          "/pipeline/{pipeline-id}/workflow /items lacks stopped_at");

  private static SampleServer server;
  private static Client client;

  @BeforeClass
  public static void start() {
    server = SampleServer.start(SampleConfig.defaults());
    client = new Client(server);
  }

  @AfterClass
  public static void stop() {
    server.close();
  }

  @Before
  public void needDescription() {
    assumeTrue(
        "skipped: the description is not there: " + FILE.toAbsolutePath().normalize(),
        Files.isRegularFile(FILE));
  }

  @Test
  public void givenEachPath_thenItsAnswersFitTheDescription() throws Exception {
    JsonNode description = description();
    OpenApiSchemas schemas = new OpenApiSchemas(description);
    Map<String, List<String>> urls = urls();
    Set<String> described = new TreeSet<>();
    description.get("paths").fieldNames().forEachRemaining(described::add);
    Set<String> covered = new TreeSet<>(urls.keySet());
    covered.addAll(NOT_SERVED);
    assertEquals(described, covered);

    Set<String> problems = new TreeSet<>();
    for (Map.Entry<String, List<String>> path : urls.entrySet()) {
      JsonNode content =
          description.at("/paths").get(path.getKey()).at("/get/responses/200/content");
      JsonNode schema = content.elements().next().get("schema");
      int leaves = 0;
      int tokens = 0;
      for (String url : path.getValue()) {
        JsonNode answer = client.json(url);
        leaves += schemas.check(answer, schema, path.getKey() + " ", problems);
        tokens += answer.has("next_page_token") ? 1 : 0;
      }
      assertTrue(path.getKey() + " has nothing in its answers", leaves > tokens);
    }
    Set<String> vanished = new TreeSet<>(KNOWN);
    vanished.removeAll(problems);
    problems.removeAll(KNOWN);
    assertEquals(String.join("\n", problems), 0, problems.size());
    assertEquals("no longer so", Set.of(), vanished);
  }

  private static JsonNode description() throws Exception {
    try (Reader reader = Files.newBufferedReader(FILE, StandardCharsets.UTF_8)) {
      Object tree = new Yaml().load(reader);
      return Client.MAPPER.valueToTree(tree);
    }
  }

  /** Addresses that answer, by the path of the description that they belong to. */
  private static Map<String, List<String>> urls() throws Exception {
    Map<String, List<String>> urls = new TreeMap<>();
    String id = server.organization().id().toString();
    String owner = "/owner/" + id + "/context/config";
    String described = "/owner/{ownerID}/context/{context}";
    for (String below : List.of("/decision", "/decision/settings", "/policy-bundle")) {
      urls.put(described + below, List.of(owner + below));
    }
    urls.put("/me", List.of("/me"));
    urls.put("/me/collaborations", List.of("/me/collaborations"));
    urls.put("/user/{id}", List.of("/user/" + client.json("/me").get("id").asText()));
    urls.put("/pipeline", List.of("/pipeline?org-slug=gh/acme"));
    urls.put(
        "/insights/{org-slug}/summary",
        List.of("/insights/gh/acme/summary?project-names=image-tools&project-names=web-shop"));
    addContexts(urls, id);
    for (SampleOrganization.Row row : server.organization().projects().toList()) {
      addProject(urls, row.projectSlug(), row.body().get("id").asText());
    }
    addHistory(urls);
    return urls;
  }

  private static void addContexts(Map<String, List<String>> urls, String organization)
      throws Exception {
    add(urls, "/context", "/context?owner-id=" + organization);
    for (JsonNode context : client.items("/context?owner-id=" + organization)) {
      String path = "/context/" + context.get("id").asText();
      add(urls, "/context/{context-id}", path);
      add(urls, "/context/{context-id}/environment-variable", path + "/environment-variable");
      add(urls, "/context/{context_id}/restrictions", path + "/restrictions");
    }
  }

  private static void addProject(Map<String, List<String>> urls, String slug, String id)
      throws Exception {
    String project = "/project/" + slug;
    String described = "/project/" + PROJECT_SLUG;
    add(urls, described, project);
    add(urls, "/project/{provider}/{organization}/{project}/settings", project + "/settings");
    for (String below : List.of("/checkout-key", "/envvar", "/pipeline", "/schedule")) {
      add(urls, described + below, project + below);
    }
    add(urls, described + "/pipeline/{pipeline-number}", project + "/pipeline/20");
    add(urls, "/webhook", "/webhook?scope-type=project&scope-id=" + id);
    for (JsonNode schedule : client.items(project + "/schedule")) {
      add(urls, "/schedule/{schedule-id}", "/schedule/" + schedule.get("id").asText());
    }
    String insights = "/insights/" + slug;
    String insightsDescribed = "/insights/" + PROJECT_SLUG;
    for (String below : List.of("/branches", "/flaky-tests", "/workflows")) {
      add(urls, insightsDescribed + below, insights + below);
    }
    add(
        urls,
        "/insights/pages/" + PROJECT_SLUG + "/summary",
        "/insights/pages/" + slug + "/summary");
    String workflow = "/workflows/build-test";
    String workflowDescribed = "/workflows/{workflow-name}";
    for (String below : List.of("", "/jobs", "/summary", "/test-metrics")) {
      add(
          urls,
          insightsDescribed + workflowDescribed + below,
          insights + workflow + below + "?all-branches=true");
    }
    add(
        urls,
        "/insights/time-series/" + PROJECT_SLUG + workflowDescribed + "/jobs",
        "/insights/time-series/" + slug + workflow + "/jobs?granularity=daily");
  }

  private static void addHistory(Map<String, List<String>> urls) {
    SampleOrganization organization = server.organization();
    for (SampleOrganization.Row row : organization.pipelines(server.clock()).limit(30).toList()) {
      String path = "/pipeline/" + row.pipelineId();
      add(urls, "/pipeline/{pipeline-id}", path);
      add(urls, "/pipeline/{pipeline-id}/config", path + "/config");
      add(urls, "/pipeline/{pipeline-id}/workflow", path + "/workflow");
    }
    for (SampleOrganization.Row row : organization.workflows(server.clock()).limit(30).toList()) {
      String path = "/workflow/" + row.workflowId();
      add(urls, "/workflow/{id}", path);
      add(urls, "/workflow/{id}/job", path + "/job");
    }
    for (SampleOrganization.Row row : organization.jobs(server.clock()).limit(60).toList()) {
      if (row.body().has("job_number")) {
        String project = "/project/" + row.projectSlug();
        String described = "/project/" + PROJECT_SLUG;
        String number = row.body().get("job_number").asText();
        add(urls, described + "/job/{job-number}", project + "/job/" + number);
        add(urls, described + "/{job-number}/artifacts", project + "/" + number + "/artifacts");
        add(urls, described + "/{job-number}/tests", project + "/" + number + "/tests");
      }
    }
  }

  private static void add(Map<String, List<String>> urls, String path, String url) {
    urls.computeIfAbsent(path, key -> new ArrayList<>()).add(url);
  }
}
