package dev.circlebeam.storage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeFalse;

import dev.circlebeam.report.ExitCode;
import dev.circlebeam.report.RunFailure;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Which folders are ours to write into. */
public class LocalFolderTest {
  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  private Path root;

  @Before
  public void name() {
    root = folder.getRoot().toPath();
  }

  @Test
  public void givenNewOrEmptyFolder_thenFineAndNothingIsMade() throws IOException {
    LocalFolder.of(root).check();
    LocalFolder.of(root.resolve("a/new/deep/folder")).check();
    LocalFolder.of(Path.of("no-such-folder-here")).check();
    try (Stream<Path> entries = Files.list(root)) {
      assertEquals(0, entries.count());
    }
    Files.createFile(root.resolve(".DS_Store"));
    LocalFolder.of(root).check();
  }

  @Test
  public void givenOurFolders_thenFine() throws IOException {
    for (String ours :
        List.of("_state.json", "_lock", "_writer", "_runs/x.json", "jobs/_table.json")) {
      Path output = root.resolve("out-" + ours.replace('/', '-'));
      Files.createDirectories(output.resolve(ours).getParent());
      Files.createFile(output.resolve(ours));
      Files.createFile(output.resolve("notes.txt"));
      LocalFolder.of(output).check();
    }
  }

  @Test
  public void givenFilesOfOthers_thenRefusedNamingOne() throws IOException {
    Files.createFile(root.resolve("thesis.docx"));
    refused(root, "thesis.docx");
    Path source = Files.createDirectories(root.resolve("home/src")).getParent();
    refused(source, "src");
  }

  @Test
  public void givenFile_thenRefused() throws IOException {
    Path file = Files.createFile(root.resolve("file"));
    refused(file, "is a file");
    refused(file.resolve("below"), "is a file");
  }

  @Test
  public void givenReadOnlyFolder_thenRefused() throws IOException {
    Path readOnly = Files.createDirectory(root.resolve("read-only"));
    assertTrue(readOnly.toFile().setWritable(false));
    assumeFalse(
        "skipped: this user (root?) writes into read-only folders", Files.isWritable(readOnly));
    refused(readOnly, "no permission");
    refused(readOnly.resolve("new/folder"), "no permission");
  }

  @Test
  public void givenTemporaryFilesOfADeadRun_thenTheyAreRemovedAndNothingElse() throws IOException {
    List<Path> kept = new ArrayList<>();
    List<Path> dead = new ArrayList<>();
    for (String name :
        List.of(
            "jobs/dt=2026-05-04/part-00000.parquet",
            "jobs/_table.json",
            "projects/part-00000.parquet",
            "_errors/dt=2026-05-04/run.parquet",
            "_runs/run.json",
            "_state.json")) {
      Path file = root.resolve(name);
      Files.createDirectories(file.getParent());
      kept.add(Files.createFile(file));
      dead.add(Files.createFile(LocalDraft.temporary(file, "dead")));
    }
    assertEquals(6, dead.size());
    LocalFolder.of(root).removeLeftovers();
    assertTrue(dead.stream().noneMatch(Files::exists));
    assertTrue(kept.stream().allMatch(Files::exists));
  }

  @Test
  public void givenFailureWhileWriting_thenTheReasonInOneLine() {
    RunFailure failure =
        new LocalFolder("/out").unwritable(new AccessDeniedException("/out/jobs/x.parquet"));
    assertEquals(ExitCode.FAILED, failure.exitCode());
    assertThat(failure.getMessage(), containsString("--output=/out"));
    assertThat(failure.getMessage(), containsString("no permission for /out/jobs/x.parquet"));
  }

  private static void refused(Path output, String reason) {
    RunFailure failure = assertThrows(RunFailure.class, () -> LocalFolder.of(output).check());
    assertEquals(ExitCode.USAGE, failure.exitCode());
    assertThat(failure.getMessage(), containsString("--output=" + output));
    assertThat(failure.getMessage(), containsString(reason));
    assertEquals(1, failure.getMessage().lines().count());
  }

  @Test
  public void givenFilesAndFolders_thenTheFilesRightInItAreListed() throws IOException {
    Files.createDirectories(root.resolve("c"));
    Files.createFile(root.resolve("c/d"));
    Files.createFile(root.resolve("b"));
    Files.createFile(root.resolve("a"));
    assertEquals(List.of("a", "b"), LocalFolder.of(root).files());
    LocalFolder none = LocalFolder.of(root.resolve("none"));
    assertThrows(NoSuchFileException.class, none::files);
  }
}
