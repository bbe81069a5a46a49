package dev.circlebeam.state;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.google.common.hash.Hashing;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.storage.Folder;
import dev.circlebeam.storage.OutputGuard;
import dev.circlebeam.storage.Place;
import dev.circlebeam.storage.StoredFile;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.Arrays;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Where a state is kept, and how one is put in another's place: whole, and only if nobody else did
 * so meanwhile.
 *
 * @param place the file
 * @param circleciUrl the server that it must be about
 * @param output the output that it must belong to
 * @param lockedIn the folder that has the output's lock
 */
public record StateStore(Place place, String circleciUrl, String output, Folder lockedIn)
    implements Serializable {
  /** What its file is called where nobody says otherwise. */
  public static final String NAME = "_state.json";

  private static final String NONE = "none";

  /**
   * A state as it was read.
   *
   * @param state the state
   * @param version names the bytes that it was read from
   */
  public record Versioned(SyncState state, String version) {}

  /**
   * Reads the state.
   *
   * @return it, or the empty one where there is none yet
   * @throws RunFailure when the file is damaged, or about something else
   */
  public Versioned read() {
    byte[] bytes = bytes();
    if (bytes == null) {
      return new Versioned(SyncState.empty(circleciUrl, output), NONE);
    }
    SyncState state = parse(bytes);
    checkBelongs("server", "--circleciUrl", circleciUrl, state.circleciUrl());
    checkBelongs("output", "--output", output, state.output());
    return new Versioned(state, version(bytes));
  }

  /**
   * Reads the state again when a run commits; it was sound when the run began.
   *
   * @param readVersion what the run read then
   * @return the state
   * @throws RunFailure when somebody has damaged the file since, or put another one in its place
   */
  public SyncState readAgain(String readVersion) {
    if (version(bytes()).equals(readVersion)) {
      return read().state();
    }
    try {
      return read().state();
    } catch (RunFailure e) {
      // Not the command line's fault, as it is when a run begins.
      throw RunFailure.failed(
          "state_conflict",
          "since this run began, "
              + e.getMessage()
              + "; its tables are kept, this run's state is not",
          e.whatToDo() + "; then run again");
    }
  }

  /**
   * Reads a state to look at, whatever it belongs to.
   *
   * @param place the file
   * @return the state; null when there is none
   * @throws RunFailure when the file is damaged
   */
  public static @Nullable SyncState look(Place place) {
    StateStore store = new StateStore(place, "", "", place.folder());
    byte[] bytes = store.bytes();
    return bytes == null ? null : store.parse(bytes);
  }

  /**
   * Puts a new state in the old one's place. Done twice by the same run and slice, the second time
   * does nothing.
   *
   * @param readVersion what the run read when it began
   * @param state the new state
   * @throws RunFailure when another run has written the state since, or has taken the output, or
   *     the state cannot be written
   */
  public void replace(String readVersion, SyncState state) {
    SyncState.WrittenBy by = requireNonNull(state.writtenBy());
    OutputGuard run = new OutputGuard(lockedIn, by.runId(), by.startedAt());
    boolean replaced = false;
    try {
      while (!replaced) {
        // Another run may compare at the same time.
        replaced = run.whileHeld(() -> replaceUnchanged(readVersion, state));
      }
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    } catch (IOException e) {
      throw RunFailure.failed(
          "unwritable",
          "the state " + place.address() + " cannot be written: " + reason(e),
          "check space and permissions of --state (by default it is in --output), then run again");
    }
  }

  /** Returns whether the state is there; not when somebody else was faster. */
  private boolean replaceUnchanged(String readVersion, SyncState state) throws IOException {
    try (StoredFile old = place.folder().open(place.name())) {
      byte[] now = old.exists() ? old.bytes() : null;
      if (now != null && isFrom(parse(now), state)) {
        return true;
      }
      if (!version(now).equals(readVersion)) {
        throw RunFailure.failed(
            "state_conflict",
            "another run has written "
                + place.address()
                + " since this one began; its tables are kept, this run's state is not",
            "run it again, and only one at a time");
      }
      return old.replace(state.writtenBy().runId(), StateJson.write(state));
    }
  }

  private static boolean isFrom(SyncState there, SyncState state) {
    return state.writtenBy().equals(there.writtenBy());
  }

  /**
   * Reads a state's bytes.
   *
   * @throws RunFailure when they are none of this version
   */
  SyncState parse(byte[] bytes) {
    SyncState state;
    try {
      state = StateJson.read(bytes);
    } catch (IOException e) {
      throw RunFailure.misconfigured(
          "the state " + place.address() + " is damaged: " + firstLine(e),
          "restore it from a copy, or move it away, or give another file with --state: the next run"
              + " then reads everything again");
    }
    if (state == null) {
      throw RunFailure.misconfigured(
          "the state " + place.address() + " is of another version of circlebeam",
          "use the version that wrote it, or give another file with --state");
    }
    return state;
  }

  private void checkBelongs(String what, String flag, String ours, String theirs) {
    if (!ours.equals(theirs)) {
      throw RunFailure.misconfigured(
          String.format(
              "the state %s belongs to the %s %s, but %s is %s",
              place.address(), what, theirs, flag, ours),
          "give the " + what + " it belongs to, or another file with --state");
    }
  }

  private byte[] bytes() {
    try {
      return place.folder().read(place.name());
    } catch (IOException e) {
      throw RunFailure.misconfigured(
          "the state " + place.address() + " cannot be read: " + reason(e),
          "check --state and its permissions");
    }
  }

  private static String version(byte[] bytes) {
    return bytes == null ? NONE : Hashing.sha256().hashBytes(bytes).toString();
  }

  /** Those of disks say only by their names what happened. */
  private static String reason(IOException e) {
    return e instanceof FileSystemException ? e.toString() : e.getMessage();
  }

  private static String firstLine(IOException e) {
    String message =
        e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
    return Arrays.stream(String.valueOf(message).split("\n", 2)).findFirst().orElse("");
  }
}
