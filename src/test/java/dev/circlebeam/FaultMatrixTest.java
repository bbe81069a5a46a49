package dev.circlebeam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.FaultTargets.Target;
import dev.circlebeam.SyncedRows.Row;
import dev.circlebeam.sample.FaultKind;
import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleServer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameter;
import org.junit.runners.Parameterized.Parameters;

/**
 * What a sync makes of every fault at every depth, once and for good. Each cell of the table is a
 * test: its fault strikes one request of a project that is the cell's own.
 */
@RunWith(Parameterized.class)
public class FaultMatrixTest {
  /**
   * By fault, and how often it strikes each page of what it strikes.
   *
   * <ul>
   *   <li>{@code complete}: the tables are those of a sync without faults, {@code _errors} is empty
   *   <li>{@code in_extra}: the same, and what no column takes is in {@code _extra}
   *   <li>{@code as_sent}: the same, and a value that nobody has seen before is in its column
   *   <li>another word: precisely the rows that cannot be had are missing, one row of {@code
   *       _errors} names the request with that kind, and the next sync gets them
   *   <li>a dash: there is no such fault, since a project is no list
   * </ul>
   */
  private static final String TABLE =
      """
      fault                  | times  | project      | pipelines           | workflows           | jobs
      STATUS_500             | 2      | complete     | complete            | complete            | complete
      STATUS_500             | always | server_error | server_error        | server_error        | server_error
      STATUS_502_HTML        | 2      | complete     | complete            | complete            | complete
      STATUS_502_HTML        | always | server_error | server_error        | server_error        | server_error
      STATUS_503_RETRY_AFTER | 2      | complete     | complete            | complete            | complete
      STATUS_503_RETRY_AFTER | always | server_error | server_error        | server_error        | server_error
      STATUS_504             | 2      | complete     | complete            | complete            | complete
      STATUS_504             | always | server_error | server_error        | server_error        | server_error
      SKEWED_CLOCK           | 2      | complete     | complete            | complete            | complete
      SKEWED_CLOCK           | always | server_error | server_error        | server_error        | server_error
      TOO_MANY_JSON          | 1      | complete     | complete            | complete            | complete
      TOO_MANY_JSON          | 7      | complete     | complete            | complete            | complete
      TOO_MANY_RESET_HEADER  | 1      | complete     | complete            | complete            | complete
      TOO_MANY_RESET_HEADER  | 7      | complete     | complete            | complete            | complete
      TOO_MANY_TEXT          | 1      | complete     | complete            | complete            | complete
      TOO_MANY_TEXT          | 3      | complete     | complete            | complete            | complete
      REFUSED_FOR_A_MOMENT   | 1      | complete     | complete            | complete            | complete
      REFUSED_FOR_GOOD       | always | connection   | connection          | connection          | connection
      CLOSE_BEFORE_HEADERS   | 2      | complete     | complete            | complete            | complete
      CLOSE_BEFORE_HEADERS   | always | connection   | connection          | connection          | connection
      RESET_BEFORE_HEADERS   | 2      | complete     | complete            | complete            | complete
      RESET_BEFORE_HEADERS   | always | connection   | connection          | connection          | connection
      RESET_IN_BODY          | 2      | complete     | complete            | complete            | complete
      RESET_IN_BODY          | always | malformed    | malformed           | malformed           | malformed
      TRUNCATED_BODY         | 2      | complete     | complete            | complete            | complete
      TRUNCATED_BODY         | always | malformed    | malformed           | malformed           | malformed
      STALLED                | 2      | complete     | complete            | complete            | complete
      STALLED                | always | timeout      | timeout             | timeout             | timeout
      STALLED_BODY           | 2      | complete     | complete            | complete            | complete
      STALLED_BODY           | always | timeout      | timeout             | timeout             | timeout
      TRICKLING_BODY         | 2      | complete     | complete            | complete            | complete
      TRICKLING_BODY         | always | timeout      | timeout             | timeout             | timeout
      SLOW_BODY              | always | complete     | complete            | complete            | complete
      TRUNCATED_GZIP         | 2      | complete     | complete            | complete            | complete
      TRUNCATED_GZIP         | always | malformed    | malformed           | malformed           | malformed
      MALFORMED_JSON         | 2      | complete     | complete            | complete            | complete
      MALFORMED_JSON         | always | malformed    | malformed           | malformed           | malformed
      EMPTY_BODY             | 2      | complete     | complete            | complete            | complete
      EMPTY_BODY             | always | malformed    | malformed           | malformed           | malformed
      HTML_200               | 2      | complete     | complete            | complete            | complete
      HTML_200               | always | malformed    | malformed           | malformed           | malformed
      INVALID_UTF8           | 2      | complete     | complete            | complete            | complete
      INVALID_UTF8           | always | malformed    | malformed           | malformed           | malformed
      DEEP_NESTING           | 2      | complete     | complete            | complete            | complete
      DEEP_NESTING           | always | malformed    | malformed           | malformed           | malformed
      WRONG_CONTENT_TYPE     | always | complete     | complete            | complete            | complete
      HUGE_ITEM              | always | in_extra     | in_extra            | in_extra            | in_extra
      TYPE_CHANGE            | always | in_extra     | in_extra            | in_extra            | in_extra
      NEW_ENUM_VALUE         | always | as_sent      | as_sent             | as_sent             | as_sent
      DUPLICATE_ITEM         | always | -            | in_extra            | in_extra            | in_extra
      REDIRECT               | 1      | redirect     | redirect            | redirect            | redirect
      REDIRECT               | always | redirect     | redirect            | redirect            | redirect
      FORBIDDEN              | 1      | forbidden    | forbidden           | forbidden           | forbidden
      FORBIDDEN              | always | forbidden    | forbidden           | forbidden           | forbidden
      REPEATED_PAGE_TOKEN    | 1      | -            | page_token_repeated | page_token_repeated | page_token_repeated
      REPEATED_PAGE_TOKEN    | always | -            | page_token_repeated | page_token_repeated | page_token_repeated
      EXPIRED_PAGE_TOKEN     | 1      | -            | complete            | complete            | complete
      EXPIRED_PAGE_TOKEN     | always | -            | page_token_expired  | page_token_expired  | page_token_expired
      """;

  /** What is new in {@code _extra}. */
  private static final Map<FaultKind, String> EXTRAS =
      Map.of(
          FaultKind.HUGE_ITEM, "long: 10000",
          FaultKind.TYPE_CHANGE, "{\"value\":",
          FaultKind.DUPLICATE_ITEM, "\"x_again\":true");

  private static final SampleConfig CONFIG =
      SampleConfig.defaults()
          .withProjects(130)
          .withHistory(5, 20)
          .withLateReruns(1_000)
          .withJobsPerWorkflow(3)
          .withPageSize(2);

  private static final int AT_ONCE = 4;

  @ClassRule public static final TemporaryFolder FOLDER = new TemporaryFolder();

  private static final Map<String, FaultRun> RUNS = new LinkedHashMap<>();
  private static SampleServer working;
  private static FaultTargets targets;
  private static SyncedRows clean;

  @Parameter public FaultCell cell;

  @Parameters(name = "{0}")
  public static List<FaultCell> cells() {
    return FaultCell.parse(TABLE);
  }

  @BeforeClass
  public static void syncAll() throws Exception {
    working = SampleServer.start(CONFIG);
    assertEquals(0, Syncs.sync(working, FOLDER.getRoot().toPath().resolve("clean")).code());
    clean = SyncedRows.read(FOLDER.getRoot().toPath().resolve("clean"));
    targets = new FaultTargets(working);
    Map<String, List<FaultCell>> groups =
        cells().stream()
            .collect(
                Collectors.groupingBy(FaultCell::run, LinkedHashMap::new, Collectors.toList()));
    // Most of the time they wait.
    ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    try {
      Map<String, Future<FaultRun>> running = new LinkedHashMap<>();
      for (Map.Entry<String, List<FaultCell>> group : groups.entrySet()) {
        running.put(
            group.getKey(),
            threads.submit(
                () ->
                    FaultRun.of(
                        group.getValue(),
                        CONFIG,
                        targets,
                        clean,
                        FOLDER.getRoot().toPath().resolve("run" + group.getKey().hashCode()))));
      }
      for (Map.Entry<String, Future<FaultRun>> run : running.entrySet()) {
        RUNS.put(run.getKey(), run.getValue().get());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @AfterClass
  public static void close() {
    RUNS.clear();
    working.close();
  }

  @Test
  public void givenTheFault_thenTheOutcomeOfTheTable() {
    FaultRun run = RUNS.get(cell.run());
    Target target = run.targets().get(cell);
    Set<String> project = Set.of(target.project());
    Map<String, Row> all = clean.of(project);
    assertTrue(cell + " has rows to lose", all.size() > 10);

    assertEquals(cell + run.outcome().err(), cell.isNamed() ? 3 : 0, run.outcome().code());
    List<SyncedRows.Failed> errors = errors(run, target);
    if (cell.isNamed()) {
      assertNamed(errors, target);
      assertRows("after the faults", without(all, errors), run.rows().of(project));
    } else {
      assertEquals(cell + " has no errors", List.of(), errors);
      if (cell.isOther()) {
        assertOther(all, run.rows().of(project));
      } else {
        assertRows("after the faults", all, run.rows().of(project));
      }
    }
    assertEquals(cell + run.nextOutcome().err(), 0, run.nextOutcome().code());
    assertEquals(cell + " has no errors any more", List.of(), run.nextErrors());
    if (!cell.isOther()) {
      assertRows("after the next sync", all, run.nextRows().of(project));
    }
    assertRows("in the end", all, run.refreshed().of(project));
  }

  /** The errors at what the cell struck; of a sync of its own, all there are. */
  private List<SyncedRows.Failed> errors(FaultRun run, Target target) {
    List<String> struck = run.targets().values().stream().map(Target::path).toList();
    List<SyncedRows.Failed> stray =
        run.errors().stream().filter(error -> !struck.contains(path(error))).toList();
    if (cell.isOfServer()) {
      return run.errors();
    }
    assertEquals("errors of no cell in the sync of " + cell, List.of(), stray);
    return run.errors().stream().filter(error -> path(error).equals(target.path())).toList();
  }

  private static String path(SyncedRows.Failed error) {
    return error.url().replaceFirst("\\?.*", "");
  }

  private void assertNamed(List<SyncedRows.Failed> errors, Target target) {
    if (!cell.isOfServer()) {
      String table = cell.depth().equals("project") ? "projects" : cell.depth();
      assertEquals(
          cell + " is named",
          List.of(new SyncedRows.Failed(table, cell.outcome(), cell.attempts(), target.url())),
          errors);
      return;
    }
    assertTrue(
        cell + " is named: " + errors,
        errors.stream().anyMatch(error -> error.url().equals(target.url())));
    for (SyncedRows.Failed error : errors) {
      assertEquals(cell + ": " + error, cell.outcome(), error.kind());
      assertEquals(cell + ": " + error, cell.attempts(), error.attempts());
    }
  }

  private Map<String, Row> without(Map<String, Row> all, List<SyncedRows.Failed> errors) {
    Map<String, Row> left = new TreeMap<>(all);
    errors.forEach(error -> left.values().removeIf(targets.below(cell, error.url())));
    assertTrue(cell + " costs rows", left.size() < all.size());
    return left;
  }

  private void assertRows(String when, Map<String, Row> expected, Map<String, Row> got) {
    assertEquals(
        cell + ", " + when + ", keys missing and too many",
        List.of(Set.of(), Set.of()),
        List.of(minus(expected, got), minus(got, expected)));
    assertEquals(cell + ", " + when, expected, got);
  }

  private static Set<String> minus(Map<String, Row> rows, Map<String, Row> others) {
    Set<String> left = new TreeSet<>(rows.keySet());
    left.removeAll(others.keySet());
    return left;
  }

  /** All keys are there; the rows that differ do so only in what the fault has changed. */
  private void assertOther(Map<String, Row> expected, Map<String, Row> got) {
    assertEquals(cell + ", keys", expected.keySet(), got.keySet());
    List<Row> others = new ArrayList<>(got.values());
    others.removeAll(expected.values());
    assertFalse(cell + " changes something", others.isEmpty());
    for (Row other : others) {
      Row row = expected.get(other.key());
      boolean sameColumns = other.columns().equals(row.columns());
      boolean sameExtra = other.extra().equals(row.extra());
      if (cell.outcome().equals(FaultCell.AS_SENT)) {
        assertTrue(cell + ": " + other, other.columns().contains("quarantined") && sameExtra);
      } else {
        assertTrue(cell + ": " + other.extra(), other.extra().contains(EXTRAS.get(cell.kind())));
        assertEquals(cell + ": " + other, cell.kind() != FaultKind.TYPE_CHANGE, sameColumns);
      }
    }
  }
}
