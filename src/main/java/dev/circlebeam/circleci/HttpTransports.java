package dev.circlebeam.circleci;

import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.OpenCensusUtils;
import com.google.api.client.http.apache.v2.ApacheHttpTransport;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.apache.commons.logging.LogFactory;
import org.apache.http.HttpConnection;
import org.apache.http.HttpResponse;
import org.apache.http.HttpResponseInterceptor;
import org.apache.http.config.RegistryBuilder;
import org.apache.http.config.SocketConfig;
import org.apache.http.conn.DnsResolver;
import org.apache.http.conn.socket.ConnectionSocketFactory;
import org.apache.http.conn.socket.PlainConnectionSocketFactory;
import org.apache.http.conn.ssl.SSLConnectionSocketFactory;
import org.apache.http.entity.HttpEntityWrapper;
import org.apache.http.impl.client.HttpClientBuilder;
import org.apache.http.impl.conn.PoolingHttpClientConnectionManager;
import org.apache.http.impl.conn.SystemDefaultDnsResolver;
import org.apache.http.impl.conn.SystemDefaultRoutePlanner;
import org.apache.http.protocol.HttpContext;
import org.apache.http.protocol.HttpCoreContext;
import org.apache.http.ssl.SSLContextBuilder;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Makes the pooled transport: as many connections to the one host as requests may be in flight. */
final class HttpTransports {
  /** They would log every header, and the token with them. Held, or they could be forgotten. */
  private static final List<Logger> SILENT =
      List.of(
          Logger.getLogger("org.apache.http.headers"), Logger.getLogger("org.apache.http.wire"));

  static {
    SILENT.forEach(logger -> logger.setLevel(Level.OFF));
    // Else each request would carry Google's trace header to CircleCI.
    OpenCensusUtils.setPropagationTextFormat(null);
  }

  private HttpTransports() {}

  /**
   * Makes a transport.
   *
   * @param connection how many connections, and whom to trust
   * @param environment where {@code HTTPS_PROXY}, {@code HTTP_PROXY} and {@code NO_PROXY} are
   * @return the transport; to be shut down by the caller
   * @throws IllegalStateException when the CA file cannot be used, or headers would be logged
   */
  static HttpTransport pooled(Connection connection, Map<String, String> environment) {
    return pooled(connection, environment, SystemDefaultDnsResolver.INSTANCE);
  }

  /** The same, with another way to find hosts. */
  static HttpTransport pooled(
      Connection connection, Map<String, String> environment, DnsResolver hosts) {
    checkSilent();
    EnvironmentProxies proxies = new EnvironmentProxies(environment);
    proxies.check();
    PoolingHttpClientConnectionManager pool =
        new PoolingHttpClientConnectionManager(
            RegistryBuilder.<ConnectionSocketFactory>create()
                .register("http", PlainConnectionSocketFactory.getSocketFactory())
                .register("https", tls(connection.caFile()))
                .build(),
            null,
            null,
            hosts,
            -1,
            TimeUnit.MILLISECONDS);
    // The library's defaults are 20 a host, or 2.
    pool.setMaxTotal(connection.maxConnections());
    pool.setDefaultMaxPerRoute(connection.maxConnections());
    pool.setDefaultSocketConfig(
        SocketConfig.custom()
            .setTcpNoDelay(true)
            .setSoTimeout((int) connection.readTimeout().toMillis())
            .build());
    return new ApacheHttpTransport(
        HttpClientBuilder.create()
            .setConnectionManager(pool)
            .setRoutePlanner(new SystemDefaultRoutePlanner(proxies))
            .disableRedirectHandling()
            .disableAutomaticRetries()
            .disableContentCompression()
            .disableCookieManagement()
            .disableAuthCaching()
            .addInterceptorLast((HttpResponseInterceptor) HttpTransports::neverDrain)
            .build());
  }

  /** Makes a request one that waits no longer than it may, follows nothing and logs nothing. */
  static HttpRequest careful(HttpRequest request, Connection connection) {
    return request
        .setSuppressUserAgentSuffix(true)
        .setConnectTimeout((int) connection.connectTimeout().toMillis())
        .setReadTimeout((int) connection.readTimeout().toMillis())
        .setFollowRedirects(false)
        .setThrowExceptionOnExecuteError(false)
        .setNumberOfRetries(0)
        // Else the library would log headers, and the token with them.
        .setLoggingEnabled(false)
        .setCurlLoggingEnabled(false);
  }

  /** Whoever has the library log elsewhere than to java.util.logging would log the token. */
  private static void checkSilent() {
    for (Logger logger : SILENT) {
      if (LogFactory.getLog(logger.getName()).isDebugEnabled()) {
        throw new IllegalStateException(
            "the logger "
                + logger.getName()
                + " would write the token down: leave out the options and files that configure"
                + " commons-logging");
      }
    }
  }

  /**
   * Lets a body that was not read to its end be closed together with its connection. The library
   * would read on before it closes, for as long as the server cares to send.
   */
  private static void neverDrain(HttpResponse response, HttpContext context) {
    HttpConnection connection = HttpCoreContext.adapt(context).getConnection();
    if (response.getEntity() != null && connection != null) {
      response.setEntity(
          new HttpEntityWrapper(response.getEntity()) {
            @Override
            public InputStream getContent() throws IOException {
              return new Body(super.getContent(), connection);
            }
          });
    }
  }

  private static final class Body extends FilterInputStream {
    private final HttpConnection connection;
    private boolean ended;

    Body(InputStream in, HttpConnection connection) {
      super(in);
      this.connection = connection;
    }

    @Override
    public int read() throws IOException {
      int b = super.read();
      ended |= b < 0;
      return b;
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
      int n = super.read(buffer, from, length);
      ended |= n < 0;
      return n;
    }

    @Override
    public void close() throws IOException {
      if (!ended) {
        connection.shutdown();
      }
      super.close();
    }
  }

  private static SSLConnectionSocketFactory tls(@Nullable String caFile) {
    if (caFile == null) {
      return SSLConnectionSocketFactory.getSystemSocketFactory();
    }
    try (InputStream pem = Files.newInputStream(Path.of(caFile))) {
      KeyStore own = KeyStore.getInstance(KeyStore.getDefaultType());
      own.load(null, null);
      int n = 0;
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        own.setCertificateEntry("ca-" + n++, certificate);
      }
      if (n == 0) {
        throw new IllegalStateException("--caFile=" + caFile + " holds no PEM certificate");
      }
      // In the same store: of several trust managers a context asks only the first.
      TrustManagerFactory system =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      system.init((KeyStore) null);
      for (TrustManager manager : system.getTrustManagers()) {
        if (manager instanceof X509TrustManager x509) {
          for (Certificate certificate : x509.getAcceptedIssuers()) {
            own.setCertificateEntry("ca-" + n++, certificate);
          }
        }
      }
      return new SSLConnectionSocketFactory(
          SSLContextBuilder.create().loadTrustMaterial(own, null).build());
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(
          "--caFile=" + caFile + " cannot be used: " + e.getMessage(), e);
    }
  }
}
