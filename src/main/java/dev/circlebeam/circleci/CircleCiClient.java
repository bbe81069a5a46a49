package dev.circlebeam.circleci;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.api.client.http.ByteArrayContent;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpHeaders;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpRequestFactory;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.HttpTransport;
import com.google.common.base.CharMatcher;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Sends one request at a time (from many threads at once, if need be) and says what the answer
 * means. It does not wait, retry or follow: that is {@link Dispatcher}'s.
 */
public final class CircleCiClient implements AutoCloseable {
  private static final String TOKEN_HEADER = "Circle-Token";
  private static final int MAX_ERROR_BODY = 4096;
  private static final int MAX_BODY = 256 << 20;
  private static final int MAX_MESSAGE = 300;

  /** A body that keeps trickling in is given up after as many read timeouts. */
  private static final int BODY_TIMEOUTS = 3;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Connection connection;
  private final Token token;
  private final Redactor redactor;
  private final HttpTransport transport;
  private final HttpRequestFactory requests;
  private final Clock clock;
  private final LongSupplier nanoTime;

  /**
   * Opens a client.
   *
   * @param connection where to and how
   * @param environment where the token and proxies may be named
   * @param clock tells when answers arrive
   * @throws IllegalStateException when the token or the CA file cannot be had
   */
  public CircleCiClient(Connection connection, Map<String, String> environment, Clock clock) {
    this.connection = connection;
    this.token = connection.token().resolve(environment);
    this.redactor = new Redactor(token);
    this.transport = HttpTransports.pooled(connection, environment);
    this.requests = transport.createRequestFactory();
    this.clock = clock;
    this.nanoTime = System::nanoTime;
  }

  /**
   * Asks once.
   *
   * @param request what for
   * @param reader makes something of a good answer's body; called on this thread
   * @param <T> what it makes
   * @return what came of it; only programming errors are thrown
   */
  public <T> Answer<T> get(ApiRequest request, BodyReader<T> reader) {
    return send(request, null, reader);
  }

  /**
   * Asks once for something to be made ready.
   *
   * @param request what for
   * @param json what is to be sent along
   * @param reader makes something of a good answer's body; called on this thread
   * @param <T> what it makes
   * @return what came of it; only programming errors are thrown
   */
  public <T> Answer<T> post(ApiRequest request, byte[] json, BodyReader<T> reader) {
    return send(request, json, reader);
  }

  private <T> Answer<T> send(ApiRequest request, byte @Nullable [] json, BodyReader<T> reader) {
    HttpResponse response = null;
    try {
      response = request(request, json).execute();
      int status = response.getStatusCode();
      if (status / 100 != 2) {
        return new Answer.Failed<>(refused(response));
      }
      byte[] body = redactor.redact(body(response));
      Instant arrived = clock.instant();
      try {
        return new Answer.Ok<>(
            reader.read(body), arrived, AnnouncedLimits.of(response.getHeaders()));
      } catch (IOException e) {
        return new Answer.Failed<>(
            new Failure(
                FailureKind.MALFORMED,
                status,
                line(redactor.redact("the answer is not what the API documents: " + why(e, body))),
                beginning(body),
                null));
      }
    } catch (IOException e) {
      return new Answer.Failed<>(broken(e, response));
    } finally {
      disconnect(response);
    }
  }

  private HttpRequest request(ApiRequest request, byte @Nullable [] json) throws IOException {
    GenericUrl url = new GenericUrl(connection.url().of(request), true);
    HttpRequest http =
        json == null
            ? requests.buildGetRequest(url)
            : requests.buildPostRequest(url, new ByteArrayContent("application/json", json));
    HttpHeaders headers = new HttpHeaders();
    headers.set(TOKEN_HEADER, token.value());
    headers.setAccept("application/json");
    headers.setUserAgent("circlebeam");
    return HttpTransports.careful(http.setHeaders(headers), connection);
  }

  private Failure refused(HttpResponse response) {
    int status = response.getStatusCode();
    String body = null;
    try {
      byte[] bytes = redactor.redact(body(response));
      body = bytes.length == 0 ? null : beginning(bytes);
    } catch (IOException e) {
      // The status says what there is to say; a body that cannot be read adds nothing.
      body = null;
    }
    FailureKind kind = kind(status);
    String message = "HTTP " + status;
    if (kind == FailureKind.REDIRECT) {
      String location = response.getHeaders().getLocation();
      message += ", a redirect to " + (location == null ? "nowhere" : withoutQuery(location));
    } else if (body != null) {
      message += ": " + said(body);
    }
    Duration retryAfter = null;
    if (kind.retryable()) {
      retryAfter = RetryAfter.of(response.getHeaders(), clock.instant());
    }
    return new Failure(
        kind,
        status,
        line(redactor.redact(message)),
        body,
        retryAfter,
        AnnouncedLimits.of(response.getHeaders()));
  }

  /** What a status that is not 2xx means. */
  static FailureKind kind(int status) {
    return switch (status) {
      case 400 -> FailureKind.BAD_REQUEST;
      case 401 -> FailureKind.UNAUTHORIZED;
      case 403 -> FailureKind.FORBIDDEN;
      case 404 -> FailureKind.NOT_FOUND;
      case 429 -> FailureKind.RATE_LIMITED;
      default ->
          switch (status / 100) {
            case 3 -> FailureKind.REDIRECT;
            case 4 -> FailureKind.CLIENT_ERROR;
            default -> FailureKind.SERVER_ERROR;
          };
    };
  }

  private Failure broken(IOException e, @Nullable HttpResponse response) {
    FailureKind kind;
    if (e instanceof InterruptedIOException) {
      kind = FailureKind.TIMEOUT;
    } else {
      kind = response == null ? FailureKind.CONNECTION : FailureKind.MALFORMED;
    }
    int status = response == null ? 0 : response.getStatusCode();
    return new Failure(kind, status, line(redactor.redact(firstLine(e))), null, null);
  }

  private byte[] body(HttpResponse response) throws IOException {
    InputStream in = response.getContent();
    if (in == null) {
      return new byte[0];
    }
    long deadline = nanoTime.getAsLong() + BODY_TIMEOUTS * connection.readTimeout().toNanos();
    ByteArrayOutputStream body = new ByteArrayOutputStream(8192);
    byte[] buffer = new byte[8192];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      body.write(buffer, 0, n);
      if (body.size() > MAX_BODY) {
        throw new IOException("the body is larger than " + (MAX_BODY >> 20) + " MB");
      }
      if (nanoTime.getAsLong() - deadline > 0) {
        throw new InterruptedIOException(
            "the body was not there after "
                + TimeUnit.MILLISECONDS.toSeconds(
                    BODY_TIMEOUTS * connection.readTimeout().toMillis())
                + " s");
      }
    }
    return body.toByteArray();
  }

  /** Lets go of a connection, whatever state it is in. */
  static void disconnect(@Nullable HttpResponse response) {
    if (response == null) {
      return;
    }
    try {
      response.disconnect();
    } catch (IOException e) {
      // The connection is gone; so much the better.
      return;
    }
  }

  /** What a body of the forms that CircleCI uses has to say: message, error, or the text itself. */
  private static String said(String body) {
    try {
      JsonNode json = JSON.readTree(body);
      for (String field : new String[] {"message", "error"}) {
        if (json != null && json.path(field).isTextual()) {
          return json.path(field).textValue();
        }
      }
    } catch (JsonProcessingException e) {
      return body;
    }
    return body;
  }

  private static String beginning(byte[] body) {
    String text =
        new String(body, 0, Math.min(body.length, MAX_ERROR_BODY), StandardCharsets.UTF_8);
    // A character that the cut went through.
    return CharMatcher.is('\uFFFD').trimTrailingFrom(text);
  }

  private static String withoutQuery(String location) {
    int query = location.indexOf('?');
    return query < 0 ? location : location.substring(0, query);
  }

  private static String why(IOException e, byte[] body) {
    boolean isHtml = CharMatcher.whitespace().trimLeadingFrom(beginning(body)).startsWith("<");
    return isHtml ? "HTML instead of JSON" : firstLine(e);
  }

  private static String firstLine(IOException e) {
    String message =
        e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
    if (message == null) {
      return e.getClass().getSimpleName();
    }
    return e instanceof java.net.UnknownHostException ? "unknown host " + message : message;
  }

  /** One short line that is safe to show on a terminal. */
  static String line(String text) {
    String line = PlainLine.of(text);
    return line.length() > MAX_MESSAGE ? line.substring(0, MAX_MESSAGE) + "…" : line;
  }

  @Override
  public void close() {
    shutDown(transport);
  }

  /** Closes a transport's connections. */
  static void shutDown(HttpTransport transport) {
    try {
      transport.shutdown();
    } catch (IOException e) {
      // Nothing is left to be done with it.
      return;
    }
  }
}
