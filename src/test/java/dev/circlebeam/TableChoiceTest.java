package dev.circlebeam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.catalog.Catalog;
import java.util.Set;
import org.junit.Test;

public class TableChoiceTest {
  private static final Catalog CATALOG = Catalog.builtIn();
  private static final Set<String> CORE = Set.of("projects", "pipelines", "workflows", "jobs");

  @Test
  public void givenGroup_thenItsTables() {
    assertEquals(CORE, TableChoice.of(CATALOG, "core", null).written());
    assertEquals(CORE, TableChoice.of(CATALOG, "core,jobs core", null).written());
  }

  @Test
  public void givenAll_thenTheWholeCatalogue() {
    assertEquals(CATALOG.tables().size(), TableChoice.of(CATALOG, "all", null).written().size());
  }

  @Test
  public void givenChild_thenItsParentsAreReadAndNotWritten() {
    TableChoice choice = TableChoice.of(CATALOG, "jobs", null);
    assertEquals(Set.of("jobs"), choice.written());
    assertEquals(CORE, choice.read());
  }

  @Test
  public void givenRoot_thenProjectsAreReadAsWell() {
    TableChoice choice = TableChoice.of(CATALOG, "pipelines", null);
    assertEquals(Set.of("pipelines"), choice.written());
    assertEquals(Set.of("projects", "pipelines"), choice.read());
  }

  @Test
  public void givenMisspeltTable_thenTheNearest() {
    assertEquals(
        "--tables: there is no table 'job'; did you mean jobs?", refused("pipelines,job", null));
    assertTrue(refused("workflow", null).contains("did you mean workflows?"));
    assertTrue(refused("Core", null).contains("did you mean core?"));
    assertTrue(refused("nonsense42", null).contains("see the command tables"));
  }

  @Test
  public void givenNoTable_thenRefused() {
    assertTrue(refused("", null).startsWith("--tables is empty"));
    assertTrue(refused(" , ", null).startsWith("--tables is empty"));
  }

  @Test
  public void givenExcludedColumns_thenByTable() {
    TableChoice choice = TableChoice.of(CATALOG, "core", "jobs.name, jobs.status workflows.name");
    assertEquals(Set.of("jobs", "workflows"), choice.excluded().keySet());
    assertEquals(Set.of("name", "status"), choice.excluded().get("jobs"));
    assertEquals(Set.of("name"), choice.excluded().get("workflows"));
    assertTrue(TableChoice.of(CATALOG, "core", null).excluded().isEmpty());
    assertTrue(TableChoice.of(CATALOG, "core", "").excluded().isEmpty());
  }

  @Test
  public void givenWhatIsNoColumn_thenRefused() {
    assertTrue(refused("core", "jobs").contains("'jobs' is not <table>.<column>"));
    assertTrue(refused("core", "job.name").contains("did you mean jobs?"));
    assertTrue(refused("core", ".name").contains("is not <table>.<column>"));
    assertTrue(refused("core", "jobs.nam").contains("did you mean name?"));
    assertTrue(refused("core", "jobs.").contains("jobs has no column ''"));
    assertTrue(refused("core", "jobs.quux4242").contains("jobs has no column 'quux4242'"));
  }

  @Test
  public void givenKeyOrPartitionColumn_thenRefused() {
    String[] columns = {
      "jobs.id",
      "jobs.workflow_id",
      "jobs.workflow_created_at",
      "pipelines.created_at",
      "pipelines.id",
      "workflows.created_at",
      "webhooks.project_id",
    };
    for (String column : columns) {
      String message = refused("core", column);
      assertTrue(message, message.startsWith("--excludeColumns: " + column + " decides where"));
    }
  }

  private static String refused(String tables, String excludeColumns) {
    return assertThrows(UsageException.class, () -> TableChoice.of(CATALOG, tables, excludeColumns))
        .getMessage();
  }
}
