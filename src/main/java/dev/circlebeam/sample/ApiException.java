package dev.circlebeam.sample;

/** A request that is answered with an error. */
final class ApiException extends Exception {
  private final int status;

  /** An answer of that status whose body says the message. */
  ApiException(int status, String message) {
    // Thrown often and never shown: a stack trace would only cost time.
    super(message, null, false, false);
    this.status = status;
  }

  /** The answer's status. */
  int status() {
    return status;
  }

  /** The answer in the form that nearly all routes have. */
  Reply reply() {
    return Reply.message(status, getMessage());
  }
}
