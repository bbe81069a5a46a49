package dev.circlebeam;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotSame;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeFalse;

import com.google.common.base.Splitter;
import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Table;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.yaml.snakeyaml.Yaml;

/** What {@code --catalog} takes and refuses, and where it counts. */
public class UserCatalogTest {
  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private Path root;

  @Before
  public void name() {
    root = folder.getRoot().toPath().resolve("tables");
  }

  @Test
  public void givenFiles_thenTheirTablesAreInEveryFormat() throws Exception {
    OwnTables.write(root, OwnTables.documented());
    Files.writeString(root.resolve("README.md"), "Ours.");
    Files.writeString(root.resolve(".#job_machines.avsc"), "an editor's");
    Files.createDirectories(root.resolve("old.avsc"));
    assertThat(tables("text"), containsString("\nworkflow_trends (workflow_trends)\n"));
    assertThat(tables("markdown"), containsString("\n## job_machines\n"));
    assertThat(tables("json"), containsString("\"name\" : \"job_machines\""));
    Map<?, ?> yaml = new Yaml().load(tables("dbt"));
    Map<?, ?> source = (Map<?, ?>) ((List<?>) yaml.get("sources")).get(0);
    List<String> names = new ArrayList<>();
    ((List<?>) source.get("tables")).forEach(t -> names.add((String) ((Map<?, ?>) t).get("name")));
    assertTrue(names.toString(), names.containsAll(List.of("jobs", "job_machines")));
    assertEquals(Catalog.builtIn().tables().size() + 2, names.size());
  }

  private String tables(String format) {
    Syncs.Outcome outcome = Syncs.run("tables", "--catalog=" + root, "--format=" + format);
    assertEquals(outcome.err(), 0, outcome.code());
    return outcome.out();
  }

  @Test
  public void givenACheck_thenItNamesThem() throws Exception {
    OwnTables.write(root, OwnTables.documented());
    Syncs.Outcome outcome =
        Syncs.run("check", "--sample", "--catalog=" + root, "--tables=workflow_trends");
    assertEquals(outcome.err() + outcome.out(), 0, outcome.code());
    assertThat(
        outcome.out(), containsString("\ncatalog        declares job_machines, workflow_trends\n"));
    Syncs.Outcome wrong = Syncs.run("check", "--sample", "--catalog=" + root, "--tables=trend");
    assertEquals(2, wrong.code());
    assertThat(wrong.err(), containsString("there is no table 'trend'"));
  }

  @Test
  public void givenNoFolderOfTables_thenExitCode2_andWhatToGive() throws Exception {
    refused("cannot be read: there is no " + root, "give a folder");
    Files.writeString(root, "{}");
    refused("cannot be read: " + root + " is no folder", "give a folder");
    Files.delete(root);
    Files.createDirectories(root);
    Files.writeString(root.resolve("things.json"), "{}");
    refused("holds no file that ends in .avsc", "give a folder");
  }

  @Test
  public void givenAFileThatMayNotBeRead_thenRefused() throws Exception {
    OwnTables.write(root, List.of(OwnTables.LEAN_JOBS));
    File file = root.resolve("lean_jobs.avsc").toFile();
    assumeFalse("skipped: this user may read anything", file.setReadable(false) && file.canRead());
    refused("no permission for " + file, "give a folder");
  }

  @Test
  public void givenATableThatIsBuiltIn_thenRefused() throws Exception {
    OwnTables.write(root, List.of(OwnTables.LEAN_JOBS.replace("lean_jobs", "jobs")));
    refused("jobs.avsc: a table of this name is built in; give yours");
  }

  @Test
  public void givenNamesOfGroups_thenRefused() throws Exception {
    for (String group : List.of("core", "insights", "users")) {
      OwnTables.write(root, List.of(OwnTables.LEAN_JOBS.replace("\"lean\"", "\"" + group + "\"")));
      refused("lean_jobs.avsc: ", "'" + group + "'");
    }
    Files.delete(root.resolve("lean_jobs.avsc"));
    for (String name : List.of("core", "all")) {
      OwnTables.write(root, List.of(OwnTables.LEAN_JOBS.replace("lean_jobs", name)));
      refused(name + ".avsc: ", "'" + name + "'");
      Files.delete(root.resolve(name + ".avsc"));
    }
  }

  @Test
  public void givenABadFile_thenItsNameAndTheReason() throws Exception {
    for (String[] bad :
        new String[][] {
          {"\"workflow/{id}/job\"", "\"https://evil.example/{id}\"", "is not relative"},
          {"\"workflow/{id}/job\"", "\"workflow/{nr}/job\"", "needs 'nr' of its parent workflows"},
          {"\"parent\": \"workflows\"", "\"parent\": \"flows\"", "its parent 'flows' is no table"},
          {"\"paginated\": true", "\"pages\": true", "unknown property 'pages'"},
          {"\"id\"]", "\"nr\"]", "primaryKey names no column: 'nr'"},
          {"\"name\": \"status\"", "\"name\": \"Status\"", "the column name 'Status'"},
          {"{\"type\"", "{type", "not an Avro schema"},
          {"\"lean_jobs\"", "\"lean/jobs\"", "not a"},
        }) {
      assertTrue(bad[0], OwnTables.LEAN_JOBS.contains(bad[0]));
      Files.createDirectories(root);
      Files.writeString(
          root.resolve("lean_jobs.avsc"), OwnTables.LEAN_JOBS.replace(bad[0], bad[1]));
      refused("lean_jobs.avsc: ", bad[2], "(see docs/catalog.md)");
    }
    Files.writeString(root.resolve("lean_jobs.avsc"), "[".repeat(100_000));
    refused("lean_jobs.avsc: ", "not a");
    Files.writeString(root.resolve("lean_jobs.avsc"), " ".repeat(2_000_000));
    refused("lean_jobs.avsc is larger than");
  }

  /** Every command that takes the flag says the same, in a line. */
  private void refused(String... words) {
    for (String command : List.of("sync", "tables", "check")) {
      Syncs.Outcome outcome =
          Syncs.run(
              command,
              "--catalog=" + root,
              "--projects=gh/acme/web",
              "--output=" + folder.getRoot().toPath().resolve("out"));
      assertEquals(outcome.err(), 2, outcome.code());
      assertThat(outcome.err(), startsWith("circlebeam: --catalog=" + root));
      assertEquals(outcome.err(), 1, outcome.err().lines().count());
      for (String word : words) {
        assertThat(outcome.err(), containsString(word));
      }
    }
    assertTrue(Files.notExists(folder.getRoot().toPath().resolve("out")));
  }

  @Test
  public void givenNamesThatAreNone_thenRefusedOnTheCommandLine() {
    for (String address : List.of("s3://bucket/x", "gs://B", "gs://bucket/../x")) {
      Syncs.Outcome outcome = Syncs.run("tables", "--catalog=" + address);
      assertEquals(2, outcome.code());
      assertThat(outcome.err(), startsWith("circlebeam: --catalog=" + address));
      assertEquals(outcome.err(), 1, outcome.err().lines().count());
    }
  }

  @Test
  public void givenAProcessWithoutTheFiles_thenItHasTheTablesAllTheSame() throws Exception {
    OwnTables.write(root, List.of(OwnTables.LEAN_JOBS));
    Catalog catalog = UserCatalog.of(new Flags(CommandLine.parse(List.of("--catalog=" + root))));
    ByteArrayOutputStream travelling = new ByteArrayOutputStream();
    try (ObjectOutputStream objects = new ObjectOutputStream(travelling)) {
      objects.writeObject(catalog);
    }
    Files.delete(root.resolve("lean_jobs.avsc"));
    Files.delete(root);
    Splitter entries = Splitter.on(File.pathSeparatorChar);
    List<URL> classPath = new ArrayList<>();
    for (String entry : entries.split(System.getProperty("java.class.path"))) {
      classPath.add(Path.of(entry).toUri().toURL());
    }
    try (URLClassLoader elsewhere =
        new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Object copy = read(travelling.toByteArray(), elsewhere);
      assertNotSame(Catalog.class, copy.getClass());
      assertEquals(Catalog.class.getName(), copy.getClass().getName());
      Object table = copy.getClass().getMethod("table", String.class).invoke(copy, "lean_jobs");
      assertEquals(
          catalog.table("lean_jobs").schema().toString(),
          table.getClass().getMethod("schema").invoke(table).toString());
      Object tables = copy.getClass().getMethod("tables").invoke(copy);
      assertEquals(
          catalog.tables().stream().map(Table::toString).toList().toString(), tables.toString());
    }
  }

  /** Reads an object as another process does, whose classes are its own. */
  private static Object read(byte[] bytes, ClassLoader classes) throws Exception {
    try (ObjectInputStream objects =
        new ObjectInputStream(new ByteArrayInputStream(bytes)) {
          @Override
          protected Class<?> resolveClass(ObjectStreamClass type) throws ClassNotFoundException {
            return Class.forName(type.getName(), false, classes);
          }
        }) {
      return objects.readObject();
    }
  }
}
