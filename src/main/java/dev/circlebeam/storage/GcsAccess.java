package dev.circlebeam.storage;

import com.google.auth.oauth2.GoogleCredentials;
import com.google.cloud.NoCredentials;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import com.google.cloud.storage.StorageRetryStrategy;
import dev.circlebeam.report.RunFailure;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * How Cloud Storage is reached.
 *
 * @param endpoint where its API is, as Beam's {@code --gcsEndpoint} has it; null for Google's
 */
public record GcsAccess(@Nullable String endpoint) implements Serializable {
  private static final String API = "storage/v1/";
  private static final String SCOPE = "https://www.googleapis.com/auth/devstorage.read_write";
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  /** Asked for by no request of ours; without it the client asks a metadata server at start. */
  private static final String NO_PROJECT = "none";

  /** One for this process: a client keeps connections and credentials. */
  private static final Map<GcsAccess, Storage> CLIENTS = new ConcurrentHashMap<>();

  /** Refuses an endpoint that is none. */
  public GcsAccess {
    if (endpoint != null && !endpoint.matches("https?://[^/\\s]+(/\\S*)?")) {
      throw new IllegalArgumentException("--gcsEndpoint=" + endpoint + " is no address");
    }
  }

  /**
   * Returns the client.
   *
   * @return one that may be used by all threads
   * @throws RunFailure when there are no credentials
   */
  Storage client() {
    return CLIENTS.computeIfAbsent(this, GcsAccess::connect);
  }

  private Storage connect() {
    StorageOptions.Builder options =
        StorageOptions.http()
            .setProjectId(NO_PROJECT)
            // All our requests may be repeated: what they replace they name by its generation.
            .setStorageRetryStrategy(StorageRetryStrategy.getUniformStorageRetryStrategy());
    if (endpoint != null) {
      options.setHost(host(endpoint));
    }
    options.setCredentials(isOnThisMachine() ? NoCredentials.getInstance() : credentials());
    return options.build().getService();
  }

  private static GoogleCredentials credentials() {
    try {
      return GoogleCredentials.getApplicationDefault().createScoped(SCOPE);
    } catch (IOException e) {
      throw RunFailure.failed(
          "invalid_credentials",
          "there are no credentials for Cloud Storage",
          "run 'gcloud auth application-default login', or set GOOGLE_APPLICATION_CREDENTIALS");
    }
  }

  /** An emulator knows no credentials, and is not to be given any. */
  private boolean isOnThisMachine() {
    return endpoint != null && LOOPBACK.contains(String.valueOf(URI.create(endpoint).getHost()));
  }

  /** Beam's flag ends in the API's path, which the client puts behind the host by itself. */
  private static String host(String endpoint) {
    String withSlash = endpoint.endsWith("/") ? endpoint : endpoint + "/";
    String root =
        withSlash.endsWith("/" + API)
            ? withSlash.substring(0, withSlash.length() - API.length())
            : withSlash;
    return root.substring(0, root.length() - 1);
  }
}
