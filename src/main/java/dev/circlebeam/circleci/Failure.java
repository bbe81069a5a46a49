package dev.circlebeam.circleci;

import java.time.Duration;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * An answer that is none. Its texts hold nothing of the token.
 *
 * @param kind why
 * @param status the HTTP status; 0 when there was no answer
 * @param message one line for people
 * @param body the beginning of the answer's body, at most 4 KB; null when there was none
 * @param retryAfter how long the server asks to wait; null when it does not say
 * @param announced what the answer's headers say of the server's limits
 */
public record Failure(
    FailureKind kind,
    int status,
    String message,
    @Nullable String body,
    @Nullable Duration retryAfter,
    AnnouncedLimits announced) {
  /**
   * A failure that says nothing of limits.
   *
   * @param kind why
   * @param status the HTTP status; 0 when there was no answer
   * @param message one line for people
   * @param body the beginning of the answer's body; null when there was none
   * @param retryAfter how long the server asks to wait; null when it does not say
   */
  public Failure(
      FailureKind kind,
      int status,
      String message,
      @Nullable String body,
      @Nullable Duration retryAfter) {
    this(kind, status, message, body, retryAfter, AnnouncedLimits.NONE);
  }
}
