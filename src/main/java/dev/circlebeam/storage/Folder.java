package dev.circlebeam.storage;

import dev.circlebeam.report.RunFailure;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.function.Consumer;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A folder that an output or a state is in. Files in it are named by their path below it, with
 * slashes, such as {@code jobs/_table.json}.
 */
public sealed interface Folder extends Serializable permits LocalFolder, GcsFolder {
  /**
   * Returns the folder as people name it.
   *
   * @return its absolute address
   */
  String address();

  /**
   * Returns a file in it as people name it.
   *
   * @param name the file
   * @return its absolute address
   */
  default String address(String name) {
    return address() + "/" + name;
  }

  /**
   * Checks that an output can be written here, without writing anything.
   *
   * @throws RunFailure when it cannot, or when there is what circlebeam did not write
   */
  void check();

  /**
   * Makes sure that what is not here can be told from what cannot be reached.
   *
   * @throws RunFailure when it cannot be reached
   */
  void reach();

  /**
   * Proves that files can be written here, by doing so where nothing else shows it.
   *
   * @throws RunFailure when they cannot, naming the missing permission
   */
  void prove();

  /**
   * Makes the folder where it is not there yet.
   *
   * @throws RunFailure when it cannot be made
   */
  void make();

  /**
   * Tells whether anything can be left here.
   *
   * @return whether it is there
   */
  boolean exists();

  /**
   * Removes what runs that died had begun to write, or runs whose lock was broken: those fail then.
   * Only for who holds the lock.
   *
   * @throws RunFailure when that fails
   */
  void removeLeftovers();

  /**
   * Takes the lock of the output that is in this folder; see {@link RunLock}.
   *
   * @param run who takes it
   * @param broken if not null the lock is taken although another run has it, and this is told whose
   *     it was
   * @return the lock
   * @throws RunFailure when another run has it, or it cannot be written
   */
  RunLock lock(OutputGuard run, @Nullable Consumer<String> broken);

  /**
   * Does something that only the run may do that took the output last. On a disk nobody else does
   * anything of the kind at the same time; elsewhere others may, until they are found out.
   *
   * @param <T> what comes of it
   * @param run the run
   * @param step what to do, quickly; not to be nested
   * @return what came of it
   * @throws IOException when it fails
   * @throws RunFailure when another run has taken the output
   */
  <T> T whileHeld(OutputGuard run, Step<T> step) throws IOException;

  /**
   * Tells whether the output is still the one that a run took: neither removed since, nor taken by
   * another run.
   *
   * @param run the run
   * @return whether it is
   * @throws IOException when that cannot be found out
   * @throws RunFailure when another run has taken the output
   */
  default boolean isTakenBy(OutputGuard run) throws IOException {
    return whileHeld(run, () -> true);
  }

  /**
   * Looks at what is in a place now.
   *
   * @param name the place
   * @return the file, or its absence; to be closed
   * @throws IOException when it cannot be opened
   */
  StoredFile open(String name) throws IOException;

  /**
   * Looks at what is below a folder now.
   *
   * @param name the folder; need not be there
   * @return what is there
   * @throws IOException when it cannot be listed
   */
  Listing list(String name) throws IOException;

  /**
   * Returns which files are right in the folder now; those whose names begin with a dot need not be
   * among them.
   *
   * @return their names, sorted
   * @throws IOException when they cannot be listed
   */
  List<String> files() throws IOException;

  /**
   * Writes a small file in one step, whatever was there.
   *
   * @param name the place
   * @param bytes what
   * @throws IOException when it cannot be written; the old file is then still there
   */
  void write(String name, byte[] bytes) throws IOException;

  /**
   * Says why nothing can be written.
   *
   * @param e what happened
   * @return the failure to throw
   */
  RunFailure unwritable(IOException e);

  /**
   * Reads a small file.
   *
   * @param name the place
   * @return its bytes; null when there is none
   * @throws IOException when it cannot be read
   */
  default byte @Nullable [] read(String name) throws IOException {
    try (StoredFile file = open(name)) {
      return file.exists() ? file.bytes() : null;
    }
  }

  /**
   * Something that is done to files.
   *
   * @param <T> what comes of it
   */
  @FunctionalInterface
  interface Step<T> {
    /**
     * Does it.
     *
     * @return what comes of it
     * @throws IOException when it fails
     */
    T run() throws IOException;
  }
}
