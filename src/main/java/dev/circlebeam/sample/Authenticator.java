package dev.circlebeam.sample;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Lets in who brings the personal token in one of the forms that the service accepts. */
final class Authenticator {
  private static final String QUERY_REFUSED =
      "Support for query parameter authentication has been deprecated to improve security. Please"
          + " use a supported authentication method such as header-based, or basic"
          + " authentication.";
  private static final String BEARER = "bearer ";
  private static final String BASIC = "basic ";

  private final String token;
  private final String projectToken;

  /** Accepts the first token; knows the second one and refuses it. */
  Authenticator(String token, String projectToken) {
    this.token = token;
    this.projectToken = projectToken;
  }

  /**
   * Checks a request.
   *
   * @param me whether it asks who the token's user is: a project token has none
   * @throws ApiException if it must not go on
   */
  void check(ApiRequest request, boolean me) throws ApiException {
    if (request.queryValue("circle-token") != null) {
      throw new ApiException(401, QUERY_REFUSED);
    }
    String credential = credential(request);
    if (me && projectToken.equals(credential)) {
      throw new ApiException(403, "Permission denied.");
    }
    if (!token.equals(credential)) {
      throw new ApiException(401, "Invalid token provided.");
    }
  }

  /** The token that the request brings; null if it brings none that can be read. */
  static @Nullable String credential(ApiRequest request) {
    String header = request.header("Circle-Token");
    if (header != null) {
      return header;
    }
    String authorization = request.header("Authorization");
    if (authorization == null) {
      return null;
    }
    if (authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return authorization.substring(BEARER.length()).trim();
    }
    if (authorization.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
      return user(authorization.substring(BASIC.length()).trim());
    }
    return null;
  }

  /** The user name of basic credentials, which is the token; the password is empty. */
  private static @Nullable String user(String encoded) {
    try {
      String pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
      int colon = pair.indexOf(':');
      return colon < 0 ? pair : pair.substring(0, colon);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
