package dev.circlebeam.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes JSON as no sane server sends it, and sometimes what is none. */
public final class OddJson {
  private static final List<String> SCALARS =
      List.of(
          "null",
          "5",
          "-0",
          "0",
          "-1",
          "1.10",
          "1e400",
          "-1e400",
          "1e-400",
          "1E+2",
          "0.1e1",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775809",
          "1e99999999999",
          "1e2147483647",
          "1e-2147483647",
          "123456789012345678901234567890.123456789012345678901",
          "9".repeat(1200),
          "0." + "3".repeat(1200),
          "true",
          "false",
          "{}",
          "[]",
          "\"\"",
          "\"a\"",
          "\"NaN\"",
          "\"Infinity\"",
          "\"null\"",
          "\"true\"",
          "\"5\"",
          "\"-0\"",
          "\"1e400\"",
          "\"0x1p3\"",
          "\"1d\"",
          "\" 5\"",
          "\"\u0663\"",
          "\"" + "7".repeat(3000) + "\"",
          "\"\\ud83d\"",
          "\"\\ude80x\"",
          "\"\\ude80\\ud83d\"",
          "\"\\ud83d\\ude80\"",
          "\"\\u0000\"",
          "\"\\u001b[31m\\r\\n\"",
          "\"\\u202e\u202e\"",
          "\"\ufeff\"",
          "\"..\"",
          "\".\"",
          "\"../../etc/passwd\"",
          "\"2026-05-04T09:12:31Z\"",
          "\"2026-05-04 09:12:31.123456+02:00\"",
          "\"1969-12-31T23:59:59.999999Z\"",
          "\"9999-12-31T23:59:59-01:00\"",
          "\"+10000-01-01T00:00:00Z\"",
          "\"0000-01-01T00:00:00Z\"",
          "\"+999999999-01-01T00:00:00Z\"",
          "\"2026-02-30T00:00:00Z\"",
          "\"" + "x".repeat(3000) + "\"",
          "[".repeat(60) + "]".repeat(60),
          "[".repeat(1500) + "]".repeat(1500),
          "{\"a\":".repeat(60) + "-0" + "}".repeat(60));

  private static final List<String> NAMES =
      List.of(
          "_extra",
          "_synced_at",
          "",
          "a",
          "A",
          "brand_new",
          "brand-new",
          "items",
          "\\u0000",
          "\\ud83d",
          "\\ud83d\\ude80",
          "\\u001b[2J",
          "\u202e",
          "constructor",
          "__proto__",
          "a.b",
          "next_page_token");

  private static final int DEEPEST = 4;

  private final Choices choices;
  private final List<String> names;

  /**
   * @param choices decide
   * @param names of fields that somebody expects
   */
  public OddJson(Choices choices, List<String> names) {
    this.choices = choices;
    this.names = names;
  }

  /** Returns a value. */
  public String value() {
    return value(0);
  }

  private String value(int depth) {
    int kind = choices.below(8);
    if (kind == 6 && depth < DEEPEST) {
      return object(depth + 1, choices.below(5));
    }
    if (kind == 7 && depth < DEEPEST) {
      List<String> elements = new ArrayList<>();
      for (int n = choices.below(4); n > 0; n--) {
        elements.add(value(depth + 1));
      }
      return "[" + String.join(",", elements) + "]";
    }
    return choices.of(SCALARS);
  }

  /** Returns an object, perhaps one with some fields that are as they should be. */
  public String object(String... usual) {
    String odd = object(0, choices.below(8));
    List<String> fields = new ArrayList<>();
    for (String field : usual) {
      if (choices.below(8) != 7) {
        fields.add(field);
      }
    }
    if (odd.length() > 2) {
      fields.add(choices.below(fields.size() + 1), odd.substring(1, odd.length() - 1));
    }
    return "{" + String.join(choices.of(",", " ,\n"), fields) + "}";
  }

  private String object(int depth, int size) {
    List<String> fields = new ArrayList<>();
    for (int n = size; n > 0; n--) {
      fields.add("\"" + name() + "\":" + value(depth));
    }
    return "{" + String.join(",", fields) + "}";
  }

  private String name() {
    String name = choices.of(choices.below(3) == 2 || names.isEmpty() ? NAMES : names);
    return choices.below(6) == 5 ? name.replace('_', '-') : name;
  }

  /** Spoils a text: nothing, or a few bytes changed, left out, doubled or cut off. */
  public byte[] spoiled(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int n = Math.max(0, choices.below(8) - 4); n > 0 && bytes.length > 0; n--) {
      int at = choices.below(Math.min(bytes.length, 60_000));
      byte[] before = Arrays.copyOf(bytes, at);
      byte[] after = Arrays.copyOfRange(bytes, at + 1, bytes.length);
      bytes =
          switch (choices.below(4)) {
            case 0 -> join(before, new byte[] {(byte) choices.below(256)}, after);
            case 1 -> join(before, new byte[0], after);
            case 2 -> join(before, Arrays.copyOfRange(bytes, at / 2, at), after);
            default -> before;
          };
    }
    return bytes;
  }

  private static byte[] join(byte[] a, byte[] b, byte[] c) {
    byte[] all = Arrays.copyOf(a, a.length + b.length + c.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    System.arraycopy(c, 0, all, a.length + b.length, c.length);
    return all;
  }
}
