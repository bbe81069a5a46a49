package dev.circlebeam;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A table's files as a reader who opens each once finds them: hard links, one made after the other
 * while a run may write. DuckDB opens a file twice, for its columns and for its rows, and fails
 * when it was replaced in between, whoever wrote it; of a link both times it gets the same. A file
 * that is not whole, or not there for a moment, is found all the same.
 */
record Snapshot(Path folder) implements AutoCloseable {
  /** Takes a table as it is now. */
  static Snapshot of(Path output, String table) throws IOException {
    Snapshot snapshot = new Snapshot(Files.createTempDirectory(output.getParent(), "snapshot"));
    for (Path file : parts(output.resolve(table))) {
      Path link = snapshot.folder.resolve(output.relativize(file));
      Files.createDirectories(link.getParent());
      link(link, file);
    }
    return snapshot;
  }

  private static void link(Path link, Path file) throws IOException {
    while (true) {
      try {
        Files.createLink(link, file);
        return;
      } catch (NoSuchFileException e) {
        // So the system also calls a file that is replaced just while it is linked.
        if (!Files.exists(file)) {
          throw e;
        }
      }
    }
  }

  private static List<Path> parts(Path table) throws IOException {
    List<Path> folders;
    try (Stream<Path> inside = Files.list(table)) {
      folders = Stream.concat(Stream.of(table), inside.filter(Files::isDirectory)).toList();
    }
    // By name: files of other names come and go while a run writes.
    return folders.stream()
        .map(folder -> folder.resolve("part-00000.parquet"))
        .filter(Files::exists)
        .toList();
  }

  @Override
  public void close() throws IOException {
    MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
  }
}
