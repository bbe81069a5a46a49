package dev.circlebeam;

import static org.junit.Assert.assertTrue;
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
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.rules.ExternalResource;

/**
 * Cloud Storage on this machine, as a rule: {@code @ClassRule public static final GcsEmulator GCS =
 * new GcsEmulator();}. It is fake-gcs-server, which {@code scripts/tools} brings; without it the
 * tests are left out.
 */
public final class GcsEmulator extends ExternalResource {
  private static final Path BINARY = Path.of(".tools/bin/fake-gcs-server").toAbsolutePath();
  private static final int STARTS = 3;

  private Process process;
  private String url;
  private Storage client;

  @Override
  protected void before() throws Exception {
    assumeTrue(
        "skipped: there is no emulator of Cloud Storage; scripts/tools brings it",
        Files.isExecutable(BINARY));
    // Another process may take the port in between.
    for (int i = 0; i < STARTS && !isUp(); i++) {
      start(freePort());
    }
    assertTrue("the emulator does not start", isUp());
    client =
        StorageOptions.http()
            .setHost(url)
            .setProjectId("project")
            .setCredentials(NoCredentials.getInstance())
            .build()
            .getService();
  }

  private void start(int port) throws Exception {
    url = "http://127.0.0.1:" + port;
    process =
        new ProcessBuilder(
                BINARY.toString(),
                "-backend=memory",
                "-scheme=http",
                "-host=127.0.0.1",
                "-port=" + port,
                "-external-url=" + url,
                "-log-level=error")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(new File("target/gcs-emulator.log")))
            .start();
    while (process.isAlive() && !isUp()) {
      process.waitFor(20, TimeUnit.MILLISECONDS);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private boolean isUp() {
    if (process == null || !process.isAlive()) {
      return false;
    }
    try {
      HttpURLConnection connection =
          (HttpURLConnection)
              URI.create(url + "/storage/v1/b?project=project").toURL().openConnection();
      return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  protected void after() {
    if (process != null) {
      process.destroy();
    }
  }

  /** Where its API is, as {@code --gcsEndpoint} has it. */
  public String endpoint() {
    return url + "/storage/v1/";
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
