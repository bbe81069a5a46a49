package dev.circlebeam.state;

import dev.circlebeam.report.RunFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
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
 * One run at a time on an output: a second one would fetch everything a second time, and one of
 * them in vain. The operating system holds the lock and lets go of it when the process ends,
 * however it ends.
 */
public final class RunLock implements AutoCloseable {
  private static final String FILE = "_lock";

  /**
   * What this process holds. To open and close such a file again would let go of its lock: POSIX
   * locks are a process's, not a channel's.
   */
  private static final Map<Path, RunLock> HELD = new ConcurrentHashMap<>();

  private final Path folder;
  private final String holder;
  private final FileChannel channel;
  private final FileLock lock;
  private final @Nullable Object file;

  private RunLock(Path folder, String holder, FileChannel channel, FileLock lock)
      throws IOException {
    this.folder = folder;
    this.holder = holder;
    this.channel = channel;
    this.lock = lock;
    this.file = file(folder);
  }

  /**
   * Takes the lock.
   *
   * @param run who takes it, and of which output
   * @return the lock; to be closed when the run ends
   * @throws RunFailure when another run has it, or the folder is not there or cannot be written to
   */
  public static RunLock take(OutputGuard run) {
    return take(run, null);
  }

  /**
   * Takes the lock although another run may have it. That run keeps a lock on a file that is no
   * longer there, and can replace no file of the output any more.
   *
   * @param run who takes it, and of which output
   * @param broken is told, in a few words, whose lock was broken; not called when nobody had it
   * @return the lock; to be closed when the run ends
   * @throws RunFailure when the folder is not there or cannot be written to
   */
  public static RunLock takeByForce(OutputGuard run, Consumer<String> broken) {
    return take(run, broken);
  }

  private static RunLock take(OutputGuard run, @Nullable Consumer<String> broken) {
    try {
      Path folder = Path.of(run.output()).toRealPath();
      String holder =
          String.format(
              "run %s, process %d on %s, since %s%n",
              run.runId(), ProcessHandle.current().pid(), host(), Instant.now());
      return run.exclusively(
          writer -> {
            String other = heldHere(folder);
            RunLock lock = other == null ? open(folder, holder) : null;
            if (lock == null) {
              Path file = folder.resolve(FILE);
              other = other == null ? Files.readString(file) : other;
              if (broken == null) {
                throw refusal(run.output(), other);
              }
              Files.delete(file);
              lock = open(folder, holder);
              broken.accept(other.isBlank() ? "another run" : other.strip());
            }
            HELD.put(folder, lock);
            boolean admitted = false;
            try {
              run.admit(writer);
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
          "--output=" + run.output() + " cannot be written to: " + e, "check its permissions");
    }
  }

  /** Returns who holds the lock in this process, unless another one has broken it since. */
  private static @Nullable String heldHere(Path folder) throws IOException {
    RunLock held = HELD.get(folder);
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
  private static @Nullable RunLock open(Path folder, String holder) throws IOException {
    FileChannel channel =
        FileChannel.open(
            folder.resolve(FILE),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    RunLock taken = null;
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.UTF_8)));
        taken = new RunLock(folder, holder, channel, lock);
      }
    } finally {
      if (taken == null) {
        channel.close();
      }
    }
    return taken;
  }

  private static RunFailure refusal(String output, String holder) {
    return RunFailure.locked(
        "another run holds --output=" + output + (holder.isBlank() ? "" : ": " + holder.strip()),
        "wait until it has ended, or give another --output; --breakLock takes it from a run that"
            + " cannot be ended");
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "this host";
    }
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
