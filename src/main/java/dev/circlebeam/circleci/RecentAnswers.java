package dev.circlebeam.circleci;

/** Which of the latest requests the server answered, and which it failed at. */
final class RecentAnswers {
  private static final int ENOUGH = Long.SIZE / 2;

  /** A bit for each, set for an answer; at first it has answered nothing. */
  private long answered;

  /**
   * Notes how a request went.
   *
   * @param isAnswer false for a failure that may pass
   */
  void add(boolean isAnswer) {
    answered = answered << 1 | (isAnswer ? 1 : 0);
  }

  /** Tells whether the server answers at least every other request. */
  boolean areMostGood() {
    return Long.bitCount(answered) >= ENOUGH;
  }
}
