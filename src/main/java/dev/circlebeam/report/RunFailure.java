package dev.circlebeam.report;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Why a run cannot go on, in words for the person who started it. Anywhere in a Beam pipeline it
 * ends the run; Flink, whose mark it bears, does not try again. (Where Flink is not, Java leaves
 * the mark out.)
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class RunFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String status;
  private final ExitCode exitCode;
  private final String whatToDo;

  private RunFailure(String status, ExitCode exitCode, String reason, String whatToDo) {
    super(reason);
    this.status = status;
    this.exitCode = exitCode;
    this.whatToDo = whatToDo;
  }

  /**
   * The run failed, with exit code 1.
   *
   * @param status one word for machines, such as {@code invalid_credentials}
   * @param reason what happened, one line
   * @param whatToDo what to do about it, one line that names the flag
   * @return the failure
   */
  public static RunFailure failed(String status, String reason, String whatToDo) {
    return new RunFailure(status, ExitCode.FAILED, reason, whatToDo);
  }

  /**
   * The configuration is wrong, with exit code 2.
   *
   * @param reason what is wrong, one line that names the flag
   * @param whatToDo what to do about it, one line
   * @return the failure
   */
  public static RunFailure misconfigured(String reason, String whatToDo) {
    return new RunFailure("misconfigured", ExitCode.USAGE, reason, whatToDo);
  }

  /**
   * Another run holds the output, with exit code 4.
   *
   * @param reason which run
   * @param whatToDo what to do about it, one line
   * @return the failure
   */
  public static RunFailure locked(String reason, String whatToDo) {
    return new RunFailure("locked", ExitCode.LOCKED, reason, whatToDo);
  }

  /**
   * Finds the failure among the causes of what a runner threw.
   *
   * @param thrown what was thrown
   * @return the failure; null when the causes hold none
   */
  public static @Nullable RunFailure in(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof RunFailure failure) {
        return failure;
      }
    }
    return null;
  }

  /**
   * Returns the failure's name for machines.
   *
   * @return one word
   */
  public String status() {
    return status;
  }

  /**
   * Returns the exit code.
   *
   * @return 1, 2 or 4
   */
  public ExitCode exitCode() {
    return exitCode;
  }

  /**
   * Returns what to do about it.
   *
   * @return one line
   */
  public String whatToDo() {
    return whatToDo;
  }
}
