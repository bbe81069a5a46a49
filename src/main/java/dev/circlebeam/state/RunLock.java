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
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One run at a time on an output: two merges of one file would lose rows. The operating system
 * holds the lock and lets go of it when the process ends, however it ends.
 */
public final class RunLock implements AutoCloseable {
  private static final String FILE = "_lock";

  /**
   * What this process holds. To open and close such a file again would let go of its lock: POSIX
   * locks are a process's, not a channel's.
   */
  private static final Map<Path, String> HELD = new ConcurrentHashMap<>();

  private final Path key;
  private final FileChannel channel;
  private final FileLock lock;

  private RunLock(Path key, FileChannel channel, FileLock lock) {
    this.key = key;
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * Takes the lock.
   *
   * @param output a folder that is there
   * @param runId who takes it
   * @return the lock; to be closed when the run ends
   * @throws RunFailure when another run has it, or the folder cannot be written to
   */
  public static RunLock take(Path output, String runId) {
    Path file = output.resolve(FILE);
    Path key = null;
    boolean taken = false;
    try {
      String holder =
          String.format(
              "run %s, process %d on %s, since %s%n",
              runId, ProcessHandle.current().pid(), host(), Instant.now());
      Path folder = output.toRealPath();
      String held = HELD.putIfAbsent(folder, holder);
      if (held != null) {
        throw refusal(output, held);
      }
      key = folder;
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        String other = Files.readString(file);
        channel.close();
        throw refusal(output, other);
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.UTF_8)));
      taken = true;
      return new RunLock(key, channel, lock);
    } catch (IOException e) {
      throw RunFailure.misconfigured(
          "--output=" + output + " cannot be written to: " + e, "check its permissions");
    } finally {
      if (key != null && !taken) {
        HELD.remove(key);
      }
    }
  }

  private static RunFailure refusal(Path output, String holder) {
    return RunFailure.locked(
        "another run holds --output=" + output + (holder.isBlank() ? "" : ": " + holder.strip()),
        "wait until it has ended, or give another --output");
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
    try {
      channel.truncate(0);
      lock.release();
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      HELD.remove(key);
    }
  }
}
