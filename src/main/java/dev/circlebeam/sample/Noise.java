package dev.circlebeam.sample;

import java.util.List;

/**
 * Numbers that look random and depend only on a key and a tag.
 *
 * <p>Asking twice for the same tag gives the same answer, and asking for one thing changes nothing
 * about another, which a stateful generator could not promise.
 */
final class Noise {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final long key;

  /** Noise of its own for each key. */
  Noise(long key) {
    this.key = key;
  }

  /** The finalizer of SplitMix64: every bit of the result depends on every bit of the input. */
  static long mix(long value) {
    long z = value + GOLDEN;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Independent noise for a part of the thing that this noise is for. */
  Noise child(long tag) {
    return new Noise(bits(tag * 2 + 1));
  }

  /** 64 bits for the tag. */
  long bits(long tag) {
    return mix(key ^ mix(tag));
  }

  /** A number from 0 to below the bound, which must be positive. */
  int below(long tag, int bound) {
    return (int) ((bits(tag) >>> 33) % bound);
  }

  /** A number from the first to below the second, which must be greater. */
  long between(long tag, long low, long high) {
    return low + (bits(tag) >>> 1) % (high - low);
  }

  /** True for so many tags of a thousand. */
  boolean chance(long tag, int perMille) {
    return below(tag, 1_000) < perMille;
  }

  /** One of the values. */
  <T> T pick(long tag, List<T> values) {
    return values.get(below(tag, values.size()));
  }

  /** Forty hexadecimal digits, as a commit's hash has. */
  String sha1(long tag) {
    StringBuilder text = new StringBuilder(48);
    for (int part = 0; part < 3; part++) {
      String digits = Long.toHexString(bits(tag + 1_000L * part));
      text.append("0".repeat(16 - digits.length())).append(digits);
    }
    text.setLength(40);
    return text.toString();
  }
}
