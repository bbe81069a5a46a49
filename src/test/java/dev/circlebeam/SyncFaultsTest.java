package dev.circlebeam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.report.RunReport;
import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleFaults;
import dev.circlebeam.sample.SampleServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** What a sync makes of answers that are none: the table "What an answer means" of the design. */
public class SyncFaultsTest {
  private static final SampleConfig SMALL =
      SampleConfig.defaults().withProjects(2).withHistory(30, 20);

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void givenEveryPassingFault_thenNothingIsMissing() throws Exception {
    Path clean = folder.getRoot().toPath().resolve("clean");
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.sync(server, clean);
    }
    // Each URL meets each of its faults once: four at most, and a request is tried six times. Every
    // so-manieth request would, once in a while, be the same one six times.
    String faults =
        "STATUS_500@/job$:times=1,STATUS_502_HTML@/workflow$:times=1,STATUS_504@/job$:times=1,"
            + "CLOSE_BEFORE_HEADERS@/workflow$:times=1,TRUNCATED_BODY@/job$:times=1,"
            + "MALFORMED_JSON@/workflow$:times=1,EMPTY_BODY@/job$:times=1,"
            + "HTML_200@/pipeline$:times=1,STATUS_500@/project/[^/]+/[^/]+/[^/]+$:times=2,"
            + "TOO_MANY_TEXT@/workflow$:every=40";
    Path output = output();
    try (SampleServer server = server(faults)) {
      Syncs.Outcome outcome = Syncs.impatientSync(server, output);

      assertEquals(outcome.err(), 0, outcome.code());
      RunReport report = Syncs.report(output);
      assertTrue(report.requests().retries() > 20);
      assertEquals(0, report.errors());
      for (String table : List.of("pipelines", "workflows", "jobs")) {
        String all = "select * exclude (_synced_at) from {" + table + "} order by all";
        assertEquals(table, DuckDb.query(clean, all), DuckDb.query(output, all));
      }
    }
  }

  @Test
  public void given429InThreeDresses_thenItIsWaitedForAndNeverCounted() throws Exception {
    Path output = output();
    String faults =
        "TOO_MANY_JSON@/job$:every=90,TOO_MANY_TEXT@/workflow$:every=50,"
            + "TOO_MANY_RESET_HEADER@/pipeline$:times=1";
    SampleConfig tiny = SampleConfig.defaults().withProjects(1).withHistory(19, 20);
    try (SampleServer server = SampleServer.start(tiny.withFaults(SampleFaults.parse(faults)))) {
      Syncs.Outcome outcome = Syncs.impatientSync(server, output);

      assertEquals(outcome.err(), 0, outcome.code());
      RunReport report = Syncs.report(output);
      assertTrue(report.requests().rateLimited() > 0);
      assertEquals(0, report.requests().retries());
      assertEquals(19, DuckDb.number(output, "select count(*) from {pipelines}"));
    }
  }

  @Test
  public void givenARequestThatFailsForGood_thenOnlyItsRowsAreMissing_andTheNextRunGetsThem()
      throws Exception {
    Path output = output();
    String pipeline;
    long all;
    try (SampleServer server = SampleServer.start(SMALL)) {
      Path whole = folder.getRoot().toPath().resolve("whole");
      Syncs.sync(server, whole);
      pipeline =
          DuckDb.query(
                  whole, "select pipeline_id from {jobs} group by 1 order by count(*) desc limit 1")
              .get(0);
      all = DuckDb.number(whole, "select count(*) from {jobs}");
    }
    try (SampleServer server = server("STATUS_500@/pipeline/" + pipeline + "/workflow")) {
      Syncs.Outcome outcome = Syncs.impatientSync(server, output, "--maxErrors=0");

      assertEquals(outcome.err(), 3, outcome.code());
      assertEquals(
          0,
          DuckDb.number(
              output, "select count(*) from {workflows} where pipeline_id = '" + pipeline + "'"));
      assertEquals(60, DuckDb.number(output, "select count(*) from {pipelines}"));
      assertEquals(
          List.of("workflows|server_error|500|6|pipeline/" + pipeline + "/workflow"),
          DuckDb.query(output, "select \"table\", kind, status, attempts, url from {_errors}"));

      // What failed in the last run already is not held against this one.
      assertEquals(0, Syncs.impatientSync(server, output, "--maxErrors=0").code());
    }
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.Outcome outcome = Syncs.sync(server, Syncs.moved(output, server));

      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(all, DuckDb.number(output, "select count(*) from {jobs}"));
    }
  }

  @Test
  public void givenAFailureBelowAnOldPipeline_thenItIsNotGivenUpForItsAge() throws Exception {
    Path output = output();
    try (SampleServer server = server("FORBIDDEN@/workflow$:every=55")) {
      Syncs.impatientSync(server, output, "--unfinishedMaxAge=P91D");
      assertEquals(1, Syncs.report(output).countedErrors());
    }
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.sync(server, Syncs.moved(output, server), "--unfinishedMaxAge=P1D", "--overlap=PT0S");

      assertEquals(
          server.organization().workflows(server.clock()).count(),
          DuckDb.number(output, "select count(*) from {workflows}"));
      assertTrue(Syncs.report(output).givenUp() > 0);
    }
  }

  @Test
  public void givenManyFailures_thenExitCode3() throws Exception {
    Path output = output();
    try (SampleServer server = server("FORBIDDEN@/job$:every=10")) {
      Syncs.Outcome outcome = Syncs.impatientSync(server, output);

      assertEquals(3, outcome.code());
      RunReport report = Syncs.report(output);
      assertEquals("too_many_errors", report.status());
      assertEquals(3, report.exitCode());
      assertEquals(report.errors(), DuckDb.number(output, "select count(*) from {_errors}"));
    }
  }

  @Test
  public void given404BelowAProject_thenItIsCountedAndNothingIsRemoved() throws Exception {
    Path output = output();
    try (SampleServer server = server("NOT_FOUND@/job$:every=5")) {
      Syncs.Outcome outcome = Syncs.impatientSync(server, output);

      assertEquals(outcome.err(), 0, outcome.code());
      assertTrue(Syncs.report(output).tables().get("jobs").notFound() > 5);
      assertEquals(0, Syncs.report(output).errors());
    }
  }

  @Test
  public void givenAPageTokenThatExpires_thenTheListIsReadFromTheTop() throws Exception {
    Path output = output();
    try (SampleServer server = server("EXPIRED_PAGE_TOKEN@web-shop/pipeline$:times=1")) {
      Syncs.Outcome outcome = Syncs.impatientSync(server, output);

      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(60, DuckDb.number(output, "select count(*) from {pipelines}"));
      assertEquals(0, DuckDb.repeatedKeys(output, "pipelines", "id"));
    }
  }

  @Test
  public void givenAPageTokenThatNeverWorks_thenTheGapIsKnownAndFilledLater() throws Exception {
    Path output = output();
    try (SampleServer server = server("EXPIRED_PAGE_TOKEN@web-shop/pipeline$")) {
      Syncs.Outcome outcome = Syncs.impatientSync(server, output, "--maxErrors=5");

      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(50, DuckDb.number(output, "select count(*) from {pipelines}"));
      assertEquals(
          List.of("pipelines|page_token_expired"),
          DuckDb.query(output, "select \"table\", kind from {_errors}"));
      assertEquals(List.of("gh/acme/web-shop"), Syncs.report(output).backfillLeft());
    }
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.sync(server, Syncs.moved(output, server));
      assertEquals(60, DuckDb.number(output, "select count(*) from {pipelines}"));
    }
  }

  @Test
  public void givenAPageTokenAgain_thenTheListEndsWithAnError() throws Exception {
    Path output = output();
    try (SampleServer server = server("REPEATED_PAGE_TOKEN@web-shop/pipeline$")) {
      Syncs.Outcome outcome = Syncs.impatientSync(server, output, "--maxErrors=5");

      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(
          List.of("pipelines|page_token_repeated"),
          DuckDb.query(output, "select \"table\", kind from {_errors}"));
    }
  }

  @Test
  public void givenARedirect_thenItIsNotFollowedAndItsAddressIsTold() throws Exception {
    Path output = output();
    try (SampleServer server = server("REDIRECT@/job$:every=20")) {
      Syncs.impatientSync(server, output);

      List<String> errors =
          DuckDb.query(output, "select distinct kind, status, message from {_errors}");
      assertEquals(1, errors.size());
      assertTrue(errors.get(0), errors.get(0).startsWith("redirect|302|"));
      assertTrue(errors.get(0), errors.get(0).contains("/elsewhere"));
    }
  }

  @Test
  public void givenUnusableItems_thenEachIsAnErrorAndTheRestIsThere() throws Exception {
    Path output = output();
    try (SampleServer server =
        server("ITEM_WITHOUT_ID@web-shop/pipeline$:times=1,ITEM_NOT_OBJECT@/workflow$:times=1")) {
      Syncs.Outcome outcome = Syncs.impatientSync(server, output);

      assertEquals(outcome.err(), 0, outcome.code());
      assertTrue(
          DuckDb.number(
                  output,
                  "select count(*) from {_errors} where kind = 'unusable_item'"
                      + " and body is not null and attempts = 1")
              > 10);
      assertTrue(DuckDb.number(output, "select count(*) from {jobs}") > 100);
    }
  }

  @Test
  public void givenWrongTypes_thenColumnsAreNullAndValuesInExtra() throws Exception {
    Path output = output();
    try (SampleServer server = server("WRONG_TYPES@/job$")) {
      Syncs.Outcome outcome = Syncs.impatientSync(server, output);

      assertEquals(outcome.err(), 0, outcome.code());
      assertTrue(Syncs.report(output).tables().get("jobs").misfits() > 0);
      assertTrue(DuckDb.number(output, "select count(*) from {jobs}") > 100);
    }
  }

  @Test
  public void givenTheTokenInAnswers_thenItIsInNoFile() throws Exception {
    Path output = output();
    try (SampleServer server = server("ECHO_TOKEN@/(job|workflow|pipeline)$")) {
      Syncs.Outcome outcome = Syncs.impatientSync(server, output);

      assertEquals(outcome.err(), 0, outcome.code());
      assertTrue(
          DuckDb.number(output, "select count(*) from {jobs} where _extra like '%[token]%'") > 0);
      assertNowhere(output, outcome);
    }
    Path refused = folder.getRoot().toPath().resolve("refused");
    try (SampleServer server = server("WRONG_TOKEN_ECHO@/job$:every=9")) {
      Syncs.Outcome outcome = Syncs.impatientSync(server, refused);

      assertEquals(1, outcome.code());
      assertTrue(outcome.err(), outcome.err().contains("invalid_credentials"));
      assertNowhere(refused, outcome);
    }
  }

  private static void assertNowhere(Path output, Syncs.Outcome outcome) throws IOException {
    assertFalse(outcome.out(), outcome.out().contains(Syncs.TOKEN));
    assertFalse(outcome.err(), outcome.err().contains(Syncs.TOKEN));
    try (Stream<Path> files = Files.walk(output)) {
      List<Path> all = files.filter(Files::isRegularFile).toList();
      assertFalse(all.isEmpty());
      for (Path file : all) {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertFalse(file.toString(), text.contains(Syncs.TOKEN));
      }
    }
    if (Files.isDirectory(output.resolve("jobs"))) {
      // Parquet is compressed; DuckDB sees through.
      for (String table : List.of("pipelines", "workflows", "jobs")) {
        try {
          assertEquals(
              0,
              DuckDb.number(
                  output,
                  "select count(*) from {" + table + "} t where t::text like '%sample-tok%'"));
        } catch (java.sql.SQLException e) {
          throw new IOException(e);
        }
      }
    }
  }

  private static SampleServer server(String faults) {
    return SampleServer.start(SMALL.withFaults(SampleFaults.parse(faults)));
  }

  private Path output() {
    return folder.getRoot().toPath().resolve("out");
  }
}
