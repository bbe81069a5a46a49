package dev.circlebeam.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.checkerframework.checker.nullness.qual.Nullable;

/** A file on a disk. It is held open, which also tells whether another one stands in its place. */
final class LocalFile implements StoredFile {
  private final Path path;
  private final @Nullable Identity identity;
  private final @Nullable FileChannel channel;

  private LocalFile(Path path, @Nullable Identity identity, @Nullable FileChannel channel) {
    this.path = path;
    this.identity = identity;
    this.channel = channel;
  }

  /** Looks at what is in a place now. */
  static LocalFile open(Path path) throws IOException {
    while (true) {
      Identity identity = Identity.of(path);
      if (identity == null) {
        return new LocalFile(path, null, null);
      }
      FileChannel channel;
      try {
        channel = FileChannel.open(path);
      } catch (NoSuchFileException e) {
        continue;
      }
      LocalFile file = new LocalFile(path, identity, channel);
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

  @Override
  public boolean exists() {
    return identity != null;
  }

  @Override
  public SeekableByteChannel contents() {
    return Objects.requireNonNull(channel, "no file");
  }

  @Override
  public Draft successor(String runId) {
    return new LocalDraft(this, path, runId);
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
