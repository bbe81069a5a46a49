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
   * @param announced what its headers say of the server's limits
   * @param <T> what the body was read into
   */
  record Ok<T>(T body, Instant arrived, AnnouncedLimits announced) implements Answer<T> {
    /**
     * An answer that says nothing of limits.
     *
     * @param body what the reader made of the body
     * @param arrived when it was there
     */
    public Ok(T body, Instant arrived) {
      this(body, arrived, AnnouncedLimits.NONE);
    }
  }

  /**
   * No good answer.
   *
   * @param failure why
   * @param <T> what the body would have been read into
   */
  record Failed<T>(Failure failure) implements Answer<T> {}
}
