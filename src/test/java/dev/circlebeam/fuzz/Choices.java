package dev.circlebeam.fuzz;

import java.util.Arrays;
import java.util.List;

/** Makes decisions of bytes. When they are used up every decision is the first. */
public final class Choices {
  private final byte[] bytes;
  private int at;

  /**
   * @param bytes what to decide by
   */
  public Choices(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Returns a number from 0 to one below a bound, which is at most 65536. */
  public int below(int bound) {
    int value = next();
    return (bound > 256 ? value << 8 | next() : value) % bound;
  }

  /** Returns one of some values. */
  @SafeVarargs
  public final <T> T of(T... values) {
    return values[below(values.length)];
  }

  /** Returns one of some values. */
  public <T> T of(List<T> values) {
    return values.get(below(values.size()));
  }

  /** Returns all bytes that are left. */
  public byte[] rest() {
    byte[] rest = Arrays.copyOfRange(bytes, Math.min(at, bytes.length), bytes.length);
    at = bytes.length;
    return rest;
  }

  private int next() {
    return at < bytes.length ? bytes[at++] & 0xff : 0;
  }
}
