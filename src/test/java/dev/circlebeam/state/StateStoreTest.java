package dev.circlebeam.state;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeFalse;

import dev.circlebeam.report.ExitCode;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.state.SyncState.WrittenBy;
import dev.circlebeam.storage.Folder;
import dev.circlebeam.storage.LocalFolder;
import dev.circlebeam.storage.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The state's file: read, refused, replaced. */
public class StateStoreTest {
  private static final String URL = "https://circleci.com";
  private static final Instant NOW = Instant.parse("2026-05-04T09:12:31.207123Z");

  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  private String output;
  private Path file;
  private StateStore store;

  @Before
  public void open() {
    output = folder.getRoot().toString();
    file = folder.getRoot().toPath().resolve("deep/er/_state.json");
    store = store(URL, output);
  }

  @Test
  public void givenNoFile_thenEmptyAndNothingWritten() {
    assertEquals(SyncState.empty(URL, output), store.read().state());
    assertFalse(Files.exists(file.getParent()));
  }

  @Test
  public void givenState_thenReadAsItWasWritten() throws IOException {
    StateStore.Versioned before = store.read();
    SyncState state = state(before.state(), "run-1", 0);
    store.replace(before.version(), state);
    assertEquals(state, store.read().state());
    assertEquals(List.of("_state.json"), files());
    String text = Files.readString(file);
    assertThat(text, containsString("\"circleci_url\" : \"https://circleci.com\""));
    assertThat(text, containsString("2026-05-04T09:12:31.207123Z"));
    assertThat(text, containsString("\"run_id\" : \"run-1\""));
  }

  @Test
  public void givenAnotherRunWroteMeanwhile_thenRefusedAndItsStateStays() throws IOException {
    StateStore.Versioned before = store.read();
    store.replace(before.version(), state(before.state(), "run-1", 0));
    byte[] first = Files.readAllBytes(file);
    RunFailure failure =
        assertThrows(
            RunFailure.class,
            () -> store.replace(before.version(), state(before.state(), "run-2", 0)));
    assertEquals("state_conflict", failure.status());
    assertEquals(ExitCode.FAILED, failure.exitCode());
    assertArrayEquals(first, Files.readAllBytes(file));
    StateStore.Versioned now = store.read();
    store.replace(now.version(), state(now.state(), "run-2", 0));
    assertEquals("run-2", store.read().state().writtenBy().runId());
  }

  @Test
  public void givenStateVanishedMeanwhile_thenRefused() throws IOException {
    StateStore.Versioned before = store.read();
    store.replace(before.version(), state(before.state(), "run-1", 0));
    StateStore.Versioned read = store.read();
    Files.delete(file);
    RunFailure failure =
        assertThrows(
            RunFailure.class, () -> store.replace(read.version(), state(read.state(), "run-2", 0)));
    assertEquals("state_conflict", failure.status());
    assertFalse(Files.exists(file));
  }

  @Test
  public void givenRepeatedCommit_thenSucceedsAndChangesNothing() throws IOException {
    StateStore.Versioned before = store.read();
    store.replace(before.version(), state(before.state(), "run-1", 0));
    byte[] first = Files.readAllBytes(file);
    store.replace(before.version(), state(before.state(), "run-1", 0));
    assertArrayEquals(first, Files.readAllBytes(file));
    RunFailure otherSlice =
        assertThrows(
            RunFailure.class,
            () -> store.replace(before.version(), state(before.state(), "run-1", 1)));
    assertEquals("state_conflict", otherSlice.status());
  }

  @Test
  public void givenDamagedFiles_thenRefusedWithTheFileAndNothingElse() throws IOException {
    String good =
        """
        {"version": 2, "circleci_url": "https://circleci.com", "output": "/out",
         "written_by": null, "projects": {"p": {"slug": "gh/acme/web"}}}
        """
            .replace("/out", output);
    write(good);
    assertEquals(Set.of("p"), store.read().state().projects().keySet());
    List<String> damaged =
        List.of(
            "",
            "null",
            "[]",
            "5",
            "{",
            good.substring(0, good.length() / 2),
            good + "x",
            good + good,
            "\0\0\0\0",
            good.replace("\"" + output + "\"", "null"),
            good.replace("\"https://circleci.com\"", "null"),
            good.replace("{\"p\": {\"slug\": \"gh/acme/web\"}}", "null"),
            good.replace("{\"slug\": \"gh/acme/web\"}", "null"),
            good.replace("\"gh/acme/web\"", "null"),
            good.replace("\"gh/acme/web\"", "\"s\", \"complete\": {\"pipelines\": null}"),
            good.replace("\"gh/acme/web\"", "\"s\", \"complete\": {\"pipelines\": [null]}"),
            good.replace("\"gh/acme/web\"", "\"s\", \"complete\": {\"pipelines\": [{}]}"),
            good.replace("\"gh/acme/web\"", "\"s\", \"unfinished\": {\"a\": null}"),
            good.replace("\"gh/acme/web\"", "\"s\", \"unfinished\": {\"a\": {}}"),
            good.replace("\"gh/acme/web\"", "\"s\", \"failed\": [null]"),
            good.replace("\"gh/acme/web\"", "\"s\", \"backfill\": {\"page_token\": \"two\"}"),
            good.replace("\"gh/acme/web\"", "\"s\", \"settled\": {\"" + NOW + "\": null}"),
            good.replace("\"gh/acme/web\"", "\"s\", \"settled\": {\"" + NOW + "\": [null]}"),
            good.replace("\"written_by\": null", "\"written_by\": {}"));
    assertEquals(24, damaged.size());
    for (String text : damaged) {
      write(text);
      RunFailure failure = assertThrows(text, RunFailure.class, () -> store.read());
      assertEquals(text, ExitCode.USAGE, failure.exitCode());
      assertThat(failure.getMessage(), containsString(file.toString()));
      assertEquals(text, 1, failure.getMessage().lines().count());
      assertEquals("left alone", text, Files.readString(file));
    }
  }

  @Test
  public void givenOtherServerOrOutput_thenRefusedNamingTheFlag() {
    StateStore.Versioned before = store.read();
    store.replace(before.version(), state(before.state(), "run-1", 0));
    RunFailure server =
        assertThrows(RunFailure.class, () -> store("https://ci.example.com", output).read());
    assertThat(server.getMessage(), containsString("--circleciUrl"));
    assertThat(server.getMessage(), containsString("https://ci.example.com"));
    assertThat(server.getMessage(), containsString(URL));
    assertEquals(ExitCode.USAGE, server.exitCode());
    RunFailure other = assertThrows(RunFailure.class, () -> store(URL, "/elsewhere").read());
    assertThat(other.getMessage(), containsString("--output"));
    assertThat(other.getMessage(), containsString("/elsewhere"));
    assertEquals(ExitCode.USAGE, other.exitCode());
  }

  @Test
  public void givenOtherVersion_thenSaidSoAlsoWhenItsFormIsUnknown() throws IOException {
    String future = "\"circleci_url\": \"https://circleci.com\", \"output\": \"" + output + "\"";
    for (String text :
        List.of(
            "{\"version\": 1, " + future + ", \"projects\": {}}",
            "{\"version\": 3, " + future + ", \"projects\": {}}",
            "{\"version\": 3, " + future + ", \"projects\": [], \"buckets\": 5}")) {
      write(text);
      RunFailure failure = assertThrows(text, RunFailure.class, () -> store.read());
      assertEquals(ExitCode.USAGE, failure.exitCode());
      assertThat(failure.getMessage(), containsString("another version"));
    }
  }

  @Test
  public void givenFolderThatIsReadOnly_thenFailsAndTheOldStateStays() throws IOException {
    StateStore.Versioned before = store.read();
    store.replace(before.version(), state(before.state(), "run-1", 0));
    byte[] old = Files.readAllBytes(file);
    StateStore.Versioned read = store.read();
    assertTrue(file.getParent().toFile().setWritable(false));
    try {
      assumeFalse(
          "skipped: this user (root?) writes into read-only folders",
          Files.isWritable(file.getParent()));
      RunFailure failure =
          assertThrows(
              RunFailure.class,
              () -> store.replace(read.version(), state(read.state(), "run-2", 0)));
      assertEquals("unwritable", failure.status());
      assertArrayEquals(old, Files.readAllBytes(file));
      assertEquals(List.of("_state.json"), files());
    } finally {
      assertTrue(file.getParent().toFile().setWritable(true));
    }
  }

  @Test
  public void givenFolderInTheFilesPlace_thenRefused() throws IOException {
    Files.createDirectories(file.resolve("x"));
    RunFailure failure = assertThrows(RunFailure.class, () -> store.read());
    assertThat(failure.getMessage(), containsString(file.toString()));
  }

  private StateStore store(String url, String output) {
    Folder root = LocalFolder.of(folder.getRoot().toPath());
    return new StateStore(new Place(root, "deep/er/_state.json"), url, output, root);
  }

  private void write(String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(file.getParent())) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  private static SyncState state(SyncState before, String runId, int slice) {
    ProjectFacts facts =
        Learned.of(List.of("pipelines", "jobs"))
            .read(Interval.BEGINNING, NOW)
            .left(new Continuation("two", NOW, null))
            .unfinished("a", NOW, NOW, "failed:jobs", "jobs")
            .settled(NOW, "mark")
            .failed("webhooks")
            .searchedAt(NOW)
            .facts();
    return before.after(List.of(facts), List.of(), new WrittenBy(runId, slice, NOW));
  }
}
