package dev.circlebeam.circleci;

import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpHeaders;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.HttpTransport;
import com.google.common.net.InetAddresses;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Fetches files whose addresses CircleCI gives, and signs: without the token, which is none of
 * their server's business, by https, and from public hosts only. (Where CircleCI itself is this
 * machine, as the sample server is, the files may be here, too.) No text that comes of it holds
 * more of an address than its host: who has the rest has the file.
 */
public final class SignedFiles implements AutoCloseable {
  private static final int GZIP_FIRST = 0x1f;
  private static final int GZIP_SECOND = 0x8b;

  private final Connection connection;
  private final PublicAddresses addresses;
  private final boolean allowLoopback;
  private final HttpTransport transport;

  /**
   * Opens a client.
   *
   * @param connection how to reach CircleCI; its time limits and certificates count here, too
   * @param environment where proxies may be named
   * @throws IllegalStateException when the CA file cannot be had
   */
  public SignedFiles(Connection connection, Map<String, String> environment) {
    this.connection = connection;
    this.allowLoopback = connection.url().isLoopback();
    EnvironmentProxies proxies = new EnvironmentProxies(environment);
    this.addresses = new PublicAddresses(allowLoopback, proxies.hosts());
    this.transport = HttpTransports.pooled(connection, environment, addresses);
  }

  /**
   * Fetches a file once.
   *
   * @param url its address, as CircleCI gave it
   * @param reader takes its bytes, unzipped
   * @return null when all went well; else why not. The reader may have had a part of the file then
   */
  public @Nullable Failure read(String url, StreamReader reader) {
    URI address;
    try {
      address = check(url);
    } catch (IllegalArgumentException e) {
      return failure(FailureKind.CLIENT_ERROR, 0, e.getMessage());
    }
    HttpResponse response = null;
    try {
      HttpRequest request =
          transport
              .createRequestFactory()
              .buildGetRequest(new GenericUrl(address.toASCIIString(), true))
              .setHeaders(new HttpHeaders().setUserAgent("circlebeam"));
      response = HttpTransports.careful(request, connection).execute();
      int status = response.getStatusCode();
      if (status != 200) {
        FailureKind kind = CircleCiClient.kind(status);
        return failure(kind, status, "HTTP " + status + " from " + address.getHost());
      }
      InputStream in = response.getContent();
      if (in != null) {
        reader.read(unzipped(in));
      }
      return null;
    } catch (InterruptedIOException e) {
      return failure(FailureKind.TIMEOUT, status(response), "no answer from " + address.getHost());
    } catch (IOException e) {
      FailureKind kind = response == null ? FailureKind.CONNECTION : FailureKind.MALFORMED;
      return failure(kind, status(response), address.getHost() + ": " + why(e, address));
    } finally {
      CircleCiClient.disconnect(response);
    }
  }

  private URI check(String url) {
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("the file's address is none");
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    String host = uri.getHost();
    if (host == null || uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException("the file's address names no host, or more than one");
    }
    boolean isHere = allowLoopback && CircleCiUrl.isLoopback(host);
    if (!scheme.equals("https") && !(scheme.equals("http") && isHere)) {
      throw new IllegalArgumentException("the file's address does not begin with https://");
    }
    // By a proxy nothing is resolved here.
    if (!isHere
        && (host.equalsIgnoreCase("localhost")
            || (InetAddresses.isUriInetAddress(host)
                && !addresses.isAllowed(InetAddresses.forUriString(host))))) {
      throw new IllegalArgumentException("the file's address is no public one");
    }
    return uri;
  }

  /** Files are zipped; some servers unzip them on the way. */
  private static InputStream unzipped(InputStream in) throws IOException {
    BufferedInputStream ahead = new BufferedInputStream(in);
    ahead.mark(2);
    boolean isZipped = ahead.read() == GZIP_FIRST && ahead.read() == GZIP_SECOND;
    ahead.reset();
    return isZipped ? new GZIPInputStream(ahead) : ahead;
  }

  /** What went wrong, unless it says where the file is. */
  private static String why(IOException e, URI address) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    boolean tells =
        (address.getRawQuery() != null && message.contains(address.getRawQuery()))
            || (address.getRawPath().length() > 1 && message.contains(address.getRawPath()));
    return tells ? e.getClass().getSimpleName() : message;
  }

  private static int status(@Nullable HttpResponse response) {
    return response == null ? 0 : response.getStatusCode();
  }

  private static Failure failure(FailureKind kind, int status, String message) {
    return new Failure(kind, status, CircleCiClient.line(message), null, null);
  }

  @Override
  public void close() {
    CircleCiClient.shutDown(transport);
  }
}
