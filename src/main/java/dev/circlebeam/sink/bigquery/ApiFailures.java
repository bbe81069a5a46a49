package dev.circlebeam.sink.bigquery;

import com.google.api.client.googleapis.json.GoogleJsonError;
import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.services.bigquery.model.ErrorProto;
import dev.circlebeam.report.RunFailure;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Says what BigQuery's refusals mean, and which permission is missing. */
final class ApiFailures {
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;

  /** What Beam says when a job failed as often as it may. */
  private static final String LOAD_JOB_FAILED = "Failed to create job with prefix";

  private ApiFailures() {}

  static boolean isNotFound(IOException e) {
    return status(e) == NOT_FOUND;
  }

  static boolean isConflict(IOException e) {
    return status(e) == CONFLICT;
  }

  /**
   * Why loading failed, as far as Beam's exceptions tell.
   *
   * @param thrown what a Beam pipeline threw
   * @return null when it was something else
   */
  static @Nullable RunFailure ofLoad(Throwable thrown) {
    GoogleJsonResponseException answer = answer(thrown);
    if (answer != null) {
      return of(
          "load rows", "bigquery.jobs.create, and storage.objects.* on --tempLocation,", answer);
    }
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (message.startsWith(LOAD_JOB_FAILED)) {
        return RunFailure.failed(
            "bigquery_error",
            "cannot load rows: " + message.lines().findFirst().orElse(""),
            "see the job in BigQuery's console, and run check with the same flags");
      }
    }
    return null;
  }

  private static int status(IOException e) {
    GoogleJsonResponseException answer = answer(e);
    if (answer != null) {
      return answer.getStatusCode();
    }
    // Beam's client of Cloud Storage says it in Java's words.
    if (e instanceof AccessDeniedException) {
      return FORBIDDEN;
    }
    return e instanceof FileNotFoundException ? NOT_FOUND : 0;
  }

  /** The API's answer, which clients wrap. */
  private static @Nullable GoogleJsonResponseException answer(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof GoogleJsonResponseException answer) {
        return answer;
      }
    }
    return null;
  }

  /** An answer's own words. */
  static String message(IOException e) {
    GoogleJsonResponseException answer = answer(e);
    GoogleJsonError details = answer == null ? null : answer.getDetails();
    String message = details == null ? e.toString() : details.getMessage();
    return String.valueOf(message).lines().findFirst().orElse("");
  }

  /**
   * Why a call failed.
   *
   * @param what what was to be done, such as {@code create the table p.d.t}
   * @param permission what one needs for it
   * @param e what happened
   */
  static RunFailure of(String what, String permission, IOException e) {
    return switch (status(e)) {
      case FORBIDDEN -> forbidden(what, permission, message(e));
      case UNAUTHORIZED ->
          RunFailure.failed(
              "invalid_credentials",
              "Google Cloud does not accept the credentials: " + message(e),
              "run gcloud auth application-default login, or point GOOGLE_APPLICATION_CREDENTIALS"
                  + " to a service account's key");
      case NOT_FOUND ->
          RunFailure.failed(
              "no_dataset",
              "cannot " + what + ": " + message(e),
              "make the dataset, or correct --output");
      default ->
          RunFailure.failed(
              "bigquery_unavailable", "cannot " + what + ": " + message(e), "run it again");
    };
  }

  /** Why a statement failed. */
  static RunFailure of(String what, ErrorProto error) {
    String message = String.valueOf(error.getMessage()).lines().findFirst().orElse("");
    return "accessDenied".equals(error.getReason())
        ? forbidden(what, "bigquery.tables.updateData", message)
        : RunFailure.failed(
            "bigquery_error",
            "cannot " + what + ": " + error.getReason() + ": " + message,
            "run it again; the tables are as they were, and rows that wait there expire");
  }

  private static RunFailure forbidden(String what, String permission, String message) {
    return RunFailure.failed(
        "invalid_permissions",
        "cannot " + what + ": " + message,
        "grant " + permission + " to the account that runs this");
  }
}
