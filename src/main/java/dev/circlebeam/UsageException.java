package dev.circlebeam;

/** The command line is wrong. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message one line that names the flag and the fix
   */
  UsageException(String message) {
    super(message);
  }
}
