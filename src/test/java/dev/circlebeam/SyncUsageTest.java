package dev.circlebeam;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.CoreMatchers.not;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.report.RunReport;
import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleFaults;
import dev.circlebeam.sample.SampleOrganization;
import dev.circlebeam.sample.SampleServer;
import dev.circlebeam.sample.SampleTrait;
import dev.circlebeam.state.StateStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The usage export, as a user has it: days, rows, and what happens when it is not to be had. */
public class SyncUsageTest {
  private static final Instant NOW = Instant.parse("2026-06-30T12:00:00Z");
  private static final SampleConfig SMALL =
      SampleConfig.defaults()
          .withProjects(2)
          .withHistory(20, 12)
          .withNow(NOW)
          .withExportTime(Duration.ZERO);
  private static final String USAGE = "--tables=usage";
  private static final String START = "--startDate=2026-06-16";

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void givenAnExport_thenARowForEachRunOfAJobUpToYesterday() throws Exception {
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.Outcome outcome = sync(server);

      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(ran(server, "2026-06-16", "2026-06-30"), stored());
      assertEquals(0, DuckDb.repeatedKeys(output(), "usage", "job_id, workflow_id"));
      assertEquals(
          "each in the file of its day",
          0,
          DuckDb.number(
              output(), "select count(*) from {usage} where dt != cast(job_run_date as date)"));
      assertEquals(
          "0",
          DuckDb.query(
                  output(),
                  "select count(*) from {usage} where total_credits != compute_credits or"
                      + " organization_id is null or pipeline_number is null or _extra is not null")
              .get(0));
      assertThat(
          DuckDb.number(output(), "select count(median_cpu_utilization_pct) from {usage}"),
          greaterThan(0L));
      assertEquals("a week, and the week before", 2, creations(server));
      RunReport report = Syncs.report(output());
      assertEquals(stored().size(), report.tables().get("usage").rows());
      assertEquals(List.of(), report.backfillLeft());
    }
  }

  @Test
  public void givenTheSameDay_thenNothingIsAskedFor_andOnTheNextOneOnlyWhatIsNew()
      throws Exception {
    try (SampleServer server = SampleServer.start(SMALL)) {
      sync(server);
      server.advance(Duration.ofHours(11));
      server.resetStats();
      assertEquals(0, sync(server).code());
      assertEquals(0, creations(server));
      Set<String> before = stored();

      server.advance(Duration.ofDays(2));
      assertEquals(0, sync(server).code());

      assertEquals(1, creations(server));
      assertTrue(stored().size() > before.size());
      assertEquals(ran(server, "2026-06-16", "2026-07-02"), stored());
      assertEquals(
          "the two days before are read again, for jobs that had still run",
          "2026-06-28 00:00:00.0",
          DuckDb.query(
                  output(),
                  "select strftime(min(job_run_date), '%Y-%m-%d 00:00:00.0') from {usage} where"
                      + " _synced_at = (select max(_synced_at) from {usage})")
              .get(0));
    }
  }

  @Test
  public void givenMoreRowsThanASliceHolds_thenSlicesOfDaysAndOneListOfEachProject()
      throws Exception {
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.Outcome outcome = sync(server, "--slicePipelines=1");

      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(ran(server, "2026-06-16", "2026-06-30"), stored());
      RunReport report = Syncs.report(output());
      assertTrue(report.slices().toString(), report.slices().size() > 1);
      assertEquals(2L, (long) server.stats().byRoute().get("project"));
      assertEquals(List.of(), report.backfillLeft());
      StateStore.look(Syncs.state(output()))
          .organizations()
          .values()
          .forEach(organization -> assertNull("the run has ended", organization.thisRun()));
      assertThat(
          Syncs.run("state", "--output=" + output()).out(),
          containsString("usage                    2026-06-16T00:00:00Z to 2026-06-29T23:59:59"));
    }
  }

  @Test
  public void givenThirteenMonths_thenTenExportsAndTheNextRunGoesOn() throws Exception {
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.Outcome outcome = Syncs.sync(server, output(), config -> hasty(config, server), USAGE);

      assertEquals(outcome.err(), 0, outcome.code());
      assertThat(
          outcome.out(),
          containsString(
              "usage: not read whole for gh/acme: CircleCI makes ten exports an hour; a run in an"
                  + " hour goes on"));
      assertEquals(10, creations(server));
      assertEquals(0, refused(server));
      assertEquals(0, Syncs.report(output()).countedErrors());
      assertEquals(List.of("gh/acme (usage)"), Syncs.report(output()).incomplete());

      server.advance(Duration.ofHours(1));
      outcome = Syncs.sync(server, output(), config -> hasty(config, server), USAGE);

      assertThat(outcome.out(), not(containsString("not read whole")));
      assertEquals("a week, two months, and the rest", 14, creations(server));
      assertEquals(0, refused(server));
      assertEquals(List.of(), Syncs.report(output()).backfillLeft());
    }
  }

  @Test
  public void givenASecondRunWithinTheHour_thenTheServersRefusalIsSaidAndStopsNothing()
      throws Exception {
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.sync(server, output(), config -> hasty(config, server), USAGE);

      Syncs.Outcome outcome = Syncs.sync(server, output(), config -> hasty(config, server), USAGE);

      assertEquals(outcome.err(), 0, outcome.code());
      assertThat(outcome.out(), containsString("CircleCI makes ten exports an hour"));
      assertEquals(1, refused(server));
      assertEquals(
          "usage|429|rate_limited",
          DuckDb.query(output(), "select \"table\", status, kind from {_errors} where status = 429")
              .get(0));
    }
  }

  @Test
  public void givenExportsThatFail_thenOneErrorThatCountsOnce() throws Exception {
    try (SampleServer server = SampleServer.start(SMALL.with(SampleTrait.FAILING_EXPORTS))) {
      Syncs.Outcome outcome = sync(server, "--maxErrors=0");

      assertEquals(outcome.err(), 3, outcome.code());
      assertThat(
          DuckDb.query(output(), "select message from {_errors}").toString(),
          containsString("the export failed: the query could not be finished"));
      assertEquals("and no other is asked for", 1, creations(server));

      outcome = sync(server, "--maxErrors=0");
      assertEquals("known by now", 0, outcome.code());
      assertEquals(List.of("gh/acme (usage)"), Syncs.report(output()).incomplete());
    }
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.moved(output(), server);
      assertEquals(0, sync(server).code());
      assertEquals(ran(server, "2026-06-16", "2026-06-30"), stored());
      assertEquals(List.of(), Syncs.report(output()).incomplete());
    }
  }

  @Test
  public void givenNoPermission_thenOneErrorOneLineAndTheRest() throws Exception {
    SampleConfig refusing =
        SMALL.withFaults(SampleFaults.parse("forbidden@/organizations/.*/usage_export_job"));
    try (SampleServer server = SampleServer.start(refusing)) {
      Syncs.Outcome outcome =
          Syncs.syncByItsClock(server, output(), "--tables=usage,contexts", START, "--maxErrors=0");

      assertEquals(outcome.err(), 0, outcome.code());
      assertThat(outcome.out(), containsString("usage: not permitted for gh/acme"));
      assertEquals(1, DuckDb.number(output(), "select count(*) from {_errors}"));
      assertTrue(DuckDb.number(output(), "select count(*) from {contexts}") > 0);
    }
  }

  @Test
  public void givenFilesThatBreakOff_thenTheyAreFetchedAgain() throws Exception {
    SampleConfig breaking =
        SMALL.withFaults(
            SampleFaults.parse(
                "truncated_body@/exports/:every=2,status_500@/usage_export_job:every=3"));
    try (SampleServer server = SampleServer.start(breaking)) {
      Syncs.Outcome outcome =
          Syncs.sync(server, output(), config -> hasty(config, server), USAGE, START);

      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(ran(server, "2026-06-16", "2026-06-30"), stored());
      assertEquals(0, Syncs.report(output()).errors());
    }
  }

  @Test
  public void givenAnExport_thenNoSignedAddressIsWrittenOrSaid() throws Exception {
    SampleConfig failing = SMALL.withFaults(SampleFaults.parse("forbidden@/exports/.*part-1"));
    try (SampleServer server = SampleServer.start(failing)) {
      Syncs.Outcome outcome = sync(server, "--maxErrors=100");

      assertEquals(outcome.err(), 0, outcome.code());
      String errors = DuckDb.query(output(), "select to_json(e) from {_errors} e").toString();
      assertThat(errors, containsString("HTTP 403 from 127.0.0.1"));
      String usage = DuckDb.query(output(), "select to_json(u) from {usage} u").toString();
      for (String text : List.of(errors, usage, outcome.out(), outcome.err(), plainFiles())) {
        assertThat(text, not(containsString("sig=")));
        assertThat(text, not(containsString("/exports/")));
      }
      assertTrue("the first file's rows", stored().size() > 0);
      assertEquals(List.of("gh/acme (usage)"), Syncs.report(output()).incomplete());
    }
  }

  @Test
  public void givenAFileServerThatWantsToKnowWhoAsks_thenTheTokenIsNotToBlame() throws Exception {
    SampleConfig failing = SMALL.withFaults(SampleFaults.parse("wrong_token_echo@/exports/"));
    try (SampleServer server = SampleServer.start(failing)) {
      Syncs.Outcome outcome = sync(server, "--maxErrors=100");

      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(
          List.of("usage|401|unauthorized|HTTP 401 from 127.0.0.1"),
          DuckDb.query(
              output(), "select \"table\", status, kind, message from {_errors} where status > 0"));
    }
  }

  private Syncs.Outcome sync(SampleServer server, String... more) throws Exception {
    String[] flags = Stream.concat(Stream.of(USAGE, START), Stream.of(more)).toArray(String[]::new);
    return Syncs.sync(server, output(), config -> hasty(config, server), flags);
  }

  private static SyncConfig hasty(SyncConfig config, SampleServer server) {
    return config.withClock(server::clock).withFirstRetryWait(Duration.ofMillis(1));
  }

  private Set<String> stored() throws Exception {
    return new TreeSet<>(
        DuckDb.query(
            output(),
            "select job_id || ' ' || job_build_status || ' ' ||"
                + " strftime(job_run_started_at, '%Y-%m-%dT%H:%M:%SZ') from {usage}"));
  }

  /** What the server knows of jobs that began on these days and have ended. */
  private static Set<String> ran(SampleServer server, String from, String until) {
    return server
        .organization()
        .jobs(server.clock())
        .map(SampleOrganization.Row::body)
        .filter(job -> job.hasNonNull("started_at") && job.hasNonNull("stopped_at"))
        .filter(job -> job.get("started_at").asText().compareTo(from) >= 0)
        .filter(job -> job.get("started_at").asText().compareTo(until) < 0)
        .map(
            job ->
                job.get("id").asText()
                    + " "
                    + job.get("status").asText()
                    + " "
                    + job.get("started_at").asText())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static long creations(SampleServer server) {
    return server.stats().byRoute().getOrDefault("usage-export-create", 0L);
  }

  private static long refused(SampleServer server) {
    return server.stats().byStatus().getOrDefault(429, 0L);
  }

  private String plainFiles() throws Exception {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(output())) {
      for (Path file : files.filter(path -> path.toString().endsWith(".json")).toList()) {
        all.append(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
      }
    }
    return all.toString();
  }

  private Path output() {
    return folder.getRoot().toPath().resolve("out");
  }
}
