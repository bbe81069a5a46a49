package dev.circlebeam.state;

import dev.circlebeam.report.RunFailure;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets files of an output be replaced one at a time, among all threads and processes, and only by
 * the run that took the output last. {@link RunLock} keeps other runs away as long as nobody breaks
 * it; this is what keeps the files right when somebody does.
 *
 * <p>The file {@code _writer} names that run. It is locked only while something is compared and
 * renamed; what takes long is done before.
 *
 * @param output the output's folder
 * @param runId the run that replaces files
 * @param startedAt when it began; another run may bear the same name
 */
public record OutputGuard(String output, String runId, Instant startedAt) implements Serializable {
  private static final String FILE = "_writer";
  private static final int NAME_BYTES = 512;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(1);

  /**
   * For this process, where locks of the operating system tell no threads apart and closing any
   * channel of a file gives up the process's lock on it.
   */
  private static final Object ONE_AT_A_TIME = new Object();

  /**
   * What is done while nobody else replaces files.
   *
   * @param <T> what comes of it
   */
  public interface Step<T> {
    /**
     * Does it, quickly.
     *
     * @return what comes of it
     * @throws IOException when it fails
     */
    T run() throws IOException;
  }

  /** Something that must still be so when a file is replaced. */
  public interface Condition {
    /**
     * Looks.
     *
     * @return whether it is so
     * @throws IOException when that cannot be found out
     */
    boolean holds() throws IOException;
  }

  /**
   * Puts a finished file in another's place if that is still what it was. When this returns true it
   * is there for good.
   *
   * @param temporary the finished file, in the same folder
   * @param path the place
   * @param stillSo what must be so, or nothing is done
   * @return whether it is there
   * @throws IOException when it cannot be put there
   * @throws RunFailure when another run has taken the output
   */
  public boolean replace(Path temporary, Path path, Condition stillSo) throws IOException {
    try {
      AtomicFile.flush(temporary);
    } catch (NoSuchFileException e) {
      // Who takes an output removes what others have begun there: then this says so.
      replacing(() -> null);
      throw e;
    }
    boolean replaced =
        replacing(
            () -> {
              if (!stillSo.holds()) {
                return false;
              }
              Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
              return true;
            });
    if (replaced) {
      AtomicFile.flushFolderOf(path);
    }
    return replaced;
  }

  /**
   * Does something while nobody else replaces files. Not to be nested.
   *
   * @param <T> what comes of it
   * @param step what to do
   * @return what came of it
   * @throws IOException when it fails
   * @throws RunFailure when another run has taken the output
   */
  public <T> T replacing(Step<T> step) throws IOException {
    return exclusively(
        writer -> {
          String name = read(writer);
          if (!name.isEmpty() && !name.equals(name())) {
            throw RunFailure.failed(
                "state_conflict",
                name
                    + " has taken --output="
                    + output
                    + " from this run; the tables keep what was"
                    + " merged before, this run's state is not kept",
                "run it again when that one has ended");
          }
          return step.run();
        });
  }

  /**
   * Checks that the output is still the one that the run took. One that was removed meanwhile, and
   * made again by whoever wrote next, has lost what the run had written before.
   *
   * @throws RunFailure when it is not there any more, or another run has taken it
   */
  public void checkTaken() {
    try {
      boolean isTaken =
          Files.exists(Path.of(output, FILE)) && exclusively(writer -> read(writer).equals(name()));
      if (isTaken) {
        return;
      }
    } catch (IOException e) {
      throw RunFailure.failed(
          "unwritable",
          "--output=" + output + " cannot be written to: " + e,
          "check its permissions, then run again");
    }
    throw RunFailure.failed(
        "unwritable",
        "--output="
            + output
            + " was removed, or taken by another run, while this one wrote into it",
        "run it again: what is missing is read again");
  }

  /** What {@link RunLock} does while nobody replaces files or takes the output. */
  interface Taking<T> {
    T run(FileChannel writer) throws IOException;
  }

  <T> T exclusively(Taking<T> step) throws IOException {
    synchronized (ONE_AT_A_TIME) {
      try (FileChannel writer =
              FileChannel.open(
                  Path.of(output, FILE),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE);
          FileLock lock = lock(writer)) {
        assert lock.isValid();
        return step.run(writer);
      }
    }
  }

  /** Lets this run replace files from now on, and no other. */
  void admit(FileChannel writer) throws IOException {
    writer.truncate(0);
    writer.write(ByteBuffer.wrap(name().getBytes(StandardCharsets.UTF_8)), 0);
  }

  private FileLock lock(FileChannel writer) throws IOException {
    long begun = System.nanoTime();
    FileLock lock = writer.tryLock();
    while (lock == null) {
      if (System.nanoTime() - begun > PATIENCE.toNanos()) {
        // It is held for microseconds, unless its holder is suspended or its disk hangs.
        throw RunFailure.failed(
            "unwritable",
            "another process holds " + Path.of(output, FILE) + " and does not go on",
            "end that process, then run again");
      }
      LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
      lock = writer.tryLock();
    }
    return lock;
  }

  private static String read(FileChannel writer) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(NAME_BYTES);
    writer.read(bytes, 0);
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
  }

  private String name() {
    return "run " + runId + ", begun " + startedAt;
  }
}
