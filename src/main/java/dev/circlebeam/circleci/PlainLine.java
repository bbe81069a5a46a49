package dev.circlebeam.circleci;

import com.google.common.base.CharMatcher;

/**
 * Text from outside as a line that a terminal shows and does not obey: without control characters,
 * ends of lines, and marks that turn the direction of writing.
 */
public final class PlainLine {
  private static final CharMatcher OBEYED =
      CharMatcher.javaIsoControl()
          .or(CharMatcher.anyOf("\u061c\u200e\u200f\u2028\u2029\ufeff"))
          .or(CharMatcher.inRange('\u202a', '\u202e'))
          .or(CharMatcher.inRange('\u2066', '\u2069'))
          .precomputed();

  private PlainLine() {}

  /**
   * Makes a text safe to print.
   *
   * @param text any text
   * @return the same with a blank for each such character
   */
  public static String of(String text) {
    return OBEYED.replaceFrom(text, ' ');
  }
}
