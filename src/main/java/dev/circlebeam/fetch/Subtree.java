package dev.circlebeam.fetch;

/**
 * A row directly below a pipeline, with all that is below it: whether it is final is remembered,
 * and it is not read again while it comes back as it was.
 */
final class Subtree {
  private final String mark;
  private boolean settled = true;

  /**
   * @param mark what is remembered of the row
   */
  Subtree(String mark) {
    this.mark = mark;
  }

  String mark() {
    return mark;
  }

  /** Something of it is not final, or could not be read. */
  void unsettle() {
    settled = false;
  }

  boolean isSettled() {
    return settled;
  }
}
