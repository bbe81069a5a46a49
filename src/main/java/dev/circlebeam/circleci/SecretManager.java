package dev.circlebeam.circleci;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpBackOffIOExceptionHandler;
import com.google.api.client.http.HttpBackOffUnsuccessfulResponseHandler;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpRequestFactory;
import com.google.api.client.http.HttpRequestInitializer;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.HttpUnsuccessfulResponseHandler;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.api.client.util.ExponentialBackOff;
import com.google.auth.http.HttpCredentialsAdapter;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.common.io.ByteStreams;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * Reads secrets from Google's Secret Manager, with the application default credentials. No flag,
 * variable or property changes where they are sent: only a test can make one for another address.
 */
final class SecretManager {
  private static final Pattern VERSION =
      Pattern.compile(
          "projects/[a-z0-9][a-z0-9.:-]{0,99}/secrets/[A-Za-z0-9_-]{1,255}"
              + "/versions/[A-Za-z0-9_-]{1,63}");
  private static final String GOOGLE = "https://secretmanager.googleapis.com";
  private static final String SCOPE = "https://www.googleapis.com/auth/cloud-platform";
  private static final int CONNECT_MILLIS = 10_000;
  private static final int READ_MILLIS = 20_000;
  private static final int RETRIES = 5;
  private static final int FIRST_WAIT_MILLIS = 200;
  private static final int LARGEST = 256 << 10;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String url;
  private final HttpRequestFactory requests;

  private SecretManager(String url, HttpRequestInitializer credentials) {
    this.url = url;
    this.requests =
        new NetHttpTransport().createRequestFactory(request -> prepare(request, credentials));
  }

  /**
   * Returns Google's.
   *
   * @throws IOException when there are no credentials
   */
  static SecretManager ofGoogle() throws IOException {
    return new SecretManager(
        GOOGLE,
        new HttpCredentialsAdapter(
            GoogleCredentials.getApplicationDefault().createScoped(SCOPE)));
  }

  /** Returns one that answers elsewhere; for tests. */
  static SecretManager at(String url, HttpRequestInitializer credentials) {
    return new SecretManager(url, credentials);
  }

  /** Tells whether a text is the full name of a secret's version. */
  static boolean isVersion(String name) {
    return VERSION.matcher(name).matches();
  }

  private static void prepare(HttpRequest request, HttpRequestInitializer credentials)
      throws IOException {
    credentials.initialize(request);
    HttpUnsuccessfulResponseHandler ofCredentials = request.getUnsuccessfulResponseHandler();
    HttpUnsuccessfulResponseHandler onServerError =
        new HttpBackOffUnsuccessfulResponseHandler(backOff());
    request
        .setConnectTimeout(CONNECT_MILLIS)
        .setReadTimeout(READ_MILLIS)
        .setNumberOfRetries(RETRIES)
        .setUnsuccessfulResponseHandler(
            (asked, response, retries) ->
                (ofCredentials != null && ofCredentials.handleResponse(asked, response, retries))
                    || onServerError.handleResponse(asked, response, retries))
        .setIOExceptionHandler(new HttpBackOffIOExceptionHandler(backOff()))
        .setThrowExceptionOnExecuteError(false)
        // Credentials go nowhere else.
        .setFollowRedirects(false)
        // The library would log the answer, which is the secret.
        .setLoggingEnabled(false)
        .setCurlLoggingEnabled(false);
  }

  private static ExponentialBackOff backOff() {
    return new ExponentialBackOff.Builder()
        .setInitialIntervalMillis(FIRST_WAIT_MILLIS)
        .setMultiplier(2)
        .build();
  }

  /**
   * Reads a version of a secret.
   *
   * @param version its full name
   * @return what it holds
   * @throws IllegalStateException when it cannot be read, with what to do; nothing that was
   *     answered is in the message
   */
  String read(String version) {
    byte[] answer = ask(version);
    try {
      String data = JSON.readTree(answer).path("payload").path("data").asText();
      return new String(Base64.getDecoder().decode(data), StandardCharsets.UTF_8);
    } catch (IOException | IllegalArgumentException e) {
      // Without the cause: it may quote the answer.
      throw unreadable(version, "the answer is not what Secret Manager documents", "try again");
    }
  }

  private byte[] ask(String version) {
    HttpResponse response = null;
    try {
      response =
          requests.buildGetRequest(new GenericUrl(url + "/v1/" + version + ":access")).execute();
      if (response.getStatusCode() != 200) {
        throw refused(version, response.getStatusCode());
      }
      try (InputStream in = response.getContent()) {
        return ByteStreams.limit(in, LARGEST).readAllBytes();
      }
    } catch (IOException e) {
      throw unreadable(
          version, "Secret Manager cannot be reached", "check the network: " + e.getMessage());
    } finally {
      disconnect(response);
    }
  }

  private static IllegalStateException refused(String version, int status) {
    String whatToDo =
        switch (status) {
          case 401, 403 ->
              "give the account that the requests are made with (on Dataflow the workers') the role"
                  + " roles/secretmanager.secretAccessor on the secret";
          case 404 -> "check project, secret and version";
          case 400 -> "the version may be disabled or destroyed; name one that is enabled";
          default -> "try again later";
        };
    return unreadable(version, "Secret Manager answers HTTP " + status, whatToDo);
  }

  private static IllegalStateException unreadable(String version, String why, String whatToDo) {
    return new IllegalStateException(
        "--token=secret:" + version + " cannot be read: " + why + "; " + whatToDo);
  }

  private static void disconnect(HttpResponse response) {
    try {
      if (response != null) {
        response.disconnect();
      }
    } catch (IOException e) {
      // What was asked for is there, or is said to be missing.
      return;
    }
  }
}
