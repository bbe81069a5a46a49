package dev.circlebeam.sink.parquet;

import dev.circlebeam.report.RunFailure;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/** The folder that tables are written into. */
public final class OutputFolder {
  private static final String TEMPORARY = ".tmp";
  private static final int DEPTH = 3;

  private OutputFolder() {}

  /**
   * Checks that a folder is ours to write into, without writing anything.
   *
   * @param folder need not be there
   * @throws RunFailure when it is a file, cannot be written to, or holds what circlebeam did not
   *     write
   */
  public static void check(Path folder) {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw RunFailure.misconfigured(
          "--output=" + folder + " is a file", "give a new or empty folder");
    }
    Path existing = folder.toAbsolutePath();
    while (!Files.exists(existing)) {
      existing = existing.getParent();
    }
    if (!Files.isDirectory(existing)) {
      throw RunFailure.misconfigured(
          "--output=" + folder + " cannot be made: " + existing + " is a file",
          "give a new or empty folder");
    }
    if (!Files.isWritable(existing)) {
      throw RunFailure.misconfigured(
          "--output=" + folder + " cannot be written to: no permission to write in " + existing,
          "check its permissions, or give another folder");
    }
    if (Files.isDirectory(folder)) {
      checkOurs(folder);
    }
  }

  private static void checkOurs(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      List<Path> visible =
          entries.filter(entry -> !entry.getFileName().toString().startsWith(".")).toList();
      boolean ours =
          visible.isEmpty()
              || visible.stream()
                  .anyMatch(
                      entry ->
                          List.of("_state.json", "_runs", "_lock", "_writer")
                                  .contains(entry.getFileName().toString())
                              || Files.exists(entry.resolve("_table.json")));
      if (!ours) {
        throw RunFailure.misconfigured(
            "--output="
                + folder
                + " holds files that circlebeam did not write, such as "
                + visible.get(0).getFileName(),
            "give a new or empty folder");
      }
    } catch (IOException e) {
      throw unwritable(folder.toString(), e);
    }
  }

  /**
   * Makes the folder where it is not there yet.
   *
   * @param folder the output
   * @throws RunFailure when it cannot be made
   */
  public static void make(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw RunFailure.misconfigured(
          "--output=" + folder + " cannot be made: " + reason(e),
          "check its permissions, or give another folder");
    }
  }

  /**
   * Names a file to be written before it takes another's place.
   *
   * @param file the place
   * @param runId who writes it
   * @return a name in the same folder that nobody else uses; not even a run of the same name
   */
  static Path temporary(Path file, String runId) {
    return file.resolveSibling(
        file.getFileName() + "." + runId + "." + UUID.randomUUID() + TEMPORARY);
  }

  /**
   * Removes the temporary files of runs that died, or whose lock was broken: those fail then. Only
   * for who holds the output's lock.
   *
   * @param folder the output
   * @throws RunFailure when that fails
   */
  public static void removeLeftovers(Path folder) {
    try {
      Files.walkFileTree(folder, Set.of(), DEPTH, new RemoveTemporaries());
    } catch (IOException e) {
      throw unwritable(folder.toString(), e);
    }
  }

  private static final class RemoveTemporaries extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      if (file.toString().endsWith(TEMPORARY)) {
        Files.deleteIfExists(file);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      // A run whose lock was broken may still be at work.
      if (e instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw e;
    }
  }

  /**
   * Says why nothing can be written.
   *
   * @param folder the output
   * @param e what happened
   * @return the failure to throw
   */
  public static RunFailure unwritable(String folder, IOException e) {
    return RunFailure.failed(
        "unwritable",
        "--output=" + folder + " cannot be written to: " + reason(e),
        "check space and permissions, then run again");
  }

  private static String reason(IOException e) {
    if (e instanceof AccessDeniedException denied) {
      return "no permission for " + denied.getFile();
    }
    if (e instanceof FileSystemException file) {
      String why = file.getReason() == null ? e.getClass().getSimpleName() : file.getReason();
      return file.getFile() + ": " + why;
    }
    return String.valueOf(e.getMessage());
  }
}
