package dev.circlebeam.storage;

import com.google.cloud.storage.StorageException;
import dev.circlebeam.report.RunFailure;
import java.io.IOException;
import java.net.HttpURLConnection;

/** A request that Cloud Storage refused, or did not answer. */
final class GcsException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int code;
  private final String permission;

  /**
   * @param permission what the request needed
   * @param e what came of it
   */
  GcsException(String permission, StorageException e) {
    super(firstLine(e), e);
    this.code = e.getCode();
    this.permission = permission;
  }

  /** Says what to do about it. */
  RunFailure failure(GcsFolder folder) {
    String what = folder.address() + " cannot be used: " + getMessage();
    return switch (code) {
      case HttpURLConnection.HTTP_UNAUTHORIZED ->
          RunFailure.failed(
              "invalid_credentials",
              what,
              "run 'gcloud auth application-default login', or set GOOGLE_APPLICATION_CREDENTIALS");
      case HttpURLConnection.HTTP_FORBIDDEN ->
          RunFailure.failed(
              "invalid_permissions",
              what,
              "grant "
                  + permission
                  + " on the bucket "
                  + folder.bucket()
                  + "; the role roles/storage.objectUser has all that is needed");
      case HttpURLConnection.HTTP_NOT_FOUND ->
          RunFailure.failed(
              "no_resources", what, "make the bucket " + folder.bucket() + ", or give another");
      default ->
          RunFailure.failed("unreachable", what, "check the network, and run it again later");
    };
  }

  private static String firstLine(StorageException e) {
    String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return e.getCode() == 0 ? message : message + " (" + e.getCode() + ")";
  }
}
