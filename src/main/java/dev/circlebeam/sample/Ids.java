package dev.circlebeam.sample;

import java.util.UUID;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Ids that look like random UUIDs and can be read back, so that nothing needs to be remembered.
 *
 * <p>The low half holds the packed name, scrambled by a keyed permutation of 62 bits; the high half
 * is a hash of the low one and tells real ids from made-up ones.
 */
final class Ids {
  private static final int HALF = 31;
  private static final long HALF_MASK = (1L << HALF) - 1;
  private static final long LOW_MASK = (1L << 62) - 1;
  private static final long VARIANT = 1L << 63;
  private static final int ROUNDS = 4;

  private final long[] keys = new long[ROUNDS];
  private final long checkKey;

  /** Ids of one organization; another seed gives other ids. */
  Ids(long seed) {
    Noise noise = new Noise(seed);
    for (int round = 0; round < ROUNDS; round++) {
      keys[round] = noise.bits(round);
    }
    checkKey = noise.bits(ROUNDS);
  }

  /** The id of the thing. */
  UUID encode(IdName name) {
    long low = scramble(name.pack()) | VARIANT;
    return new UUID(high(low), low);
  }

  /** The id of the thing as text. */
  String text(IdName name) {
    return encode(name).toString();
  }

  /** What the id stands for; null if this class never made it. */
  @Nullable IdName decode(UUID id) {
    long low = id.getLeastSignificantBits();
    if (id.getMostSignificantBits() != high(low)) {
      return null;
    }
    return IdName.unpack(unscramble(low & LOW_MASK));
  }

  /** What the id stands for if it is of that kind; null if not, or if the text is no id at all. */
  @Nullable IdName decode(String text, IdName.Kind kind) {
    UUID id = parse(text);
    IdName name = id == null ? null : decode(id);
    return name != null && name.kind() == kind ? name : null;
  }

  /** The UUID that the text is; null if it is none. The JDK would take shorter texts too. */
  static @Nullable UUID parse(String text) {
    if (text.length() != 36) {
      return null;
    }
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Hash of the low half, dressed as the high half of a version 4 UUID. */
  private long high(long low) {
    return (Noise.mix(low ^ checkKey) & ~0xF000L) | 0x4000L;
  }

  /** A Feistel network: whatever its round function is, it can be run backwards. */
  private long scramble(long value) {
    long left = value >>> HALF;
    long right = value & HALF_MASK;
    for (int round = 0; round < ROUNDS; round++) {
      long next = left ^ (Noise.mix(right ^ keys[round]) & HALF_MASK);
      left = right;
      right = next;
    }
    return left << HALF | right;
  }

  private long unscramble(long value) {
    long left = value >>> HALF;
    long right = value & HALF_MASK;
    for (int round = ROUNDS - 1; round >= 0; round--) {
      long previous = right ^ (Noise.mix(left ^ keys[round]) & HALF_MASK);
      right = left;
      left = previous;
    }
    return left << HALF | right;
  }
}
