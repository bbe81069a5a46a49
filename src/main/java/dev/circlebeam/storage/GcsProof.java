package dev.circlebeam.storage;

import com.google.cloud.storage.Storage.BlobListOption;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Proves that a folder in a bucket can be written to, by doing all that a sync does there. */
final class GcsProof {
  /** What the names of its files begin with. */
  static final String PREFIX = "_check.";

  private GcsProof() {}

  /**
   * Writes a small file, reads it, replaces it, and removes it.
   *
   * @throws IOException naming the permission that is missing
   */
  static void of(GcsFolder folder) throws IOException {
    String name = PREFIX + UUID.randomUUID() + ".tmp";
    byte[] bytes = "circlebeam check\n".getBytes(StandardCharsets.UTF_8);
    Gcs.call("storage.objects.create", () -> folder.client().create(Gcs.info(folder, name), bytes));
    try (StoredFile file = folder.open(name)) {
      // What is replaced is deleted.
      Gcs.call(
          "storage.objects.delete", () -> folder.client().create(Gcs.info(folder, name), bytes));
      if (!file.exists()) {
        throw new IOException(folder.address(name) + " was written and is not there");
      }
    }
    Gcs.call("storage.objects.delete", () -> folder.client().delete(Gcs.id(folder, name)));
  }

  /** Removes what was left when somebody killed it. */
  static void removeLeftovers(GcsFolder folder) throws IOException {
    String prefix = folder.object(PREFIX);
    Gcs.call(
        "storage.objects.delete",
        () -> {
          folder
              .client()
              .list(folder.bucket(), BlobListOption.prefix(prefix))
              .streamAll()
              .forEach(blob -> folder.client().delete(blob.getBlobId()));
          return null;
        });
  }
}
