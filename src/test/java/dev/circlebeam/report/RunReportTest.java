package dev.circlebeam.report;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** What a run says of itself: to programs in a file, to people in a few lines. */
public class RunReportTest {
  private static final Instant START = Instant.parse("2026-05-04T09:00:00.123456Z");
  private static final RunReport.Run RUN =
      new RunReport.Run("run-1", START, "https://circleci.com", "/out");

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void givenReport_thenTheFileHoldsItWhole() throws IOException {
    RunReport report = report("1%", 4);
    assertEquals(report, writtenAndRead(report));
    JsonNode json = new ObjectMapper().readTree(report.toJson());
    assertEquals("run-1", json.get("run_id").asText());
    assertEquals("succeeded", json.get("status").asText());
    assertEquals(0, json.get("exit_code").asInt());
    assertEquals("2026-05-04T09:00:00.123456Z", json.get("started_at").asText());
    assertEquals(61.5, json.get("seconds").asDouble(), 0);
    assertEquals(431, json.at("/requests/sent").asInt());
    assertEquals(43.1, json.at("/requests/per_second").asDouble(), 0);
    assertEquals(7531, json.at("/tables/jobs/rows").asInt());
    assertEquals(3, json.at("/tables/jobs/not_found").asInt());
    assertEquals("brand_new", json.at("/tables/jobs/extra_fields/0").asText());
    assertEquals("gh/acme/api", json.at("/backfill_left/0").asText());
    assertEquals("null is written", true, json.has("reason"));
  }

  @Test
  public void givenTooManyErrors_thenCode3AndTheFigures() throws IOException {
    RunReport report = report("1%", 5);
    assertEquals("too_many_errors", report.status());
    assertEquals(3, report.exitCode());
    assertEquals("5 of 431 requests failed for good", report.reason());
    assertEquals(report, writtenAndRead(report));
    assertThat(summary(report), containsString("5 of 431 requests failed for good"));
  }

  @Test
  public void givenFailure_thenReasonAndWhatToDo() throws IOException {
    RunFailure failure =
        RunFailure.failed("invalid_credentials", "the token is not accepted", "make a new one");
    RunReport report =
        RunReport.failed(
            RUN,
            START.plusMillis(1500),
            failure.status(),
            failure.exitCode(),
            failure.getMessage(),
            failure.whatToDo());
    assertEquals(report, writtenAndRead(report));
    assertEquals(1, report.exitCode());
    assertEquals("make a new one", report.whatToDo());
    assertEquals(1.5, report.seconds(), 0);
    assertNull(report.requests());
    assertEquals(failure, RunFailure.in(new RuntimeException(new IOException("x", failure))));
    assertNull(RunFailure.in(new RuntimeException(new IOException("x"))));
  }

  @Test
  public void givenNothingFetched_thenNoDivisionByZero() throws IOException {
    RunReport report =
        RunReport.done(
            RUN,
            0,
            START,
            START,
            FetchFigures.NONE,
            Map.of(),
            new StateSummary(0, 0, 0, List.of(), List.of()),
            MaxErrors.parse("1%"));
    assertEquals(report, writtenAndRead(report));
    assertEquals(0, report.exitCode());
    assertEquals(0.0, report.requests().perSecond(), 0);
    assertThat(summary(report), containsString("0 requests"));
  }

  @Test
  public void givenSummary_thenAllFigures() {
    String text = summary(report("1%", 4));
    List<String> facts =
        List.of(
            "431 requests at 43.1 a second",
            "17 retries",
            "9 rate limited, 2.5 s waited",
            "6 errors",
            "61.5 s in all",
            "12 pipelines are unfinished",
            "jobs: 2 values did not fit",
            "Older pipelines are left in gh/acme/app; the next run goes on.",
            "Not read whole: gh/acme/api.",
            "_errors",
            "Report: /out/_runs/run-1.json");
    assertEquals(11, facts.size());
    for (String fact : facts) {
      assertThat(text, containsString(fact));
    }
    assertThat(text, not(containsString("Too many")));
    String jobs = text.lines().filter(line -> line.startsWith("jobs ")).findFirst().orElse("");
    assertEquals("jobs 7531 400 8", jobs.replaceAll(" +", " "));
    String only = text.lines().filter(line -> line.startsWith("_errors ")).findFirst().orElse("");
    assertEquals("what was merged but not fetched", "_errors 6 0 1", only.replaceAll(" +", " "));
  }

  private static RunReport report(String maxErrors, long countedErrors) {
    FetchFigures.OfTable jobs =
        FetchFigures.OfTable.answer(20, 2, Set.of("brand_new"))
            .plus(FetchFigures.OfTable.missing())
            .plus(FetchFigures.OfTable.missing())
            .plus(FetchFigures.OfTable.missing())
            .plus(new FetchFigures.OfTable(396, 7511, 0, 0, new java.util.TreeSet<>()));
    FetchFigures half =
        new FetchFigures(400, 17, 9, 2500, 4000, 6, countedErrors, 20, 0, Map.of("jobs", jobs));
    FetchFigures rest =
        new FetchFigures(
            31,
            0,
            0,
            0,
            6000,
            0,
            0,
            5,
            1,
            Map.of("projects", FetchFigures.OfTable.answer(1, 0, Set.of())));
    Map<String, MergeFigures> merged = new TreeMap<>();
    merged.put(
        "jobs", new MergeFigures("jobs", 7000, 7, 10).plus(new MergeFigures("jobs", 531, 1, 5)));
    merged.put("_errors", new MergeFigures("_errors", 6, 1, 99));
    return RunReport.done(
        RUN,
        0,
        START.plusMillis(1_500),
        START.plusMillis(61_500),
        FetchFigures.NONE.plus(half).plus(rest),
        merged,
        new StateSummary(2, 12, 0, List.of("gh/acme/api"), List.of("gh/acme/app")),
        MaxErrors.parse(maxErrors));
  }

  private RunReport writtenAndRead(RunReport report) throws IOException {
    Path file = RunReport.path(folder.getRoot().toString(), report.runId());
    Files.createDirectories(file.getParent());
    Files.write(file, report.toJson());
    return RunReport.read(file);
  }

  private static String summary(RunReport report) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Summary.print(report, new PrintStream(out, true, StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8);
  }
}
