package dev.circlebeam.sample;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.checkerframework.checker.nullness.qual.Nullable;

/** UUIDs as the opaque parts of {@code circleci/...} slugs: Base58 with Bitcoin's alphabet. */
final class Base58 {
  private static final String ALPHABET =
      "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  private static final BigInteger BASE = BigInteger.valueOf(58);

  private Base58() {}

  /** The text of the id's 16 bytes, 21 or 22 characters for nearly all ids. */
  static String encode(UUID id) {
    byte[] bytes =
        ByteBuffer.allocate(16)
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits())
            .array();
    BigInteger rest = new BigInteger(1, bytes);
    StringBuilder text = new StringBuilder(22);
    while (rest.signum() > 0) {
      BigInteger[] parts = rest.divideAndRemainder(BASE);
      text.append(ALPHABET.charAt(parts[1].intValue()));
      rest = parts[0];
    }
    // A leading zero byte is written as one leading "1".
    for (int i = 0; i < bytes.length && bytes[i] == 0; i++) {
      text.append('1');
    }
    return text.reverse().toString();
  }

  /** The id that the text encodes; null if it is no such text. */
  static @Nullable UUID decode(String text) {
    if (text.length() < 16 || text.length() > 22) {
      return null;
    }
    BigInteger value = BigInteger.ZERO;
    for (int i = 0; i < text.length(); i++) {
      int digit = ALPHABET.indexOf(text.charAt(i));
      if (digit < 0) {
        return null;
      }
      value = value.multiply(BASE).add(BigInteger.valueOf(digit));
    }
    if (value.bitLength() > 128) {
      return null;
    }
    UUID id = new UUID(value.shiftRight(64).longValue(), value.longValue());
    return encode(id).equals(text) ? id : null;
  }
}
