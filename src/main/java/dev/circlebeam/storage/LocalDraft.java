package dev.circlebeam.storage;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * A file under a temporary name in the folder that it is for. It can take its place only while
 * nobody else replaces files.
 */
final class LocalDraft implements Draft {
  private static final String TEMPORARY = ".tmp";

  private final LocalFile old;
  private final Path path;
  private final Path temporary;

  LocalDraft(LocalFile old, Path path, String runId) {
    this.old = old;
    this.path = path;
    this.temporary = temporary(path, runId);
  }

  /** Returns a name in the same folder that nobody else uses; not even a run of the same name. */
  static Path temporary(Path path, String runId) {
    return path.resolveSibling(
        path.getFileName() + "." + runId + "." + UUID.randomUUID() + TEMPORARY);
  }

  /** Tells whether somebody began a file there and did not put it in its place. */
  static boolean isTemporary(Path path) {
    return path.toString().endsWith(TEMPORARY);
  }

  @Override
  public OutputStream begin() throws IOException {
    Files.createDirectories(path.getParent());
    return new BufferedOutputStream(Files.newOutputStream(temporary));
  }

  @Override
  public long size() throws IOException {
    return Files.size(temporary);
  }

  @Override
  public void prepare() throws IOException {
    AtomicFile.flush(temporary);
  }

  @Override
  public boolean replace() throws IOException {
    if (!old.isInPlace()) {
      return false;
    }
    Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
    return true;
  }

  @Override
  public void settle() throws IOException {
    AtomicFile.flushFolderOf(path);
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(temporary);
  }
}
