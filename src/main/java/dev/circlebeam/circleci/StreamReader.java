package dev.circlebeam.circleci;

import java.io.IOException;
import java.io.InputStream;

/** Makes something of a file while it comes in. */
@FunctionalInterface
public interface StreamReader {
  /**
   * Reads a file.
   *
   * @param in its bytes; closed by the caller
   * @throws IOException when it breaks off, or is not what it should be
   */
  void read(InputStream in) throws IOException;
}
