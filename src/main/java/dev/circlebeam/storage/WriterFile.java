package dev.circlebeam.storage;

import dev.circlebeam.report.RunFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The file {@code _writer} of an output on a disk: it names the run that took the output last. It
 * is locked only while something is compared and renamed; what takes long is done before.
 */
final class WriterFile {
  private static final String FILE = "_writer";
  private static final int NAME_BYTES = 512;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(1);

  /**
   * For this process, where locks of the operating system tell no threads apart and closing any
   * channel of a file gives up the process's lock on it.
   */
  private static final Object ONE_AT_A_TIME = new Object();

  private final FileChannel channel;

  private WriterFile(FileChannel channel) {
    this.channel = channel;
  }

  /** What is done while nobody else replaces files or takes the output. */
  interface Exclusive<T> {
    T run(WriterFile writer) throws IOException;
  }

  /** Tells whether a folder has such a file. */
  static boolean isIn(Path folder) {
    return Files.exists(folder.resolve(FILE));
  }

  /** Does something while nobody else replaces files, in any process. Not to be nested. */
  static <T> T exclusively(Path folder, Exclusive<T> step) throws IOException {
    synchronized (ONE_AT_A_TIME) {
      Path file = folder.resolve(FILE);
      try (FileChannel channel =
              FileChannel.open(
                  file,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE);
          FileLock lock = lock(file, channel)) {
        assert lock.isValid();
        return step.run(new WriterFile(channel));
      }
    }
  }

  /** Lets a run replace files from now on, and no other. */
  void admit(OutputGuard run) throws IOException {
    channel.truncate(0);
    channel.write(ByteBuffer.wrap(run.name().getBytes(StandardCharsets.UTF_8)), 0);
  }

  /**
   * Makes sure that a run may replace files.
   *
   * @throws RunFailure when it may not
   */
  void check(OutputGuard run) throws IOException {
    String name = names();
    if (!name.isEmpty() && !name.equals(run.name())) {
      throw run.taken(name);
    }
  }

  /** Returns the run that may replace files; empty when none has said so. */
  String names() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(NAME_BYTES);
    channel.read(bytes, 0);
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
  }

  private static FileLock lock(Path file, FileChannel channel) throws IOException {
    long begun = System.nanoTime();
    FileLock lock = tryLock(channel);
    while (lock == null) {
      if (System.nanoTime() - begun > PATIENCE.toNanos()) {
        // It is held for microseconds, unless its holder is suspended or its disk hangs.
        throw RunFailure.failed(
            "unwritable",
            "another process holds " + file + " and does not go on",
            "end that process, then run again");
      }
      LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
      lock = tryLock(channel);
    }
    return lock;
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Held in this process by a class of this name that another loader has loaded: Flink loads
      // ours anew for each job.
      return null;
    }
  }
}
