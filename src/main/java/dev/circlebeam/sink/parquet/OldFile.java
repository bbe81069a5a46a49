package dev.circlebeam.sink.parquet;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.apache.parquet.io.InputFile;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A file, or its absence, as it was at one moment. It can be read to its end although another one
 * is put in its place; and it can be told whether that has happened.
 */
final class OldFile implements AutoCloseable {
  private final Path path;
  private final @Nullable Identity identity;
  private final @Nullable FileChannel channel;

  private OldFile(Path path, @Nullable Identity identity, @Nullable FileChannel channel) {
    this.path = path;
    this.identity = identity;
    this.channel = channel;
  }

  /** Looks at what is in a place now. */
  static OldFile open(Path path) throws IOException {
    while (true) {
      Identity identity = Identity.of(path);
      if (identity == null) {
        return new OldFile(path, null, null);
      }
      FileChannel channel;
      try {
        channel = FileChannel.open(path);
      } catch (NoSuchFileException e) {
        continue;
      }
      OldFile file = new OldFile(path, identity, channel);
      boolean same = false;
      try {
        // Only then it is the identity of what was opened.
        same = file.isInPlace();
      } finally {
        if (!same) {
          channel.close();
        }
      }
      if (same) {
        return file;
      }
    }
  }

  boolean exists() {
    return identity != null;
  }

  /** The file's contents; one reader at a time. */
  InputFile contents() {
    return ParquetFiles.input(Objects.requireNonNull(channel, "no file"));
  }

  /**
   * Tells whether nobody has made, replaced or removed the file since. As long as it is open here,
   * the operating system gives its number to no other file.
   */
  boolean isInPlace() throws IOException {
    return Objects.equals(identity, Identity.of(path));
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }

  private record Identity(@Nullable Object key, long size, FileTime modified) {
    static @Nullable Identity of(Path path) throws IOException {
      try {
        BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
        return new Identity(file.fileKey(), file.size(), file.lastModifiedTime());
      } catch (NoSuchFileException e) {
        return null;
      }
    }
  }
}
