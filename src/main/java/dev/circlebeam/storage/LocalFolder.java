package dev.circlebeam.storage;

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
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A folder on a local disk.
 *
 * @param address its path, absolute
 */
public record LocalFolder(String address) implements Folder {
  private static final int DEPTH = 3;

  /**
   * Names a folder.
   *
   * @param path need not be there
   * @return the folder
   */
  public static LocalFolder of(Path path) {
    return new LocalFolder(path.toAbsolutePath().toString());
  }

  /**
   * Returns the folder's path.
   *
   * @return an absolute one
   */
  public Path path() {
    return Path.of(address);
  }

  @Override
  public String address(String name) {
    return path().resolve(name).toString();
  }

  @Override
  public void check() {
    prove();
    if (exists()) {
      checkOurs(path());
    }
  }

  /** A disk is there. */
  @Override
  public void reach() {}

  /** The disk tells whether it would let us. */
  @Override
  public void prove() {
    Path folder = path();
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
  }

  private void checkOurs(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      List<Path> visible =
          entries.filter(entry -> !entry.getFileName().toString().startsWith(".")).toList();
      boolean ours =
          visible.isEmpty()
              || visible.stream()
                  .anyMatch(
                      entry ->
                          OutputFiles.isOurs(entry.getFileName().toString())
                              || Files.exists(entry.resolve(OutputFiles.MANIFEST)));
      if (!ours) {
        throw RunFailure.misconfigured(
            "--output="
                + folder
                + " holds files that circlebeam did not write, such as "
                + visible.get(0).getFileName(),
            "give a new or empty folder");
      }
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  @Override
  public void make() {
    try {
      Files.createDirectories(path());
    } catch (IOException e) {
      throw RunFailure.misconfigured(
          "--output=" + address + " cannot be made: " + reason(e),
          "check its permissions, or give another folder");
    }
  }

  @Override
  public boolean exists() {
    return Files.isDirectory(path());
  }

  @Override
  public RunLock lock(OutputGuard run, @Nullable Consumer<String> broken) {
    return LocalLock.take(path(), run, broken);
  }

  @Override
  public <T> T whileHeld(OutputGuard run, Step<T> step) throws IOException {
    return WriterFile.exclusively(
        path(),
        writer -> {
          writer.check(run);
          return step.run();
        });
  }

  /** Who only looks makes no folder anew, and no file in it. */
  @Override
  public boolean isTakenBy(OutputGuard run) throws IOException {
    return WriterFile.isIn(path())
        && WriterFile.exclusively(path(), writer -> writer.names().equals(run.name()));
  }

  @Override
  public StoredFile open(String name) throws IOException {
    return LocalFile.open(path().resolve(name));
  }

  @Override
  public void write(String name, byte[] bytes) throws IOException {
    AtomicFile.write(path().resolve(name), bytes);
  }

  @Override
  public Listing list(String name) throws IOException {
    Path folder = path().resolve(name);
    List<String> folders;
    try (Stream<Path> entries = Files.list(folder)) {
      folders =
          entries
              .filter(Files::isDirectory)
              .map(entry -> entry.getFileName().toString())
              .sorted()
              .toList();
    } catch (NoSuchFileException e) {
      folders = List.of();
    }
    return new LocalListing(folder, folders);
  }

  @Override
  public List<String> files() throws IOException {
    try (Stream<Path> entries = Files.list(path())) {
      return entries
          .filter(Files::isRegularFile)
          .map(entry -> entry.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  /** Files are looked for by name: a listing need not show one that is replaced at that moment. */
  private record LocalListing(Path folder, List<String> folders) implements Listing {
    @Override
    public StoredFile open(String name) throws IOException {
      return LocalFile.open(folder.resolve(name));
    }
  }

  @Override
  public void removeLeftovers() {
    try {
      Files.walkFileTree(path(), Set.of(), DEPTH, new RemoveTemporaries());
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private static final class RemoveTemporaries extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      if (LocalDraft.isTemporary(file)) {
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

  @Override
  public RunFailure unwritable(IOException e) {
    return RunFailure.failed(
        "unwritable",
        "--output=" + address + " cannot be written to: " + reason(e),
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
