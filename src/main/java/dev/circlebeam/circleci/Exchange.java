package dev.circlebeam.circleci;

/**
 * Sends a request once; {@link CircleCiClient#get} in earnest.
 *
 * @param <Q> the request
 * @param <T> what a good answer holds
 */
@FunctionalInterface
public interface Exchange<Q, T> {
  /**
   * Sends a request, on whatever thread.
   *
   * @param request what for
   * @return what came of it
   */
  Answer<T> send(Q request);
}
