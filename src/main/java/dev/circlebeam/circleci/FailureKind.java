package dev.circlebeam.circleci;

import java.util.Locale;

/** Why a request did not get what it asked for. */
public enum FailureKind {
  /** 401: the token is not accepted. */
  UNAUTHORIZED(false),
  /** 403. */
  FORBIDDEN(false),
  /** 404. */
  NOT_FOUND(false),
  /** 400. */
  BAD_REQUEST(false),
  /** Any other 4xx. */
  CLIENT_ERROR(false),
  /** 3xx, which is never followed: the token would go along. */
  REDIRECT(false),
  /** 429. */
  RATE_LIMITED(true),
  /** 5xx. */
  SERVER_ERROR(true),
  /** No answer, or not the whole of one, in time. */
  TIMEOUT(true),
  /** No connection, or one that broke. */
  CONNECTION(true),
  /** 200 with a body that is cut off, not JSON, or not of the form that the API documents. */
  MALFORMED(true);

  private final boolean retryable;

  FailureKind(boolean retryable) {
    this.retryable = retryable;
  }

  /**
   * Tells whether the same request may succeed later.
   *
   * @return true when it is worth another try
   */
  public boolean retryable() {
    return retryable;
  }

  /**
   * Returns the name as error rows spell it.
   *
   * @return such as {@code server_error}
   */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
