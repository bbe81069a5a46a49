package dev.circlebeam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.runners.direct.DirectRunner;
import org.junit.Assume;
import org.junit.Test;

public class CommandLineTest {
  private static final String SECRET = "CCIPAT_0123456789abcdef";

  @Test
  public void givenFlags_thenTheirValues() {
    SyncOptions options =
        CommandLine.parse(
            List.of("--projects=gh/acme/web gh/acme/api", "--output=out", "--fullRefresh"));
    assertEquals("gh/acme/web gh/acme/api", options.getProjects());
    assertEquals("out", options.getOutput());
    assertTrue(options.isFullRefresh());
    assertEquals("core", options.getTables());
  }

  @Test
  public void givenBooleans_thenWithAndWithoutValue() {
    assertTrue(CommandLine.parse(List.of("--sample=true")).isSample());
    assertFalse(CommandLine.parse(List.of("--sample=false")).isSample());
    assertFalse(CommandLine.parse(List.of()).isSample());
  }

  @Test
  public void givenBeamsFlags_thenTheyAreAccepted() {
    SyncOptions options =
        CommandLine.parse(List.of("--targetParallelism=3", "--tempLocation=/tmp/x"));
    assertEquals(3, options.as(DirectOptions.class).getTargetParallelism());
    assertEquals("/tmp/x", options.getTempLocation());
  }

  @Test
  public void givenMisspeltFlag_thenTheNearest() {
    assertTrue(refused("--project-s=x").contains("did you mean --projects?"));
    assertTrue(refused("--ouput=x").contains("did you mean --output?"));
    assertTrue(refused("--maxErors=x").contains("did you mean --maxErrors?"));
    assertTrue(refused("--requests-per-second=1").contains("did you mean --requestsPerSecond?"));
    assertTrue(refused("--TABLES=x").contains("did you mean --tables?"));
    assertTrue(refused("--targetParalelism=1").contains("did you mean --targetParallelism?"));
  }

  @Test
  public void givenFlagLikeNoOther_thenHelp() {
    assertEquals("there is no flag --quux42; see --help", refused("--quux42=1"));
  }

  @Test
  public void givenUnknownFlag_thenItsValueIsNotRepeated() {
    for (String flag : new String[] {"--tokn", "--apiKey", "--circleToken", "--t"}) {
      String message = refused(flag + "=" + SECRET);
      assertTrue(message, message.contains("there is no flag " + flag));
      assertFalse(message, message.contains(SECRET));
    }
  }

  @Test
  public void givenValueAfterABlank_thenTheFlagWithAnEqualsSign() {
    assertTrue(refused("--output", "out").contains("did you mean --output=…?"));
    assertTrue(refused("--projects=x", "--output", "out").contains("did you mean --output=…?"));
  }

  @Test
  public void givenTokenAfterABlank_thenItIsNotRepeated() {
    String message = refused("--token", SECRET);
    assertTrue(message, message.contains("--token"));
    assertFalse(message, message.contains(SECRET));
  }

  @Test
  public void givenTokenAfterOneDashOrNone_thenItIsNotRepeated() {
    for (String arg : new String[] {"-token=" + SECRET, "token=" + SECRET, "—token=" + SECRET}) {
      String message = refused(arg);
      assertFalse(message, message.contains(SECRET));
    }
  }

  @Test
  public void givenFlagOfATextWithoutValue_thenRefused() {
    assertTrue(refused("--projects=gh/a/b", "--output").contains("--output"));
    assertTrue(refused("--branch").contains("--branch"));
  }

  @Test
  public void givenNoFlag_thenSaidHowFlagsAreWritten() {
    assertTrue(refused("out").contains("--name=value"));
    assertTrue(refused("-output=out").contains("--name=value"));
    assertTrue(refused("").contains("--name=value"));
    assertTrue(refused("--").contains("see --help"));
  }

  @Test
  public void givenGoogleCloudsProjectWithASlash_thenProjects() {
    String message = refused("--project=gh/acme/web");
    assertTrue(message, message.contains("--projects=gh/acme/web"));
  }

  @Test
  public void givenFlagTwice_thenRefused() {
    assertEquals("--output is given twice", refused("--output=a", "--output=b"));
    assertEquals("--sample is given twice", refused("--sample", "--sample"));
  }

  @Test
  public void givenValueThatIsNone_thenRefused() {
    assertTrue(refused("--fullRefresh=maybe").contains("fullRefresh"));
    assertTrue(refused("--targetParallelism=many").contains("targetParallelism"));
  }

  @Test
  public void givenRunnerThatIsNotKnown_thenThoseThatAre() {
    String message = refused("--runner=SparkRunner");
    assertTrue(message, message.startsWith("--runner=SparkRunner is not supported; give Direct"));
  }

  @Test
  public void givenRunnerByAnyNameOfIts_thenKnown() {
    String[] names = {
      "DirectRunner", "directrunner", "org.apache.beam.runners.direct.DirectRunner"
    };
    for (String name : names) {
      assertEquals(DirectRunner.class, CommandLine.parse(List.of("--runner=" + name)).getRunner());
    }
  }

  @Test
  public void givenWords_thenTheNearestOrNone() {
    List<String> words = List.of("jobs", "workflows", "pipelines");
    assertEquals(Optional.of("jobs"), CommandLine.nearest("job", words));
    assertEquals(Optional.of("workflows"), CommandLine.nearest("WORKFLOW", words));
    assertEquals(Optional.empty(), CommandLine.nearest("contexts", words));
    assertEquals(Optional.empty(), CommandLine.nearest("x", List.of()));
  }

  @Test
  public void givenMisspeltCommand_thenTheNearestAndExitCodeTwo() {
    assertEquals(2, Syncs.run("snyc").code());
    assertTrue(Syncs.run("snyc").err(), Syncs.run("snyc").err().contains("did you mean sync?"));
    assertTrue(Syncs.run("table").err().contains("did you mean tables?"));
    assertTrue(Syncs.run("sampleserver").err().contains("did you mean sample-server?"));
    Syncs.Outcome unknown = Syncs.run("frobnicate");
    assertEquals(2, unknown.code());
    assertFalse(unknown.err().contains("did you mean"));
    assertTrue(unknown.err().contains("(commands: sync, check, tables"));
  }

  @Test
  public void givenUsageErrors_thenOneLineAndExitCodeTwo() {
    String[][] lines = {
      {"sync"},
      {"sync", "--output=out"},
      {"sync", "--projects=web", "--output=out"},
      {"sync", "--projects=gh/a/b"},
      {"sync", "--projects=gh/a/b", "--output=out", "--tables=job"},
      {"sync", "--projects=gh/a/b", "--output=out", "--token=" + SECRET},
      {"sync", "--projects=gh/a/b", "--output=out", "--fetchShards=2"},
      {"sync", "--projects=gh/a/b", "--output=out", "--maxErrors=few"},
      {"sync", "--projects=gh/a/b", "--output=out", "--circleciUrl=http://circleci.com"},
      {"sync", "--projects=gh/a/b", "--output", "out"},
      {"check", "--nothing=1"},
      {"check", "--token=" + SECRET},
      {"check", "--projects=web"},
      {"tables", "--format=xml"},
      {"sample-server", "--samplePort=99999"},
      {"sample-server", "--sampleFaults=oops@x"},
    };
    for (String[] line : lines) {
      Syncs.Outcome ran = Syncs.run(line);
      String all = Arrays.toString(line) + ": " + ran.err();
      assertEquals(all, 2, ran.code());
      assertEquals(all, 1, ran.err().lines().count());
      assertTrue(all, ran.err().startsWith("circlebeam: "));
      assertFalse(all, ran.err().contains(SECRET));
      assertEquals(all, "", ran.out());
    }
  }

  @Test
  public void givenABucketAndNoCredentials_thenOneLineThatSaysHowToGetSome() {
    Path known = Path.of(System.getProperty("user.home"), ".config/gcloud");
    Assume.assumeTrue(
        "skipped: there are credentials for Google Cloud",
        System.getenv("GOOGLE_APPLICATION_CREDENTIALS") == null && !Files.exists(known));

    Syncs.Outcome ran = Syncs.run("sync", "--sample", "--output=gs://bucket/x");

    assertEquals(ran.err(), 1, ran.code());
    assertEquals(
        "circlebeam: invalid_credentials: there are no credentials for Cloud Storage; run 'gcloud auth"
            + " application-default login', or set GOOGLE_APPLICATION_CREDENTIALS",
        ran.err().strip());
  }

  @Test
  public void givenNothing_thenHelpOnTheErrorStreamAndExitCodeTwo() {
    Syncs.Outcome ran = Syncs.run();
    assertEquals(2, ran.code());
    assertTrue(ran.err().startsWith("circlebeam copies"));
    assertEquals("", ran.out());
  }

  private static String refused(String... args) {
    return assertThrows(
            Arrays.toString(args),
            UsageException.class,
            () -> CommandLine.parse(Arrays.asList(args)))
        .getMessage();
  }
}
