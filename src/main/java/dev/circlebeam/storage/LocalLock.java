package dev.circlebeam.storage;

import dev.circlebeam.report.RunFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The lock of an output on a disk. The operating system holds it and lets go of it when the process
 * ends, however it ends. A run whose lock was broken keeps one on a file that is no longer there.
 */
final class LocalLock implements RunLock {
  private static final String FILE = "_lock";

  /**
   * What this process holds. To open and close such a file again would let go of its lock: POSIX
   * locks are a process's, not a channel's.
   */
  private static final Map<Path, LocalLock> HELD = new ConcurrentHashMap<>();

  private final Path folder;
  private final String holder;
  private final FileChannel channel;
  private final FileLock lock;
  private final @Nullable Object file;

  private LocalLock(Path folder, String holder, FileChannel channel, FileLock lock)
      throws IOException {
    this.folder = folder;
    this.holder = holder;
    this.channel = channel;
    this.lock = lock;
    this.file = file(folder);
  }

  /** Takes the lock; see {@link Folder#lock}. */
  static RunLock take(Path place, OutputGuard run, @Nullable Consumer<String> broken) {
    try {
      Path folder = place.toRealPath();
      String holder =
          String.format(
              "run %s, %s, since %s%n", run.runId(), HoldingJob.thisOne().text(), Instant.now());
      return WriterFile.exclusively(
          folder,
          writer -> {
            String other = heldHere(folder);
            LocalLock lock = other == null ? open(folder, holder) : null;
            if (lock == null) {
              Path file = folder.resolve(FILE);
              other = other == null ? Files.readString(file) : other;
              if (broken == null) {
                throw run.refused(other);
              }
              Files.delete(file);
              lock = open(folder, holder);
              broken.accept(other.isBlank() ? "another run" : other.strip());
            }
            HELD.put(folder, lock);
            boolean admitted = false;
            try {
              writer.admit(run);
              admitted = true;
            } finally {
              if (!admitted) {
                lock.close();
              }
            }
            return lock;
          });
    } catch (IOException e) {
      throw RunFailure.misconfigured(
          "--output=" + place + " cannot be written to: " + e, "check its permissions");
    }
  }

  /** Returns who holds the lock in this process, unless another one has broken it since. */
  private static @Nullable String heldHere(Path folder) throws IOException {
    LocalLock held = HELD.get(folder);
    return held != null && Objects.equals(held.file, file(folder)) ? held.holder : null;
  }

  /** Returns what tells the file from another that stands in its place later. */
  private static @Nullable Object file(Path folder) throws IOException {
    try {
      return Files.readAttributes(folder.resolve(FILE), BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException e) {
      return "none";
    }
  }

  /** Locks the file; null when another process has. */
  private static @Nullable LocalLock open(Path folder, String holder) throws IOException {
    FileChannel channel =
        FileChannel.open(
            folder.resolve(FILE),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    LocalLock taken = null;
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.UTF_8)));
        taken = new LocalLock(folder, holder, channel, lock);
      }
    } finally {
      if (taken == null) {
        channel.close();
      }
    }
    return taken;
  }

  @Override
  public void close() {
    if (!channel.isOpen()) {
      return;
    }
    try {
      channel.truncate(0);
      lock.release();
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      // Not another's, if this one was broken.
      HELD.remove(folder, this);
    }
  }
}
