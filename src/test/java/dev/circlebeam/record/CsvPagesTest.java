package dev.circlebeam.record;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Table;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.avro.generic.GenericRecord;
import org.junit.Test;

/** From an export's files to rows: by the names of columns, whatever else changes. */
public class CsvPagesTest {
  private static final Table USAGE = Catalog.builtIn().table("usage");
  private static final String KEY = "JOB_ID,WORKFLOW_ID,JOB_RUN_DATE,";

  private final List<Page> pages = new ArrayList<>();

  @Test
  public void givenColumnsInAnyOrderAndCase_thenByName() throws Exception {
    read("total_credits,Job_Id,JOB_NAME,JOB_RUN_DATE,WORKFLOW_ID\n71.5,j-1,unit,2026-04-28,w-1\n");
    GenericRecord row = row();
    assertEquals("j-1", row.get("job_id"));
    assertEquals("w-1", row.get("workflow_id"));
    assertEquals("unit", row.get("job_name"));
    assertEquals(71.5, row.get("total_credits"));
    assertEquals(micros("2026-04-28T00:00:00Z"), row.get("job_run_date"));
    assertNull("what is not there", row.get("project_id"));
    assertNull(row.get(Table.EXTRA));
  }

  @Test
  public void givenEachKindOfValue_thenItsType() throws Exception {
    read(
        KEY
            + "JOB_RUN_STARTED_AT,PIPELINE_NUMBER,IS_WORKFLOW_SUCCESSFUL,IS_UNREGISTERED_USER\n"
            + "j,w,2026-04-28,2026-04-28 09:12:38,418,Y,false\n"
            + "k,w,2026-04-28,2026-04-28 09:12:38.25,,N,\\N\n");
    GenericRecord row = row();
    assertEquals(micros("2026-04-28T09:12:38Z"), row.get("job_run_started_at"));
    assertEquals(418L, row.get("pipeline_number"));
    assertEquals(true, row.get("is_workflow_successful"));
    assertEquals(false, row.get("is_unregistered_user"));
    GenericRecord second = pages.get(0).rows().get(1);
    assertEquals(micros("2026-04-28T09:12:38.250Z"), second.get("job_run_started_at"));
    assertNull("empty is null", second.get("pipeline_number"));
    assertEquals(false, second.get("is_workflow_successful"));
    assertNull("so is \\N", second.get("is_unregistered_user"));
    assertNull(second.get(Table.EXTRA));
  }

  @Test
  public void givenQuotes_thenWhatIsInThem() throws Exception {
    read(KEY + "JOB_NAME,VCS_BRANCH\nj,w,2026-04-28,\"a, \"\"b\"\"\nc\",\"\\N\"\n");
    assertEquals("a, \"b\"\nc", row().get("job_name"));
    assertNull(row().get("vcs_branch"));
  }

  @Test
  public void givenWhatNoColumnTakes_thenExtra() throws Exception {
    read(KEY + "GPU_CREDITS,PARALLELISM\nj,w,2026-04-28,3.5,many\n");
    assertEquals("{\"gpu_credits\":\"3.5\",\"parallelism\":\"many\"}", row().get(Table.EXTRA));
    assertNull(row().get("parallelism"));
    assertEquals(1, pages.get(0).misfits());
    assertEquals(Set.of("gpu_credits", "parallelism"), pages.get(0).extraFields());
  }

  @Test
  public void givenARowWithoutKeyOrDay_thenRejectedAndTheOthersTaken() throws Exception {
    read(KEY + "JOB_NAME\n,w,2026-04-28,a\nj,w,yesterday,b\nj,w,2026-04-28,c\n");
    assertEquals("c", row().get("job_name"));
    List<Page.Rejected> rejected = pages.get(0).rejected();
    assertEquals(2, rejected.size());
    assertTrue(rejected.toString(), rejected.get(0).problem().contains("job_id"));
    assertTrue(rejected.toString(), rejected.get(1).problem().contains("job_run_date"));
  }

  @Test
  public void givenBytesThatAreNoText_thenTheRowIsTaken() throws Exception {
    byte[] csv = (KEY + "JOB_NAME\nj,w,2026-04-28,a?b\n").getBytes(StandardCharsets.UTF_8);
    csv[csv.length - 3] = (byte) 0xff;
    reader().read(new ByteArrayInputStream(csv), Map.of(), pages::add);
    assertEquals("a\uFFFDb", row().get("job_name"));
  }

  @Test
  public void givenAMarkInFront_thenItIsNoPartOfAName() throws Exception {
    read("\uFEFF" + KEY + "\nj,w,2026-04-28,\n");
    assertEquals("j", row().get("job_id"));
  }

  @Test
  public void givenManyRows_thenPagesOfAThousand() throws Exception {
    StringBuilder csv = new StringBuilder(KEY + "JOB_RUN_NUMBER\n");
    for (int n = 0; n < 2_500; n++) {
      csv.append("j-").append(n).append(",w,2026-04-28,").append(n).append('\n');
    }
    read(csv.toString());
    assertEquals(List.of(1000, 1000, 500), pages.stream().map(p -> p.rows().size()).toList());
    assertEquals(2_499L, pages.get(2).rows().get(499).get("job_run_number"));
  }

  @Test
  public void givenAFileThatBreaksOff_thenThePagesBeforeAndAFailure() throws Exception {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream csv = new GZIPOutputStream(zipped)) {
      csv.write((KEY + "\n").getBytes(StandardCharsets.UTF_8));
      for (int n = 0; n < 20_000; n++) {
        csv.write(("j-" + n + ",w,2026-04-28,\n").getBytes(StandardCharsets.UTF_8));
      }
    }
    byte[] part = Arrays.copyOf(zipped.toByteArray(), zipped.size() * 9 / 10);
    InputStream broken = new GZIPInputStream(new ByteArrayInputStream(part));
    assertThrows(EOFException.class, () -> reader().read(broken, Map.of(), pages::add));
    assertTrue(pages.size() + " pages", pages.size() > 10 && pages.size() < 20);
  }

  @Test
  public void givenNothing_thenNothing() throws Exception {
    read("");
    read(KEY + "\n");
    assertEquals(0, pages.stream().mapToInt(Page::items).sum());
  }

  private GenericRecord row() {
    return pages.get(0).rows().get(0);
  }

  private void read(String csv) throws IOException {
    reader()
        .read(new ByteArrayInputStream(csv.getBytes(StandardCharsets.UTF_8)), Map.of(), pages::add);
  }

  private static CsvPages reader() {
    return new CsvPages(USAGE, new PageReader(USAGE, Set.of(), 77));
  }

  private static long micros(String moment) {
    return Timestamps.micros(Instant.parse(moment));
  }
}
