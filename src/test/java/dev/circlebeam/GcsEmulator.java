package dev.circlebeam;

import static org.junit.Assume.assumeTrue;

import com.google.cloud.NoCredentials;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.BucketInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.Storage.BlobListOption;
import com.google.cloud.storage.StorageOptions;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.rules.ExternalResource;

/**
 * Cloud Storage on this machine, as a rule: {@code @ClassRule public static final GcsEmulator GCS =
 * new GcsEmulator();}. It is fake-gcs-server, which {@code scripts/tools} brings; without it the
 * tests are left out.
 */
public final class GcsEmulator extends ExternalResource {
  private EmulatorProcess process;
  private Storage client;

  @Override
  protected void before() throws Exception {
    assumeTrue(
        "skipped: there is no emulator of Cloud Storage; scripts/tools brings it",
        Files.isExecutable(EmulatorProcess.STORAGE));
    process =
        EmulatorProcess.storage(List.of("-backend=memory"), new File("target/gcs-emulator.log"));
    client =
        StorageOptions.http()
            .setHost(process.url())
            .setProjectId("project")
            .setCredentials(NoCredentials.getInstance())
            .build()
            .getService();
  }

  @Override
  protected void after() {
    if (process != null) {
      try {
        process.close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Where its API is, as {@code --gcsEndpoint} has it. */
  public String endpoint() {
    return process.url() + "/storage/v1/";
  }

  /** A client of it. */
  public Storage client() {
    return client;
  }

  /** Makes a bucket of a name that no other has. */
  public String bucket() {
    String name = "bucket-" + UUID.randomUUID();
    client.create(BucketInfo.of(name));
    return name;
  }

  /** Writes an object as it is. */
  public void write(String bucket, String name, String text) {
    client.create(
        BlobInfo.newBuilder(BlobId.of(bucket, name)).build(),
        text.getBytes(StandardCharsets.UTF_8));
  }

  /** The names of all objects below a path, which are named from there on, sorted. */
  public List<String> names(String bucket, String path) {
    String below = path.isEmpty() ? "" : path + "/";
    return client
        .list(bucket, BlobListOption.prefix(below))
        .streamAll()
        .map(blob -> blob.getName().substring(below.length()))
        .sorted()
        .toList();
  }

  /** Copies all objects below a path into a folder, where DuckDB can read them. */
  public Path download(String bucket, String path, Path to) throws IOException {
    for (String name : names(bucket, path)) {
      Path file = to.resolve(name);
      Files.createDirectories(file.getParent());
      Blob blob = client.get(bucket, path.isEmpty() ? name : path + "/" + name);
      // A run may be at work.
      if (blob != null) {
        Files.write(file, client.readAllBytes(blob.getBlobId()));
      }
    }
    return to;
  }
}
