package dev.circlebeam.report;

/** What the process says when it ends. */
public enum ExitCode {
  /** All was done. */
  DONE(0),
  /** The run failed. */
  FAILED(1),
  /** The command line or the configuration is wrong; nothing was begun. */
  USAGE(2),
  /** All was done that could be, but too many requests failed for good. */
  TOO_MANY_ERRORS(3),
  /** Another run holds the output. */
  LOCKED(4);

  private final int code;

  ExitCode(int code) {
    this.code = code;
  }

  /**
   * Returns the number.
   *
   * @return 0 to 4
   */
  public int code() {
    return code;
  }
}
