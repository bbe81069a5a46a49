package dev.circlebeam.circleci;

import java.time.Instant;

/**
 * What became of one exchange with the server.
 *
 * @param <T> what a good answer's body is read into
 */
public sealed interface Answer<T> {
  /**
   * A good answer.
   *
   * @param body what the reader made of the body
   * @param arrived when it was there
   * @param <T> what the body was read into
   */
  record Ok<T>(T body, Instant arrived) implements Answer<T> {}

  /**
   * No good answer.
   *
   * @param failure why
   * @param <T> what the body would have been read into
   */
  record Failed<T>(Failure failure) implements Answer<T> {}
}
