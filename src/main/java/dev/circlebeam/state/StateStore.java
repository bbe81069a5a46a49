package dev.circlebeam.state;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.google.common.hash.Hashing;
import dev.circlebeam.report.RunFailure;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Where a state is kept, and how one is put in another's place: whole, and only if nobody else did
 * so meanwhile.
 *
 * @param path the file
 * @param circleciUrl the server that it must be about
 * @param output the output that it must belong to
 */
public record StateStore(String path, String circleciUrl, String output) implements Serializable {
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
   * @param path the file
   * @return the state; null when there is none
   * @throws RunFailure when the file is damaged
   */
  public static @Nullable SyncState look(String path) {
    StateStore store = new StateStore(path, "", "");
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
    try {
      // Another run may compare at the same time.
      new OutputGuard(output, by.runId(), by.startedAt())
          .replacing(
              () -> {
                replaceUnchanged(readVersion, state);
                return null;
              });
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    } catch (IOException e) {
      throw RunFailure.failed(
          "unwritable",
          "the state " + path + " cannot be written: " + e,
          "check space and permissions of --state (by default it is in --output), then run again");
    }
  }

  private void replaceUnchanged(String readVersion, SyncState state) throws IOException {
    byte[] now = bytes();
    if (now != null && isFrom(parse(now), state)) {
      return;
    }
    if (!version(now).equals(readVersion)) {
      throw RunFailure.failed(
          "state_conflict",
          "another run has written "
              + path
              + " since this one began; its tables are kept, this"
              + " run's state is not",
          "run it again, and only one at a time");
    }
    AtomicFile.write(Path.of(path), StateJson.write(state));
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
          "the state " + path + " is damaged: " + firstLine(e),
          "restore it from a copy, or move it away, or give another file with --state: the next run"
              + " then reads everything again");
    }
    if (state == null) {
      throw RunFailure.misconfigured(
          "the state " + path + " is of another version of circlebeam",
          "use the version that wrote it, or give another file with --state");
    }
    return state;
  }

  private void checkBelongs(String what, String flag, String ours, String theirs) {
    if (!ours.equals(theirs)) {
      throw RunFailure.misconfigured(
          String.format(
              "the state %s belongs to the %s %s, but %s is %s", path, what, theirs, flag, ours),
          "give the " + what + " it belongs to, or another file with --state");
    }
  }

  private byte[] bytes() {
    try {
      return Files.readAllBytes(Path.of(path));
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw RunFailure.misconfigured(
          "the state " + path + " cannot be read: " + e, "check --state and its permissions");
    }
  }

  private static String version(byte[] bytes) {
    return bytes == null ? NONE : Hashing.sha256().hashBytes(bytes).toString();
  }

  private static String firstLine(IOException e) {
    String message =
        e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
    return Arrays.stream(String.valueOf(message).split("\n", 2)).findFirst().orElse("");
  }
}
