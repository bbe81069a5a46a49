package dev.circlebeam.circleci;

import java.io.Serializable;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Locale;

/**
 * The server's address.
 *
 * @param origin scheme, host and port, and a path where the server lies below one; no slash at the
 *     end, no {@code /api/v2}
 */
public record CircleCiUrl(String origin) implements Serializable {
  /** What RFC 3986 allows in paths, without the @ that looks like the end of a user's name. */
  private static final String PLAIN_PATH = "[A-Za-z0-9._~!$&'()*+,;=:/%-]*";

  private static final String API = "/api/v2";

  /**
   * Reads an address.
   *
   * @param text bare, or ending in {@code /api/v2}
   * @param allowInsecureHttp whether plain http may go to hosts other than this machine
   * @return the address, normalised
   * @throws IllegalArgumentException when it is none, or would show the token to the network
   */
  public static CircleCiUrl parse(String text, boolean allowInsecureHttp) {
    URI uri;
    try {
      uri = new URI(text.strip());
    } catch (URISyntaxException e) {
      throw refusal(text, "is not an address");
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw refusal(text, "does not begin with https://");
    }
    if (uri.getHost() == null) {
      throw refusal(text, "names no host");
    }
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    if (uri.getUserInfo() != null
        || uri.getQuery() != null
        || uri.getFragment() != null
        || !path.matches(PLAIN_PATH)) {
      // Not repeated: people put tokens there.
      throw new IllegalArgumentException(
          "--circleciUrl holds more than scheme, host and a plain path; give an address such as"
              + " https://circleci.com");
    }
    if (uri.getPort() > 65535) {
      throw refusal(text, "has a port that is none");
    }
    if (scheme.equals("http") && !allowInsecureHttp && !isLoopback(uri.getHost())) {
      throw new IllegalArgumentException(
          "--circleciUrl="
              + text
              + " would send the token unencrypted; use https://, or --allowInsecureHttp if you"
              + " mean it");
    }
    while (path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    if (path.endsWith(API)) {
      path = path.substring(0, path.length() - API.length());
    }
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    return new CircleCiUrl(scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + port + path);
  }

  /**
   * Returns a request's whole address.
   *
   * @param request what is asked for
   * @return an absolute URL
   */
  public String of(ApiRequest request) {
    return origin + "/api/" + request.api() + "/" + request.path();
  }

  /**
   * Tells whether the server is this machine.
   *
   * @return true for loopback addresses, and for localhost
   */
  public boolean isLoopback() {
    return isLoopback(URI.create(origin).getHost());
  }

  /** Tells whether a host, as it stands in an address, is this machine. */
  static boolean isLoopback(String host) {
    if (host.equalsIgnoreCase("localhost")) {
      return true;
    }
    // Only literal addresses: what a name resolves to can change between now and the request.
    if (!host.startsWith("[") && !host.matches("[0-9.]+")) {
      return false;
    }
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static IllegalArgumentException refusal(String text, String why) {
    return new IllegalArgumentException(
        "--circleciUrl=" + text + " " + why + "; give an address such as https://circleci.com");
  }
}
