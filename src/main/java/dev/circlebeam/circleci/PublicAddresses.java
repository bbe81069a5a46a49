package dev.circlebeam.circleci;

import com.google.common.net.InetAddresses;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Set;
import org.apache.http.conn.DnsResolver;
import org.apache.http.impl.conn.SystemDefaultDnsResolver;

/**
 * Resolves names to public addresses only, at the moment of connecting, so that an address from an
 * answer leads neither to this machine nor into its network, whatever its name says later.
 */
final class PublicAddresses implements DnsResolver {
  private final boolean allowLoopback;
  private final Set<String> proxies;

  /**
   * @param allowLoopback whether this machine is allowed, too
   * @param proxies hosts that are trusted since the user named them: who connects by one leaves it
   *     to resolve names
   */
  PublicAddresses(boolean allowLoopback, Set<String> proxies) {
    this.allowLoopback = allowLoopback;
    this.proxies = proxies;
  }

  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    InetAddress[] addresses = SystemDefaultDnsResolver.INSTANCE.resolve(host);
    for (InetAddress address : addresses) {
      if (!proxies.contains(host) && !isAllowed(address)) {
        throw new UnknownHostException(host + " (it is no public address)");
      }
    }
    return addresses;
  }

  /** Tells whether files may be fetched from an address. */
  boolean isAllowed(InetAddress address) {
    if (address.isLoopbackAddress()) {
      return allowLoopback;
    }
    return isPublic(address);
  }

  private static boolean isPublic(InetAddress address) {
    if (address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      return false;
    }
    byte[] bytes = address.getAddress();
    int first = bytes[0] & 0xff;
    int second = bytes[1] & 0xff;
    if (address instanceof Inet6Address v6) {
      boolean isUniqueLocal = (first & 0xfe) == 0xfc;
      boolean isTranslated = first == 0 && second == 0x64;
      return !isUniqueLocal
          && !isTranslated
          && (!InetAddresses.hasEmbeddedIPv4ClientAddress(v6)
              || isPublic(InetAddresses.getEmbeddedIPv4ClientAddress(v6)));
    }
    boolean isShared = first == 100 && (second & 0xc0) == 64;
    boolean isProtocol = first == 192 && second == 0 && bytes[2] == 0;
    boolean isBenchmark = first == 198 && (second & 0xfe) == 18;
    return first != 0 && first < 240 && !isShared && !isProtocol && !isBenchmark;
  }
}
