package dev.circlebeam.report;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.circlebeam.circleci.RateCourse;
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

  private static final MaxErrors ONE_PERCENT = MaxErrors.parse("1%");

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
    assertEquals("gh/acme/api", json.at("/incomplete/0").asText());
    assertEquals("gh/acme/api", json.at("/backfill_left/0").asText());
    assertEquals("gh/acme/app", json.at("/backfill_left/1").asText());
    assertEquals(25, json.at("/slices/0/pipelines").asInt());
    assertEquals(60.0, json.at("/slices/0/seconds").asDouble(), 0);
    assertEquals(1, json.at("/slices/0/left").asInt());
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
            "Older rows are left in gh/acme/app; the next run goes on.",
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

  @Test
  public void givenSlices_thenTheirFiguresAddUp() throws IOException {
    RunReport first =
        slice(0, 100, 1, new StateSummary(2, 5, 1, List.of("gh/acme/b"), List.of("gh/acme/a")));
    RunReport second = slice(1, 300, 2, new StateSummary(1, 7, 2, List.of(), List.of()));
    RunReport both = first.plus(second, ONE_PERCENT);
    assertEquals(both, writtenAndRead(both));
    assertEquals("run-1", both.runId());
    assertEquals(START, both.startedAt());
    assertEquals(second.endedAt(), both.endedAt());
    assertEquals(20, both.seconds(), 0);
    assertEquals(400, both.requests().sent());
    assertEquals(20, both.requests().fetchSeconds(), 0);
    assertEquals(20, both.requests().perSecond(), 0);
    assertEquals(3, both.errors());
    assertEquals(3, both.countedErrors());
    assertEquals(400, both.tables().get("jobs").rows());
    assertEquals(Set.of("field_0", "field_1"), both.tables().get("jobs").extraFields());
    assertEquals("those of the first are those of the run", 2, both.projects());
    assertEquals("as it is now", 7, both.unfinished());
    assertEquals(3, both.givenUp());
    assertEquals(2, both.rerunsFound());
    assertEquals(
        "what was left was read; what failed was not", List.of("gh/acme/b"), both.backfillLeft());
    assertEquals(List.of("gh/acme/b"), both.incomplete());
    assertEquals(List.of(0, 1), both.slices().stream().map(RunReport.Slice::number).toList());
    assertEquals(10, both.slices().get(1).seconds(), 0);
    assertEquals(1, both.slices().get(0).left());
    assertEquals(both.slices().get(1), both.lastSlice());
    assertNull(RunReport.failed(RUN, START, "x", ExitCode.FAILED, "y", null).lastSlice());
    JsonNode json = new ObjectMapper().readTree(both.toJson());
    assertEquals(2, json.get("slices").size());
    assertEquals(100, json.at("/slices/0/requests").asInt());
    assertEquals("only the list", false, json.has("last_slice"));
  }

  @Test
  public void givenErrors_thenTheSumOfTheSlicesIsJudged() {
    StateSummary nothing = new StateSummary(1, 0, 0, List.of(), List.of());
    RunReport many = slice(0, 100, 5, nothing);
    assertEquals("too_many_errors", many.status());
    RunReport diluted = many.plus(slice(1, 1000, 1, nothing), ONE_PERCENT);
    assertEquals("succeeded", diluted.status());
    assertEquals(0, diluted.exitCode());
    assertNull(diluted.reason());
    RunReport few = slice(0, 1000, 5, nothing);
    assertEquals(0, few.exitCode());
    RunReport spoiled = few.plus(slice(1, 100, 20, nothing), ONE_PERCENT);
    assertEquals(3, spoiled.exitCode());
    assertEquals("25 of 1100 requests failed for good", spoiled.reason());
  }

  @Test
  public void givenARunThatGoesOn_thenItsOutcomeIsThatOfTheWhole() throws IOException {
    StateSummary left = new StateSummary(1, 0, 0, List.of(), List.of("gh/acme/a"));
    RunReport first = slice(0, 100, 0, left);
    assertEquals(List.of("gh/acme/a"), first.backfillLeft());
    RunReport running = first.with(RunReport.RUNNING, ExitCode.FAILED, "killed?", "again");
    assertEquals(running, writtenAndRead(running));
    assertEquals(1, running.exitCode());
    assertEquals(first.slices(), running.slices());
    RunReport done =
        running.plus(
            slice(1, 100, 0, new StateSummary(1, 0, 0, List.of(), List.of())), ONE_PERCENT);
    assertEquals("succeeded", done.status());
    assertNull(done.reason());
    assertNull(done.whatToDo());
    assertEquals(List.of(), done.backfillLeft());
    RunReport ended = first.with("interrupted", ExitCode.FAILED, "ended", "run it again");
    assertThat(summary(ended), containsString("Older rows are left in gh/acme/a"));
    assertThat(summary(ended), not(containsString("Too many")));
  }

  private static RunReport slice(int number, long requests, long errors, StateSummary state) {
    FetchFigures figures =
        new FetchFigures(
            requests,
            1,
            2,
            3,
            10_000,
            errors,
            errors,
            50,
            1,
            Map.of("jobs", FetchFigures.OfTable.answer(1, 0, Set.of("field_" + number))),
            course(10L * number, requests),
            List.of());
    return RunReport.done(
        RUN,
        number,
        START.plusSeconds(10L * number),
        START.plusSeconds(10L * (number + 1)),
        figures,
        Map.of("jobs", new MergeFigures("jobs", requests, 1, 0)),
        state,
        ONE_PERCENT);
  }

  private static RunReport report(String maxErrors, long countedErrors) {
    FetchFigures.OfTable jobs =
        FetchFigures.OfTable.answer(20, 2, Set.of("brand_new"))
            .plus(FetchFigures.OfTable.missing())
            .plus(FetchFigures.OfTable.missing())
            .plus(FetchFigures.OfTable.missing())
            .plus(
                new FetchFigures.OfTable(
                    396, 7511, 0, 0, new java.util.TreeSet<>(), new java.util.TreeSet<>()));
    FetchFigures half =
        new FetchFigures(
            400,
            17,
            9,
            2500,
            4000,
            6,
            countedErrors,
            20,
            0,
            Map.of("jobs", jobs),
            course(0, 400),
            List.of());
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
            Map.of("projects", FetchFigures.OfTable.answer(1, 0, Set.of())),
            course(10, 31),
            List.of(new FetchFigures.OfOrganization("gh/acme", 3L, 2L, null, 3)));
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

  private static RateCourse course(long second, long sent) {
    return new RateCourse(10, List.of(new RateCourse.Point(second, sent, 48.5, 1)));
  }

  private RunReport writtenAndRead(RunReport report) throws IOException {
    Path file = folder.getRoot().toPath().resolve(RunReport.name(report.runId()));
    Files.createDirectories(file.getParent());
    Files.write(file, report.toJson());
    return RunReport.parse(Files.readAllBytes(file));
  }

  private static String summary(RunReport report) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Summary.print(
        report,
        report.output() + "/" + RunReport.name(report.runId()),
        new PrintStream(out, true, StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8);
  }
}
