package dev.circlebeam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.storage.LocalFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.Test;
import org.junit.function.ThrowingRunnable;

public class FlagsTest {
  private static final Instant START = Instant.parse("2026-06-30T12:34:56Z");

  @Test
  public void givenLists_thenSplitAtCommasAndBlanks() {
    assertEquals(List.of("a", "b", "c", "d"), Flags.list(" a,b, c\n,,d "));
    assertEquals(List.of(), Flags.list(null));
    assertEquals(List.of(), Flags.list(" , "));
  }

  @Test
  public void givenProjects_thenShortFormsEachOnce() {
    assertEquals(
        List.of("gh/acme/web", "bb/acme/api", "circleci/A1/B2"),
        flags("--projects=github/acme/web,gh/acme/web bitbucket/acme/api circleci/A1/B2")
            .projects());
  }

  @Test
  public void givenNoProjects_thenTheFlagAndAnExample() {
    for (String arg : new String[] {"--projects=", "--projects= , ", "--tables=core"}) {
      assertTrue(refused(() -> flags(arg).projects()).startsWith("--projects is missing"));
    }
  }

  @Test
  public void givenOrganizations_thenProjectsMayBeMissing() {
    Flags flags = flags("--orgs=github/acme,bb/acme", "--excludeProjects=*/a *-b");
    assertEquals(List.of(), flags.projects());
    assertEquals(List.of("gh/acme", "bb/acme"), flags.organizations().names());
    assertEquals(List.of("*/a", "*-b"), flags.organizations().excluded());
    assertTrue(
        refused(() -> flags("--excludeProjects=*").organizations())
            .startsWith("--excludeProjects leaves out projects of --orgs, which is missing"));
  }

  @Test
  public void givenWhatIsNoSlug_thenItAndTheForms() {
    String[] slugs = {
      "web",
      "acme/web",
      "gh/acme",
      "gh/acme/web/x",
      "gl/acme/web",
      "gh//web",
      "gh/acme/",
      "gh/../web",
      "https://github.com/acme/web",
      "gh/acme/web?x",
      "gh/acme/web#x",
      "/gh/acme/web",
    };
    for (String slug : slugs) {
      String message = refused(() -> flags("--projects=gh/acme/ok," + slug).projects());
      assertTrue(message, message.startsWith("--projects: '" + slug + "' is no project slug"));
      assertTrue(message, message.contains("gh/<organization>/<repository>"));
    }
  }

  @Test
  public void givenStartDates_thenTheMoment() {
    assertEquals(Instant.parse("2026-01-31T00:00:00Z"), startDate("2026-01-31"));
    assertEquals(Instant.parse("2026-01-31T12:00:00Z"), startDate("2026-01-31T12:00:00Z"));
    assertEquals(Instant.parse("2026-01-31T12:00:00Z"), startDate(" 2026-01-31T12:00:00Z "));
    assertEquals(Instant.parse("2026-01-31T10:00:00Z"), startDate("2026-01-31T12:00:00+02:00"));
    assertEquals(Instant.parse("2026-01-31T12:00:00.5Z"), startDate("2026-01-31T12:00:00.500Z"));
    assertNull(startDate(""));
    assertNull(flags().startDate());
  }

  @Test
  public void givenWhatIsNoDate_thenItAndAnExample() {
    String[] dates = {
      "yesterday", "2026", "2026-02-30", "31.01.2026", "2026-01-31T12:00:00", "2026-1-31", "P7D",
    };
    for (String date : dates) {
      String message = refused(() -> startDate(date));
      assertTrue(message, message.startsWith("--startDate=" + date + " is no date"));
      assertTrue(message, message.contains("2026-01-31"));
    }
  }

  @Test
  public void givenDurations_thenTheyAreRead() {
    Flags flags = flags();
    assertEquals(Duration.ofHours(6), flags.duration("--overlap", "PT6H"));
    assertEquals(Duration.ofDays(91), flags.duration("--overlap", "P91D"));
    assertEquals(Duration.ofMinutes(90), flags.duration("--overlap", "PT1H30M"));
    assertEquals(Duration.ZERO, flags.duration("--overlap", "PT0S"));
  }

  @Test
  public void givenWhatIsNoDuration_thenFlagValueAndExample() {
    for (String text : new String[] {"", "6h", "6", "P1Y", "P1W", "PT-6H", "-PT6H", "PT"}) {
      String message = refused(() -> flags().duration("--overlap", text));
      assertTrue(message, message.startsWith("--overlap=" + text + " is no duration"));
      assertTrue(message, message.contains("PT6H"));
    }
  }

  @Test
  public void givenRunId_thenItOrOneMadeOfTheTime() {
    assertEquals("nightly-2026.06_30", flags("--runId=nightly-2026.06_30").runId(START));
    String first = flags().runId(START);
    assertTrue(first, first.matches("20260630-123456-[0-9a-f]{6}"));
    assertNotEquals(first, flags().runId(START));
  }

  @Test
  public void givenRunIdThatIsNoFileName_thenRefused() {
    String[] names = {"a/b", "../x", "..", ".hidden", "-x", "a b", "ä", "a\\b", "x".repeat(101)};
    for (String name : names) {
      String message = refused(() -> flags("--runId=" + name).runId(START));
      assertTrue(message, message.startsWith("--runId=" + name));
    }
  }

  @Test
  public void givenNumbers_thenAboveZeroOnly() {
    assertEquals(7, flags().positive("--x", " 7 "));
    assertEquals(0.5, flags().positiveNumber("--x", "0.5"), 0);
    for (String text : new String[] {"0", "-1", "1.5", "many", "", "99999999999"}) {
      assertTrue(
          refused(() -> flags().positive("--x", text)).startsWith("--x=" + text + " is not"));
    }
    for (String text : new String[] {"0", "-0.1", "NaN", "Infinity", "many", "", "1e10"}) {
      assertTrue(
          refused(() -> flags().positiveNumber("--x", text)).startsWith("--x=" + text + " is not"));
    }
  }

  @Test
  public void givenLocalPath_thenAbsoluteAndNormal() {
    Path here = Path.of("").toAbsolutePath();
    assertEquals(LocalFolder.of(here.resolve("out")), flags().folder("--output", "a/../out/"));
    assertEquals(new LocalFolder("/data/x"), flags().folder("--output", "/data/x"));
  }

  @Test
  public void givenPathElsewhere_thenRefusedWithTheFlag() {
    for (String text : new String[] {"s3://bucket/x", "bigquery://p/d"}) {
      String message = refused(() -> flags().folder("--output", text));
      assertTrue(message, message.startsWith("--output=" + text + " is not supported yet"));
    }
  }

  private static Instant startDate(String text) {
    return flags("--startDate=" + text).startDate();
  }

  private static Flags flags(String... args) {
    return new Flags(CommandLine.parse(List.of(args)));
  }

  private static String refused(ThrowingRunnable code) {
    return assertThrows(UsageException.class, code).getMessage();
  }
}
