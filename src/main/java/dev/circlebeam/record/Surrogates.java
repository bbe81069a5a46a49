package dev.circlebeam.record;

import com.google.common.base.CharMatcher;
import java.util.Locale;

/**
 * Halves of characters. JSON can spell one without the other ({@code "\ud83d"}), Java's strings
 * hold it, UTF-8 cannot: written to a file it would become a question mark.
 */
final class Surrogates {
  private static final CharMatcher ANY = CharMatcher.inRange('\ud800', '\udfff');
  private static final char REPLACEMENT = '\ufffd';

  private Surrogates() {}

  /** Tells whether a text has no half without its other half. */
  static boolean arePaired(String text) {
    return firstLone(text, 0) < 0;
  }

  /** Spells lone halves in a JSON text as JSON can. */
  static String escape(String json) {
    int lone = firstLone(json, 0);
    if (lone < 0) {
      return json;
    }
    StringBuilder escaped = new StringBuilder();
    int copied = 0;
    for (; lone >= 0; lone = firstLone(json, copied)) {
      escaped
          .append(json, copied, lone)
          .append(String.format(Locale.ROOT, "\\u%04x", (int) json.charAt(lone)));
      copied = lone + 1;
    }
    return escaped.append(json, copied, json.length()).toString();
  }

  /** Puts Unicode's sign for what cannot be shown in the place of lone halves. */
  static String replace(String text) {
    StringBuilder replaced = new StringBuilder(text);
    for (int lone = firstLone(text, 0); lone >= 0; lone = firstLone(text, lone + 1)) {
      replaced.setCharAt(lone, REPLACEMENT);
    }
    return replaced.toString();
  }

  private static int firstLone(String text, int from) {
    int at = ANY.indexIn(text, from);
    while (at >= 0) {
      boolean paired =
          Character.isHighSurrogate(text.charAt(at))
              && at + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(at + 1));
      if (!paired) {
        return at;
      }
      at = ANY.indexIn(text, at + 2);
    }
    return -1;
  }
}
