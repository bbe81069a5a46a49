package dev.circlebeam.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Files that are there whole or not at all, also after the power has failed. */
final class AtomicFile {
  private AtomicFile() {}

  /**
   * Writes a small file in one step.
   *
   * @param path where; its folder is made when it is not there
   * @param bytes what
   * @throws IOException when it cannot be written; the old file is then still there
   */
  static void write(Path path, byte[] bytes) throws IOException {
    Files.createDirectories(path.toAbsolutePath().getParent());
    Path temporary = path.resolveSibling(path.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try (FileChannel out =
        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        out.write(buffer);
      }
    }
    replace(temporary, path);
  }

  /**
   * Puts a finished file in another's place. When this returns it is there for good.
   *
   * @param temporary the finished file, in the same folder
   * @param path the place
   * @throws IOException when it cannot be put there; the old file is then still there
   */
  static void replace(Path temporary, Path path) throws IOException {
    flush(temporary);
    Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
    flushFolderOf(path);
  }

  static void flush(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  static void flushFolderOf(Path path) throws IOException {
    try (FileChannel folder = FileChannel.open(path.toAbsolutePath().getParent())) {
      folder.force(true);
    }
  }
}
