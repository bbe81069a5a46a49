package dev.circlebeam.storage;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;

/**
 * A file, or its absence, as it was at one moment. It can be read to its end although another one
 * is put in its place.
 */
public interface StoredFile extends AutoCloseable {
  /**
   * Tells whether there was a file.
   *
   * @return false for its absence
   */
  boolean exists();

  /**
   * Returns the file's contents.
   *
   * @return always the same channel; closed with the file
   * @throws IOException when they cannot be read
   */
  SeekableByteChannel contents() throws IOException;

  /**
   * Begins a file that is to take the place of this one, or of its absence.
   *
   * @param runId who writes it
   * @return nothing yet; to be closed before this one is
   */
  Draft successor(String runId);

  /**
   * Returns all that is in the file.
   *
   * @return its bytes
   * @throws IOException when they cannot be read
   */
  default byte[] bytes() throws IOException {
    contents().position(0);
    return Channels.newInputStream(contents()).readAllBytes();
  }

  /**
   * Writes a small file in this one's place, if nobody else did so meanwhile. On a disk only while
   * nobody else replaces files; see {@link Folder#whileHeld}.
   *
   * @param runId who writes it
   * @param bytes what
   * @return whether it is there, for good
   * @throws IOException when it cannot be put there
   */
  default boolean replace(String runId, byte[] bytes) throws IOException {
    try (Draft draft = successor(runId)) {
      try (OutputStream out = draft.begin()) {
        out.write(bytes);
      }
      draft.prepare();
      boolean replaced = draft.replace();
      if (replaced) {
        draft.settle();
      }
      return replaced;
    }
  }

  @Override
  void close() throws IOException;
}
