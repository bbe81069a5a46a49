package dev.circlebeam;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.circlebeam.circleci.TokenReference;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.BeforeClass;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The flex template says what {@link SyncOptions} says, and is built by a script that tells. */
public class FlexTemplateTest {
  private static final Path METADATA = Path.of("pipelines/flex-template/metadata.json");
  private static final Path DOCKERFILE = Path.of("pipelines/flex-template/Dockerfile");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> KEYS =
      Set.of(
          "name",
          "label",
          "helpText",
          "isOptional",
          "regexes",
          "paramType",
          "enumOptions",
          "defaultValue",
          "groupName");

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @BeforeClass
  public static void update() throws IOException {
    if (Boolean.getBoolean("circlebeam.update")) {
      Files.writeString(METADATA, FlexTemplateMetadata.make());
    }
  }

  @Test
  public void givenOptions_thenTheMetadataIsMadeOfThem() throws IOException {
    assertEquals(
        "run mvn test -Dtest=FlexTemplateTest -Dcirclebeam.update=true",
        FlexTemplateMetadata.make(),
        Files.readString(METADATA));
  }

  @Test
  public void givenMetadata_thenEveryFlagOfASyncIsThere_andNoneThatIsNot() throws IOException {
    Set<String> flags = new TreeSet<>(List.of("bigQueryProject", "jobLabelsMap"));
    for (Flag.Group group : Flag.Group.values()) {
      if (group != Flag.Group.SAMPLE && group != Flag.Group.TABLES) {
        Help.flags(group).forEach(flag -> flags.add(Help.name(flag)));
      }
    }
    flags.remove("maxDuration");
    assertTrue(flags.size() > 20);
    assertEquals(flags, parameters().keySet());
    // Beam's are spelled as Beam has them.
    CommandLine.parse(List.of("--bigQueryProject=p", "--jobLabelsMap={\"team\": \"ci\"}"));
  }

  @Test
  public void givenParameters_thenEachIsWholeAndSpelledAsDataflowHasIt() throws IOException {
    for (JsonNode parameter : parameters().values()) {
      Set<String> keys = new TreeSet<>();
      parameter.fieldNames().forEachRemaining(keys::add);
      assertTrue(keys.toString(), KEYS.containsAll(keys));
      for (String key : List.of("label", "helpText", "paramType", "groupName")) {
        assertFalse(key + " of " + parameter, parameter.path(key).asText().isBlank());
      }
      boolean isFree = !parameter.path("paramType").asText().equals("BOOLEAN");
      assertEquals(parameter.toString(), isFree, parameter.has("regexes"));
      if (isFree && parameter.has("defaultValue")) {
        assertFits(true, parameter.path("name").asText(), parameter.path("defaultValue").asText());
      }
    }
  }

  @Test
  public void givenValues_thenRegexesTakeWhatWeTake_andRefuseWhatWeRefuse() throws IOException {
    fits("projects", "gh/acme/web", "gh/acme/web,bb/acme/api circleci/A1/B2", " gh/a/b , ");
    fitsNot("projects", "web", "acme/web", "gh/acme", "gh/acme/web,x");
    fits("orgs", "gh/acme", "github/acme, circleci/A1", "5b0e1c7a-93d4-4f6e-8c2b-7d1f0a4e6b91");
    fitsNot("orgs", "acme", "gh/acme/web", "gh/acme,x", "5b0e1c7a");
    fits("excludeProjects", "gh/acme/sandbox-* */legacy?");
    fits("output", "gs://bucket", "gs://my-bucket/a/b", "bigquery://my-project/circleci");
    fitsNot("output", "out", "/data/out", "s3://bucket/x", "bigquery://dataset");
    fits("catalog", "gs://bucket", "gs://my-bucket/circleci/tables");
    fitsNot("catalog", "tables", "/data/tables", "bigquery://my-project/tables");
    fits("state", "gs://bucket/state.json");
    fitsNot("state", "state.json", "gs://bucket");
    fits("token", "secret:projects/p-1/secrets/circleci_token/versions/latest");
    fitsNot("token", "env:CIRCLECI_TOKEN", "file:/t", "CCIPAT_x", "secret:projects/p/secrets/s");
    fits("startDate", "2026-01-31", "2026-01-31T12:00:00Z");
    fitsNot("startDate", "yesterday", "31.01.2026");
    fits("overlap", "PT6H", "P7D", "PT1H30M", "PT0S");
    fitsNot("overlap", "6h", "P1Y", "-PT6H");
    fits("maxErrors", "10", "1%", "0.5%");
    fitsNot("maxErrors", "few", "1 %");
    fits("tables", "all", "core,tests", "core jobs");
    fits("runId", "nightly-2026.06_30", "scheduled__2026-06-30T00-00-00");
    fitsNot("runId", "a/b", ".hidden");
    fits("detectReruns", "daily", "true", "false");
    fits("requestsPerSecond", "40", "0.5");
    fitsNot("slicePipelines", "0", "1.5", "many");
  }

  @Test
  public void givenParameters_thenNoneWouldHoldASecret() throws IOException {
    Map<String, JsonNode> parameters = parameters();
    for (Map.Entry<String, JsonNode> parameter : parameters.entrySet()) {
      assertFalse(
          parameter.getKey(),
          Pattern.compile("password|secret|token|credential", Pattern.CASE_INSENSITIVE)
                  .matcher(parameter.getKey())
                  .find()
              && !parameter.getKey().equals("token"));
      assertFalse(parameter.getValue().path("paramType").asText().contains("PASSWORD"));
    }
    // What the regex lets through is the name of a secret.
    assertTrue(TokenReference.parse("secret:projects/p/secrets/s/versions/1").isSecret());
    assertFits(false, "token", "secret:0123456789abcdef0123456789abcdef01234567");
  }

  @Test
  public void givenTheDockerfile_thenItsBaseIsPinned_andItStartsTheTemplate() throws IOException {
    String dockerfile = Files.readString(DOCKERFILE);
    assertTrue(
        dockerfile,
        Pattern.compile(
                "^ARG BASE=gcr\\.io/dataflow-templates-base/java17-template-launcher-base:"
                    + "[0-9]{8}_RC[0-9]{2}$",
                Pattern.MULTILINE)
            .matcher(dockerfile)
            .find());
    assertThat(
        dockerfile, containsString("FLEX_TEMPLATE_JAVA_MAIN_CLASS=" + CircleBeam.class.getName()));
  }

  @Test
  public void givenADryRun_thenItSaysWhatItWouldDo_andDoesNothing() throws Exception {
    Path path = folder.newFolder("bin").toPath();
    Path called = folder.getRoot().toPath().resolve("called");
    for (String tool : List.of("gcloud", "docker", "mvn", "java")) {
      Path file = path.resolve(tool);
      Files.writeString(file, "#!/bin/sh\necho " + tool + " \"$@\" >>" + called + "\n");
      assertTrue(file.toFile().setExecutable(true));
    }
    String image = "europe-west1-docker.pkg.dev/my-project/circlebeam/template:1";
    Said said =
        script(
            path,
            "--project=my-project",
            "--image=" + image,
            "--template=gs://my-bucket/templates/circlebeam.json",
            "--dry-run");
    assertEquals(said.text(), 0, said.code());
    assertThat(said.text(), containsString("gcloud builds submit"));
    assertThat(said.text(), containsString("_IMAGE=" + image));
    assertThat(
        said.text(),
        containsString(
            "gcloud dataflow flex-template build gs://my-bucket/templates/circlebeam.json"));
    assertThat(
        said.text(), containsString("--metadata-file=pipelines/flex-template/metadata.json"));
    assertThat(said.text(), containsString("--sdk-language=JAVA"));
    assertFalse("nothing was called", Files.exists(called));
  }

  @Test
  public void givenFlagsThatAreMissingOrUnknown_thenALineThatNamesThem() throws Exception {
    Path none = folder.newFolder("none").toPath();
    Map<List<String>, String> wrong =
        Map.of(
            List.of(), "--project is missing",
            List.of("--project=p"), "--image is missing",
            List.of("--project=p", "--image=europe-docker.pkg.dev/p/r/i"), "--template is missing",
            List.of("--project=p", "--image=i", "--template=local.json"), "--template=local.json",
            List.of("--projekt=p"), "there is no flag --projekt");
    for (Map.Entry<List<String>, String> args : wrong.entrySet()) {
      Said said = script(none, args.getKey().toArray(String[]::new));
      assertEquals(said.text(), 2, said.code());
      assertThat(said.text(), containsString(args.getValue()));
      assertEquals(said.text(), 1, said.text().lines().count());
    }
  }

  @Test
  public void givenGcloud_thenItTakesTheMetadata() throws Exception {
    Path gcloud =
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .map(folder -> Path.of(folder, "gcloud"))
            .filter(Files::isExecutable)
            .findFirst()
            .orElse(null);
    assumeTrue("skipped: no gcloud on the path", gcloud != null);
    ProcessBuilder build =
        new ProcessBuilder(
            gcloud.toString(),
            "dataflow",
            "flex-template",
            "build",
            "gs://my-bucket/circlebeam.json",
            "--image=europe-west1-docker.pkg.dev/my-project/circlebeam/template:1",
            "--sdk-language=JAVA",
            "--metadata-file=" + METADATA,
            "--project=my-project",
            "--print-only");
    build.environment().put("CLOUDSDK_CONFIG", folder.newFolder("gcloud").toString());
    Said said = said(build);
    assertEquals(said.text(), 0, said.code());
    assertThat(said.text(), containsString("\"name\": \"slicePipelines\""));
    assertThat(said.text(), not(containsString("WARNING")));
  }

  private record Said(int code, String text) {}

  private Said script(Path tools, String... args) throws Exception {
    List<String> command = new ArrayList<>(List.of("scripts/build-flex-template"));
    command.addAll(Arrays.asList(args));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("PATH", tools + File.pathSeparator + "/usr/bin:/bin");
    return said(builder);
  }

  private Said said(ProcessBuilder builder) throws Exception {
    File output = folder.newFile();
    Process process = builder.redirectErrorStream(true).redirectOutput(output).start();
    try {
      assertTrue("it ends", process.waitFor(60, TimeUnit.SECONDS));
    } finally {
      process.destroyForcibly();
    }
    return new Said(process.exitValue(), Files.readString(output.toPath(), StandardCharsets.UTF_8));
  }

  private static void fits(String parameter, String... values) throws IOException {
    for (String value : values) {
      assertFits(true, parameter, value);
    }
  }

  private static void fitsNot(String parameter, String... values) throws IOException {
    for (String value : values) {
      assertFits(false, parameter, value);
    }
  }

  private static void assertFits(boolean expected, String parameter, String value)
      throws IOException {
    JsonNode regexes = parameters().get(parameter).path("regexes");
    assertEquals(1, regexes.size());
    assertEquals(
        parameter + "=" + value,
        expected,
        Pattern.compile(regexes.path(0).asText()).matcher(value).matches());
  }

  private static Map<String, JsonNode> parameters() throws IOException {
    Map<String, JsonNode> parameters = new TreeMap<>();
    for (JsonNode parameter : JSON.readTree(METADATA.toFile()).path("parameters")) {
      parameters.put(parameter.path("name").asText(), parameter);
    }
    return parameters;
  }
}
