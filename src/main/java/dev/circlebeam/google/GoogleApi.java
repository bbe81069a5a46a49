package dev.circlebeam.google;

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

/**
 * Reads from one of Google's APIs, with the application default credentials. No flag, variable or
 * property changes where they are sent: only a test can make one for another address.
 */
public final class GoogleApi {
  private static final String SCOPE = "https://www.googleapis.com/auth/cloud-platform";
  private static final int CONNECT_MILLIS = 10_000;
  private static final int READ_MILLIS = 20_000;
  private static final int RETRIES = 5;
  private static final int FIRST_WAIT_MILLIS = 200;
  private static final int LARGEST = 1 << 20;

  /**
   * An answer.
   *
   * @param status its HTTP status
   * @param body what it holds; JSON if all is well
   */
  public record Answer(int status, String body) {
    /** Shows no body: it may be a secret. */
    @Override
    public String toString() {
      return "HTTP " + status;
    }
  }

  private final String url;
  private final HttpRequestFactory requests;

  private GoogleApi(String url, HttpRequestInitializer credentials) {
    this.url = url;
    this.requests =
        new NetHttpTransport().createRequestFactory(request -> prepare(request, credentials));
  }

  /**
   * Returns an API of Google's.
   *
   * @param service such as {@code secretmanager}
   * @return the API
   * @throws IOException when there are no credentials
   */
  public static GoogleApi of(String service) throws IOException {
    return new GoogleApi(
        "https://" + service + ".googleapis.com/",
        new HttpCredentialsAdapter(GoogleCredentials.getApplicationDefault().createScoped(SCOPE)));
  }

  /**
   * Returns one that answers elsewhere; for tests.
   *
   * @param url where
   * @param credentials adds them to each request
   * @return the API
   */
  public static GoogleApi at(String url, HttpRequestInitializer credentials) {
    return new GoogleApi(url + "/", credentials);
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
        // The library would log what is answered, which may be a secret.
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
   * Asks. What may pass (5xx, broken connections) is asked again, for some seconds.
   *
   * @param path behind the service's address, such as {@code v1/projects/p}
   * @return the answer, whatever its status
   * @throws IOException when there is none
   */
  public Answer get(String path) throws IOException {
    HttpResponse response = requests.buildGetRequest(new GenericUrl(url + path)).execute();
    try (InputStream in = response.getContent()) {
      byte[] body = in == null ? new byte[0] : ByteStreams.limit(in, LARGEST).readAllBytes();
      return new Answer(response.getStatusCode(), new String(body, StandardCharsets.UTF_8));
    } finally {
      response.disconnect();
    }
  }
}
