package dev.circlebeam.storage;

import dev.circlebeam.report.RunFailure;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.file.NoSuchFileException;
import java.time.Instant;

/**
 * Lets files of an output be replaced only by the run that took the output last, and only by who
 * read what is replaced. {@link RunLock} keeps other runs away as long as nobody breaks it; this is
 * what keeps the files right when somebody does.
 *
 * @param folder where the output's lock is: the output itself, if it is a folder
 * @param runId the run that replaces files
 * @param startedAt when it began; another run may bear the same name
 */
public record OutputGuard(Folder folder, String runId, Instant startedAt) implements Serializable {
  /**
   * Puts a finished file in the place that it was begun for, if nobody else did so meanwhile. When
   * this returns true it is there for good.
   *
   * @param draft the finished file
   * @return whether it is there
   * @throws IOException when it cannot be put there
   * @throws RunFailure when another run has taken the output
   */
  public boolean replace(Draft draft) throws IOException {
    try {
      draft.prepare();
    } catch (NoSuchFileException e) {
      // Who takes an output removes what others have begun there: then this says so.
      whileHeld(() -> null);
      throw e;
    }
    boolean replaced = whileHeld(draft::replace);
    if (replaced) {
      draft.settle();
    }
    return replaced;
  }

  /**
   * Does something that only the run may do that took the output last; see {@link
   * Folder#whileHeld}.
   *
   * @param <T> what comes of it
   * @param step what to do, quickly; not to be nested
   * @return what came of it
   * @throws IOException when it fails
   * @throws RunFailure when another run has taken the output
   */
  public <T> T whileHeld(Folder.Step<T> step) throws IOException {
    return folder.whileHeld(this, step);
  }

  /**
   * Checks that the output is still the one that the run took. One that was removed meanwhile, and
   * made again by whoever wrote next, has lost what the run had written before.
   *
   * @throws RunFailure when it is not there any more, or another run has taken it
   */
  public void checkTaken() {
    try {
      if (folder.isTakenBy(this)) {
        return;
      }
    } catch (IOException e) {
      throw folder.unwritable(e);
    }
    throw RunFailure.failed(
        "unwritable",
        "--output="
            + folder.address()
            + " was removed, or taken by another run, while this one wrote into it",
        "run it again: what is missing is read again");
  }

  /** Names the run to another one. */
  String name() {
    return "run " + runId + ", begun " + startedAt;
  }

  /** Says that another run has taken the output. */
  RunFailure taken(String by) {
    return RunFailure.failed(
        "state_conflict",
        by
            + " has taken --output="
            + folder.address()
            + " from this run; the tables keep what was merged before, this run's state is not"
            + " kept",
        "run it again when that one has ended");
  }

  /** Says that another run holds the output. */
  RunFailure refused(String holder) {
    return RunFailure.locked(
        "another run holds --output="
            + folder.address()
            + (holder.isBlank() ? "" : ": " + holder.strip()),
        "wait until it has ended, or give another --output; --breakLock takes it from a run that"
            + " cannot be ended");
  }

  /**
   * Writes a small file, if nobody else did so since it was read.
   *
   * @param old what was read
   * @param bytes what to write
   * @return whether it is there, for good
   * @throws IOException when it cannot be put there
   * @throws RunFailure when another run has taken the output
   */
  public boolean replace(StoredFile old, byte[] bytes) throws IOException {
    try (Draft draft = old.successor(runId)) {
      try (OutputStream out = draft.begin()) {
        out.write(bytes);
      }
      return replace(draft);
    }
  }
}
