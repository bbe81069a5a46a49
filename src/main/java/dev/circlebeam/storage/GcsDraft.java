package dev.circlebeam.storage;

import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage.BlobTargetOption;
import com.google.cloud.storage.Storage.BlobWriteOption;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A file on this machine until it takes its place in a bucket: then it is sent, with the generation
 * that it replaces, and is there whole or not at all.
 */
final class GcsDraft implements Draft {
  /** Up to here it is sent in one request, above in parts that can be sent again. */
  private static final int ONE_REQUEST_BYTES = 8 << 20;

  private final GcsFolder folder;
  private final String name;
  private final long replaced;
  private @Nullable Path file;

  GcsDraft(GcsFolder folder, String name, long replaced) {
    this.folder = folder;
    this.name = name;
    this.replaced = replaced;
  }

  @Override
  public OutputStream begin() throws IOException {
    if (file == null) {
      file = Files.createTempFile("circlebeam-", ".new");
    }
    return new BufferedOutputStream(Files.newOutputStream(file));
  }

  @Override
  public long size() throws IOException {
    return Files.size(file);
  }

  /** It takes its place by being sent, which must come after it was found out who has the lock. */
  @Override
  public void prepare() {}

  @Override
  public boolean replace() throws IOException {
    BlobInfo info = Gcs.info(folder, name);
    try {
      return Gcs.ifUnchanged("storage.objects.create and storage.objects.delete", () -> send(info));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void send(BlobInfo info) {
    try {
      if (Files.size(file) <= ONE_REQUEST_BYTES) {
        folder
            .client()
            .create(
                info,
                Files.readAllBytes(file),
                BlobTargetOption.generationMatch(replaced),
                // What is in it is packed already.
                BlobTargetOption.disableGzipContent());
      } else {
        folder.client().createFrom(info, file, BlobWriteOption.generationMatch(replaced));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void settle() {}

  @Override
  public void close() throws IOException {
    if (file != null) {
      Files.deleteIfExists(file);
    }
  }
}
