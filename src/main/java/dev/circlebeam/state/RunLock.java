package dev.circlebeam.state;

import dev.circlebeam.report.RunFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;

/**
 * One run at a time on an output: two merges of one file would lose rows. The operating system
 * holds the lock and lets go of it when the process ends, however it ends.
 */
public final class RunLock implements AutoCloseable {
  private static final String FILE = "_lock";

  private final FileChannel channel;
  private final FileLock lock;

  private RunLock(FileChannel channel, FileLock lock) {
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
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      FileLock lock = tryLock(channel);
      if (lock == null) {
        String holder = Files.readString(file).strip();
        channel.close();
        throw RunFailure.locked(
            "another run holds --output=" + output + (holder.isEmpty() ? "" : ": " + holder),
            "wait until it has ended, or give another --output");
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              String.format(
                      "run %s, process %d on %s, since %s%n",
                      runId, ProcessHandle.current().pid(), host(), Instant.now())
                  .getBytes(StandardCharsets.UTF_8)));
      return new RunLock(channel, lock);
    } catch (IOException e) {
      throw RunFailure.misconfigured(
          "--output=" + output + " cannot be written to: " + e, "check its permissions");
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Held by another run of this very process.
      return null;
    }
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
    }
  }
}
