package dev.circlebeam.circleci;

import java.io.IOException;

/**
 * Makes something of a good answer's body.
 *
 * @param <T> what it makes
 */
@FunctionalInterface
public interface BodyReader<T> {
  /**
   * Reads a whole body.
   *
   * @param body the bytes, unzipped
   * @return what they say
   * @throws IOException when they are not what the API documents; the request is tried again
   */
  T read(byte[] body) throws IOException;
}
