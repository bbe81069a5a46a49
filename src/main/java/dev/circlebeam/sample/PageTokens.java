package dev.circlebeam.sample;

import java.nio.ByteBuffer;
import java.util.Base64;

/**
 * Page tokens: a position in one list, scrambled, so that a token says nothing and fits no other
 * list.
 */
final class PageTokens {
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  private final long seed;

  /** The tokens of one organization. */
  PageTokens(long seed) {
    this.seed = seed;
  }

  /** The token for going on after the position in the list of that name. */
  String encode(String list, long position) {
    long key = key(list);
    long scrambled = position ^ key;
    long check = Noise.mix(scrambled ^ Long.rotateLeft(key, 17));
    // Without the second step neighbouring positions would have tokens that look alike.
    return ENCODER.encodeToString(
        ByteBuffer.allocate(16).putLong(check).putLong(scrambled ^ Noise.mix(check)).array());
  }

  /**
   * The position that a token of the list names.
   *
   * @throws ApiException if it is not a token of this list
   */
  long decode(String list, String token) throws ApiException {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(token);
    } catch (IllegalArgumentException e) {
      throw refused();
    }
    if (bytes.length != 16) {
      throw refused();
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    long check = buffer.getLong();
    long scrambled = buffer.getLong() ^ Noise.mix(check);
    long key = key(list);
    if (check != Noise.mix(scrambled ^ Long.rotateLeft(key, 17))) {
      throw refused();
    }
    return scrambled ^ key;
  }

  /** The answer to a token that is foreign, forged or no longer good. */
  static ApiException refused() {
    return new ApiException(400, "Invalid page token.");
  }

  private long key(String list) {
    long key = Noise.mix(seed);
    for (int i = 0; i < list.length(); i++) {
      key = Noise.mix(key ^ list.charAt(i));
    }
    return key;
  }
}
