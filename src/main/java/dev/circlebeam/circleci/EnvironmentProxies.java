package dev.circlebeam.circleci;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The proxies that the environment names, in the form that curl and most tools read. */
final class EnvironmentProxies extends ProxySelector {
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
    URI proxy = address(scheme, address);
    int port = proxy.getPort() < 0 ? 80 : proxy.getPort();
    return List.of(
        new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(proxy.getHost(), port)));
  }

  /**
   * Looks at the variables, which are read for each connection only.
   *
   * @throws IllegalStateException when one is no address, naming it
   */
  void check() {
    for (String scheme : new String[] {"https_proxy", "http_proxy"}) {
      String address = variable(scheme);
      if (address != null && !address.isEmpty()) {
        address(scheme, address);
      }
    }
  }

  /** The hosts of the proxies that are named. */
  Set<String> hosts() {
    Set<String> hosts = new HashSet<>();
    for (String scheme : new String[] {"https_proxy", "http_proxy"}) {
      String address = variable(scheme);
      if (address != null && !address.isEmpty()) {
        hosts.add(address(scheme, address).getHost());
      }
    }
    return hosts;
  }

  private static URI address(String variable, String text) {
    try {
      URI proxy = new URI(text.contains("://") ? text : "http://" + text);
      if (proxy.getHost() != null) {
        return proxy;
      }
    } catch (URISyntaxException e) {
      throw noAddress(variable);
    }
    throw noAddress(variable);
  }

  /** Does not show the value: proxies' passwords are written there. */
  private static IllegalStateException noAddress(String variable) {
    return new IllegalStateException(
        "the environment variable "
            + variable.toUpperCase(Locale.ROOT)
            + " is no address; give one such as http://proxy.example:3128");
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException e) {
    // Nothing to remember: the request fails and is tried again.
  }

  private boolean isExempt(String host) {
    if (host.equals("localhost") || host.matches("127(\\.[0-9]+){3}") || host.equals("[::1]")) {
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
