package dev.circlebeam.storage;

import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.StorageException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A generation of a file in a bucket. It is fetched in one request when it is opened: from the
 * moment on in which it is replaced the server does not have it any more.
 */
final class GcsFile implements StoredFile {
  private final GcsFolder folder;
  private final String name;
  private final long generation;
  private final @Nullable FileChannel copy;

  private GcsFile(GcsFolder folder, String name, long generation, @Nullable FileChannel copy) {
    this.folder = folder;
    this.name = name;
    this.generation = generation;
    this.copy = copy;
  }

  /** There is no such file; servers call that generation 0. */
  static GcsFile absent(GcsFolder folder, String name) {
    return new GcsFile(folder, name, 0, null);
  }

  /** Fetches a file; null when it is not there any more. */
  static @Nullable GcsFile open(GcsFolder folder, String name, BlobInfo found) throws IOException {
    long generation = found.getGeneration();
    Path copy = Files.createTempFile("circlebeam-", ".old");
    try {
      folder.client().downloadTo(BlobId.of(folder.bucket(), folder.object(name), generation), copy);
      return new GcsFile(folder, name, generation, FileChannel.open(copy));
    } catch (StorageException e) {
      if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
        return null;
      }
      throw new GcsException("storage.objects.get", e);
    } finally {
      // What is open stays readable, and goes with the process, however it ends.
      Files.delete(copy);
    }
  }

  @Override
  public boolean exists() {
    return copy != null;
  }

  @Override
  public SeekableByteChannel contents() {
    return Objects.requireNonNull(copy, "no file");
  }

  @Override
  public Draft successor(String runId) {
    return new GcsDraft(folder, name, generation);
  }

  @Override
  public void close() throws IOException {
    if (copy != null) {
      copy.close();
    }
  }
}
