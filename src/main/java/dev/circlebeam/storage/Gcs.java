package dev.circlebeam.storage;

import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage.BlobField;
import com.google.cloud.storage.Storage.BlobGetOption;
import com.google.cloud.storage.StorageException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.util.function.Supplier;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Requests to Cloud Storage, whose refusals are told from what comes of them. */
final class Gcs {
  private Gcs() {}

  /**
   * Asks.
   *
   * @param permission what the request needs
   * @param request the request
   * @return the answer
   * @throws IOException when it is refused, or there is none
   */
  static <T> T call(String permission, Supplier<T> request) throws IOException {
    try {
      return request.get();
    } catch (StorageException e) {
      throw new GcsException(permission, e);
    }
  }

  /** Finds out which file is there now: its generation, times and metadata; null for none. */
  static @Nullable Blob find(GcsFolder folder, String name) throws IOException {
    return call(
        "storage.objects.get",
        () ->
            folder
                .client()
                .get(
                    id(folder, name),
                    BlobGetOption.fields(
                        BlobField.NAME,
                        BlobField.BUCKET,
                        BlobField.GENERATION,
                        BlobField.METADATA,
                        BlobField.UPDATED)));
  }

  /**
   * Sends a request that is refused when a file is not what it was.
   *
   * @return whether it was not refused for that
   */
  static boolean ifUnchanged(String permission, Runnable request) throws IOException {
    try {
      request.run();
      return true;
    } catch (StorageException e) {
      if (e.getCode() == HttpURLConnection.HTTP_PRECON_FAILED) {
        return false;
      }
      throw new GcsException(permission, e);
    }
  }

  static BlobId id(GcsFolder folder, String name) {
    return BlobId.of(folder.bucket(), folder.object(name));
  }

  static BlobInfo info(GcsFolder folder, String name) {
    return BlobInfo.newBuilder(id(folder, name)).setContentType(type(name)).build();
  }

  private static String type(String name) {
    if (name.endsWith(".parquet")) {
      return "application/vnd.apache.parquet";
    }
    return name.endsWith(".json") ? "application/json" : "text/plain; charset=utf-8";
  }
}
