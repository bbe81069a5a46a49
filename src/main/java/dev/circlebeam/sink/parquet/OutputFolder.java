package dev.circlebeam.sink.parquet;

import dev.circlebeam.report.RunFailure;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The folder that tables are written into. */
public final class OutputFolder {
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
    if (!Files.isDirectory(existing) || !Files.isWritable(existing)) {
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
                          List.of("_state.json", "_runs", "_lock")
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
   * Says why nothing can be written.
   *
   * @param folder the output
   * @param e what happened
   * @return the failure to throw
   */
  public static RunFailure unwritable(String folder, IOException e) {
    String reason =
        e instanceof AccessDeniedException denied
            ? "no permission for " + denied.getFile()
            : e instanceof FileSystemException file && file.getReason() != null
                ? file.getFile() + ": " + file.getReason()
                : String.valueOf(e.getMessage());
    return RunFailure.failed(
        "unwritable",
        "--output=" + folder + " cannot be written to: " + reason,
        "check space and permissions, then run again");
  }
}
