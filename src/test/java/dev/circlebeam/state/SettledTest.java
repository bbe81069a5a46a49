package dev.circlebeam.state;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Table;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.Test;

/** What is remembered of a row that is final. */
public class SettledTest {
  private static final Table WORKFLOWS = Catalog.builtIn().table("workflows");
  private static final Table JOBS = Catalog.builtIn().table("jobs");
  private static final List<String> BELOW = List.of("jobs", "tests");

  @Test
  public void givenTheSameRow_thenTheSameMark() {
    assertEquals(mark(row("a", "success", 5L)), mark(row("a", "success", 5L)));
    GenericRecord renamed = row("a", "success", 5L);
    renamed.put("name", "another name");
    assertEquals("other columns do not count", mark(row("a", "success", 5L)), mark(renamed));
    assertEquals(
        "nor does the order of tables",
        mark(renamed),
        Settled.mark(WORKFLOWS, renamed, List.of("tests", "jobs")));
  }

  @Test
  public void givenAnythingThatMatters_thenAnotherMark() {
    Set<String> marks = new HashSet<>();
    marks.add(mark(row("a", "success", 5L)));
    marks.add(mark(row("b", "success", 5L)));
    marks.add(mark(row("a", "failed", 5L)));
    marks.add(mark(row("a", "success", 6L)));
    marks.add(mark(row("a", "success", null)));
    marks.add(mark(row("a", null, 5L)));
    marks.add(Settled.mark(WORKFLOWS, row("a", "success", 5L), List.of("jobs")));
    marks.add(Settled.mark(WORKFLOWS, row("a", "success", 5L), List.of()));
    assertEquals(8, marks.size());
  }

  @Test
  public void givenAKeyOfTwoColumns_thenBothCountEachForItself() {
    Set<String> marks = new HashSet<>();
    for (GenericRecord job : List.of(job("ab", "c"), job("a", "bc"), job("abc", ""))) {
      marks.add(Settled.mark(JOBS, job, List.of()));
    }
    assertEquals(3, marks.size());
  }

  @Test
  public void givenMark_thenElevenLettersThatNeedNoEscape() {
    for (int i = 0; i < 100; i++) {
      String mark = mark(row("workflow-" + i, "success", 5L));
      assertTrue(mark, mark.matches("[A-Za-z0-9_-]{11}"));
    }
  }

  private static String mark(GenericRecord row) {
    return Settled.mark(WORKFLOWS, row, BELOW);
  }

  private static GenericRecord row(String id, String status, Long stoppedAt) {
    GenericRecord row = new GenericData.Record(WORKFLOWS.schema());
    row.put("id", id);
    row.put("status", status);
    row.put("stopped_at", stoppedAt);
    return row;
  }

  private static GenericRecord job(String workflow, String id) {
    GenericRecord row = new GenericData.Record(JOBS.schema());
    row.put("workflow_id", workflow);
    row.put("id", id);
    row.put("status", "success");
    return row;
  }
}
