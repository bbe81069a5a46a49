package dev.circlebeam.circleci;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.apache.v2.ApacheHttpTransport;
import com.google.common.base.Splitter;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.http.config.RegistryBuilder;
import org.apache.http.config.SocketConfig;
import org.apache.http.conn.socket.ConnectionSocketFactory;
import org.apache.http.conn.socket.PlainConnectionSocketFactory;
import org.apache.http.conn.ssl.SSLConnectionSocketFactory;
import org.apache.http.impl.client.HttpClientBuilder;
import org.apache.http.impl.conn.PoolingHttpClientConnectionManager;
import org.apache.http.impl.conn.SystemDefaultRoutePlanner;
import org.apache.http.ssl.SSLContextBuilder;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Makes the pooled transport: as many connections to the one host as requests may be in flight. */
final class HttpTransports {
  private HttpTransports() {}

  /**
   * Makes a transport.
   *
   * @param connection how many connections, and whom to trust
   * @param environment where {@code HTTPS_PROXY}, {@code HTTP_PROXY} and {@code NO_PROXY} are
   * @return the transport; to be shut down by the caller
   * @throws IllegalStateException when the CA file cannot be used
   */
  static HttpTransport pooled(Connection connection, Map<String, String> environment) {
    PoolingHttpClientConnectionManager pool =
        new PoolingHttpClientConnectionManager(
            RegistryBuilder.<ConnectionSocketFactory>create()
                .register("http", PlainConnectionSocketFactory.getSocketFactory())
                .register("https", tls(connection.caFile()))
                .build(),
            null,
            null,
            null,
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
            .setRoutePlanner(new SystemDefaultRoutePlanner(new EnvironmentProxies(environment)))
            .disableRedirectHandling()
            .disableAutomaticRetries()
            .disableContentCompression()
            .disableCookieManagement()
            .disableAuthCaching()
            .build());
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
      return new SSLConnectionSocketFactory(
          SSLContextBuilder.create()
              .loadTrustMaterial((KeyStore) null, null)
              .loadTrustMaterial(own, null)
              .build());
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(
          "--caFile=" + caFile + " cannot be used: " + e.getMessage(), e);
    }
  }

  /** The proxies that the environment names, in the form that curl and most tools read. */
  static final class EnvironmentProxies extends ProxySelector {
    private final Map<String, String> environment;

    EnvironmentProxies(Map<String, String> environment) {
      this.environment = environment;
    }

    @Override
    public List<Proxy> select(URI uri) {
      String scheme = "https".equals(uri.getScheme()) ? "https_proxy" : "http_proxy";
      String address = variable(scheme);
      if (address == null || address.isEmpty() || isExempt(uri.getHost())) {
        return List.of(Proxy.NO_PROXY);
      }
      URI proxy = URI.create(address.contains("://") ? address : "http://" + address);
      int port = proxy.getPort() < 0 ? 80 : proxy.getPort();
      return List.of(
          new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(proxy.getHost(), port)));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException e) {
      // Nothing to remember: the request fails and is tried again.
    }

    private boolean isExempt(String host) {
      if (host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]")) {
        return true;
      }
      String exempt = variable("no_proxy");
      if (exempt == null) {
        return false;
      }
      for (String entry : Splitter.on(',').trimResults().omitEmptyStrings().split(exempt)) {
        String domain = entry.startsWith("*.") ? entry.substring(1) : entry;
        if (domain.equals("*")
            || host.equalsIgnoreCase(domain)
            || host.toLowerCase(Locale.ROOT)
                .endsWith((domain.startsWith(".") ? "" : ".") + domain.toLowerCase(Locale.ROOT))) {
          return true;
        }
      }
      return false;
    }

    private @Nullable String variable(String lowerCase) {
      String value = environment.get(lowerCase);
      return value != null ? value : environment.get(lowerCase.toUpperCase(Locale.ROOT));
    }
  }
}
