package dev.circlebeam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.google.common.base.Splitter;
import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The views of {@code pipelines/sql}, on both engines, over the same organization. */
public class ViewsTest {
  private static final Path SQL = Path.of("pipelines/sql");
  private static final Pattern VIEW =
      Pattern.compile("CREATE OR REPLACE VIEW (?:circleci\\.)?(\\w+)");

  /** What both engines must agree in: all but quantiles, which BigQuery only estimates. */
  private static final Map<String, String> EXACT =
      Map.of(
          "jobs_once", "id, workflow_id, status",
          "pipeline_results", "pipeline_id, branch, revision, workflows, is_success",
          "daily_pipelines", "day, project_slug, branch, pipelines",
          "queue_time", "day, project_slug, name, jobs",
          "slowest_jobs", "project_slug, name, runs",
          "flaky_jobs", "project_slug, name, revisions, flaky_revisions",
          "reruns", "workflow_id, attempt, previous_status, previous_workflow_id",
          "deployments", "job_id, is_success",
          "dora", "week, project_slug, deployments");

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void givenASyncedOrganization_thenTheViewsOfBothEnginesAgree() throws Exception {
    Path root = folder.getRoot().toPath();
    SampleConfig config = SampleConfig.defaults().withProjects(3).withHistory(40, 30);
    try (SampleServer server = SampleServer.start(config);
        Connection duck = DriverManager.getConnection("jdbc:duckdb:")) {
      assertEquals(0, Syncs.sync(server, root.resolve("out")).code());
      String views = Files.readString(SQL.resolve("duckdb.sql"));
      try (Statement statement = duck.createStatement()) {
        statement.execute(views.replace("'out/", "'" + root.resolve("out") + "/"));
      }
      assertDuckDbIsRight(duck);
      try (Emulators emulators = Emulators.start(root)) {
        assertAgrees(duck, emulators, server, root);
      }
    }
  }

  private static void assertDuckDbIsRight(Connection duck) throws Exception {
    for (String view : EXACT.keySet()) {
      assertFalse(view, rows(duck, "select * from " + view).isEmpty());
    }
    assertEquals(
        rows(duck, "select count(distinct id) from jobs"),
        rows(duck, "select count(*) from jobs_once"));
    assertTrue(
        number(duck, "select count(*) from jobs") > number(duck, "select count(*) from jobs_once"));
    assertEquals(
        List.of("0"),
        rows(
            duck,
            "select (select count(*) from jobs_once where seconds < 0)"
                + " + (select count(*) from pipeline_results where seconds < 0)"
                + " + (select count(*) from queue_time where mean_seconds < 0)"));
    assertEquals(
        rows(
            duck,
            "select count(*) - count(distinct (pipeline_id, name)) from workflows"
                + " where coalesce(tag, '') != 'setup'"),
        rows(duck, "select count(*) from reruns"));
    assertEquals(
        List.of("0"),
        rows(
            duck,
            "select count(*) from dora where change_failure_rate not between 0 and 1"
                + " or p50_lead_seconds < 0 or p50_restore_seconds <= 0"));
  }

  private static void assertAgrees(
      Connection duck, Emulators emulators, SampleServer server, Path root) throws Exception {
    emulators.createDataset("circleci");
    List<String> args =
        Syncs.args(server, Path.of("unused"), emulators.flags().toArray(String[]::new));
    args.removeIf(arg -> arg.startsWith("--output="));
    args.add("--output=bigquery://" + Emulators.PROJECT + "/circleci");
    args.add("--state=" + root.resolve("state.json"));
    Syncs.Outcome outcome = Syncs.run(args.toArray(String[]::new));
    assertEquals(outcome.err(), 0, outcome.code());
    List<String> made = new ArrayList<>();
    for (String statement :
        Splitter.on(";\n")
            .trimResults()
            .omitEmptyStrings()
            .split(Files.readString(SQL.resolve("bigquery.sql")))) {
      emulators.query(statement);
      Matcher name = VIEW.matcher(statement);
      assertTrue(statement, name.find());
      made.add(name.group(1));
    }
    assertEquals(EXACT.size(), made.size());
    for (String view : made) {
      String columns = EXACT.get(view);
      List<String> found = new ArrayList<>();
      for (List<String> row : emulators.query("SELECT " + columns + " FROM circleci." + view)) {
        found.add(String.join("|", row.stream().map(String::valueOf).toList()));
      }
      assertEquals(
          view,
          rows(duck, "select " + columns + " from " + view).stream().sorted().toList(),
          found.stream().sorted().toList());
    }
  }

  private static long number(Connection duck, String sql) throws SQLException {
    return Long.parseLong(rows(duck, sql).get(0));
  }

  private static List<String> rows(Connection duck, String sql) throws SQLException {
    try (Statement statement = duck.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<String> rows = new ArrayList<>();
      while (result.next()) {
        List<String> values = new ArrayList<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          values.add(String.valueOf(result.getObject(i)));
        }
        rows.add(String.join("|", values));
      }
      return rows;
    }
  }
}
