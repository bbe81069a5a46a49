package dev.circlebeam.storage;

import java.io.IOException;
import java.io.OutputStream;

/**
 * A file that is being written and has not taken its place yet. Readers do not see it: its name
 * does not end in {@code .parquet}, or it has none.
 */
public interface Draft extends AutoCloseable {
  /**
   * Begins the file, or begins it anew.
   *
   * @return takes its bytes; to be closed when it is whole
   * @throws IOException when it cannot be begun
   */
  OutputStream begin() throws IOException;

  /**
   * Returns how much was written.
   *
   * @return bytes
   * @throws IOException when it cannot be found out
   */
  long size() throws IOException;

  /**
   * Does what takes long and can be done before the file takes its place.
   *
   * @throws IOException when it fails
   */
  void prepare() throws IOException;

  /**
   * Takes the place, if what was there is there still.
   *
   * @return whether it did
   * @throws IOException when it cannot be put there
   */
  boolean replace() throws IOException;

  /**
   * Does what is left to do once it has taken its place. Then it is there for good.
   *
   * @throws IOException when it fails
   */
  void settle() throws IOException;

  /**
   * Gives the file up, unless it has taken its place.
   *
   * @throws IOException when what was written cannot be removed
   */
  @Override
  void close() throws IOException;
}
