package dev.circlebeam.sink.bigquery;

import static org.junit.Assert.assertEquals;

import dev.circlebeam.catalog.Catalog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.Test;

/** The statements that are sent, against {@code src/test/resources/sql}. */
public class MergeSqlTest {
  private static final BigQueryDataset DATASET =
      new BigQueryDataset("example.com:my-project", "circleci");
  private static final Catalog GADGETS = Gadgets.catalog();

  @Test
  public void givenRowsOfTwoDays_thenAMergeThatReadsOnlyThose() throws Exception {
    TargetTables targets = new TargetTables(Catalog.builtIn(), Map.of());
    MergeSql sql = new MergeSql(DATASET, targets.of("jobs"));
    assertGolden(
        "merge_jobs.sql",
        sql.merge(
            "_staging_jobs_run_1",
            Set.of(LocalDate.parse("2026-05-04"), LocalDate.parse("2026-04-30")),
            List.of()));
  }

  @Test
  public void givenManyDaysAndColumnsLeftOut_thenTheyAreClearedWhereARowIsWritten()
      throws Exception {
    MergeSql sql = gadgets(Map.of("gadgets", Set.of("text", "free")));
    Set<LocalDate> days = new TreeSet<>();
    for (int day = 1; day <= 9; day++) {
      days.add(LocalDate.of(2026, 5, day));
    }
    assertGolden("merge_gadgets.sql", sql.merge("_staging_gadgets", days, List.of("text", "free")));
  }

  @Test
  public void givenScopesWithOddNames_thenOtherRowsOfThoseGoInTheSameStatement() throws Exception {
    TargetTables targets = new TargetTables(GADGETS, Map.of());
    MergeSql sql = new MergeSql(DATASET, targets.of("keys"));
    Set<String> scopes = Set.of("it's \\ \"odd\"\n`really`", "p1");
    assertGolden("replace_keys.sql", sql.replace("_staging_keys", List.of(), scopes));
    assertGolden("delete_keys.sql", sql.delete(scopes));
  }

  @Test
  public void givenNewColumns_thenTheyAreAddedWithTypeAndDescription() throws Exception {
    TargetTable target = new TargetTables(GADGETS, Map.of()).of("gadgets");
    List<org.apache.avro.Schema.Field> columns = new ArrayList<>(target.written());
    assertGolden(
        "add_columns.sql",
        new MergeSql(DATASET, target).addColumns(columns.subList(1, columns.size())));
  }

  @Test
  public void givenErrors_thenTheyAreAppended() throws Exception {
    MergeSql sql = new MergeSql(DATASET, new TargetTables(GADGETS, Map.of()).of("_errors"));
    assertGolden("append_errors.sql", sql.append("_staging__errors_run_1"));
  }

  @Test
  public void givenARun_thenItsRowIsReplacedByParameters() throws Exception {
    assertGolden("merge_run.sql", new MergeSql(DATASET, TargetTables.runs()).mergeParameters());
  }

  @Test
  public void givenDaysWanted_thenAReadOfThoseAndOfTheWantedColumns() throws Exception {
    TargetTable target = new TargetTables(GADGETS, Map.of()).of("gadgets");
    List<org.apache.avro.Schema.Field> columns =
        target.written().stream()
            .filter(c -> Set.of("id", "created_at", "free").contains(c.name()))
            .toList();
    assertGolden(
        "read_gadgets.sql",
        BigQueryTables.sql(
            DATASET,
            GADGETS.table("gadgets"),
            columns,
            LocalDate.parse("2026-04-30"),
            LocalDate.parse("2026-05-04")));
  }

  private static MergeSql gadgets(Map<String, Set<String>> excluded) {
    return new MergeSql(DATASET, new TargetTables(GADGETS, excluded).of("gadgets"));
  }

  private static void assertGolden(String file, String sql) throws IOException {
    Path golden = Path.of("src/test/resources/sql", file);
    Path made = Files.createDirectories(Path.of("target/sql")).resolve(file);
    Files.writeString(made, sql + "\n");
    assertEquals(
        "to accept: cp " + made + " " + golden,
        Files.exists(golden) ? Files.readString(golden, StandardCharsets.UTF_8) : "",
        sql + "\n");
  }
}
