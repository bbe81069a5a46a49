package dev.circlebeam.sample;

import java.util.Locale;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * One fault and when it happens.
 *
 * @param kind what goes wrong
 * @param path for which paths: the expression is found in them, or in the path with its query
 * @param times how often for each URL, from the first request on; 0 for always
 * @param every only each so-manieth request that the rule concerns; 0 for all
 */
public record FaultRule(FaultKind kind, Pattern path, int times, int every) {
  private static final String TIMES = ":times=";
  private static final String EVERY = ":every=";

  /** Checks that the rule says one thing. */
  public FaultRule {
    if (times < 0 || every < 0 || (times > 0 && every > 0)) {
      throw new IllegalArgumentException(
          "a fault has either times or every, not negative: " + times + ", " + every);
    }
  }

  /**
   * A fault that stays.
   *
   * @param kind what goes wrong
   * @param path an expression to find in the path
   * @return the rule
   */
  public static FaultRule always(FaultKind kind, String path) {
    return new FaultRule(kind, Pattern.compile(path), 0, 0);
  }

  /**
   * A fault that passes.
   *
   * @param kind what goes wrong
   * @param path an expression to find in the path
   * @param times for how many requests of each URL
   * @return the rule
   */
  public static FaultRule times(FaultKind kind, String path, int times) {
    return new FaultRule(kind, Pattern.compile(path), times, 0);
  }

  /**
   * A fault of a share of all requests.
   *
   * @param kind what goes wrong
   * @param path an expression to find in the path
   * @param every 3 for the third, the sixth, the ninth request and so on
   * @return the rule
   */
  public static FaultRule every(FaultKind kind, String path, int every) {
    return new FaultRule(kind, Pattern.compile(path), 0, every);
  }

  /** Reads {@code kind@regex}, {@code kind@regex:times=2} or {@code kind@regex:every=10}. */
  static FaultRule parse(String piece) {
    int at = piece.indexOf('@');
    if (at <= 0 || at == piece.length() - 1) {
      throw bad(piece, "it is not kind@regex", null);
    }
    String rest = piece.substring(at + 1);
    int times = 0;
    int every = 0;
    int suffix = rest.lastIndexOf(TIMES);
    if (suffix >= 0) {
      times = count(piece, rest.substring(suffix + TIMES.length()));
    } else {
      suffix = rest.lastIndexOf(EVERY);
      if (suffix >= 0) {
        every = count(piece, rest.substring(suffix + EVERY.length()));
      }
    }
    String regex = suffix < 0 ? rest : rest.substring(0, suffix);
    try {
      return new FaultRule(
          kind(piece, piece.substring(0, at)), Pattern.compile(regex), times, every);
    } catch (PatternSyntaxException e) {
      throw bad(piece, "its expression is wrong: " + e.getDescription(), e);
    }
  }

  /** The text that reads back as this rule. */
  @Override
  public String toString() {
    String suffix = times > 0 ? TIMES + times : every > 0 ? EVERY + every : "";
    return kind.name().toLowerCase(Locale.ROOT) + "@" + path.pattern() + suffix;
  }

  private static FaultKind kind(String piece, String name) {
    String constant = name.toUpperCase(Locale.ROOT).replace('-', '_');
    for (FaultKind kind : FaultKind.values()) {
      if (kind.name().equals(constant)) {
        return kind;
      }
    }
    throw bad(piece, "there is no such kind", null);
  }

  private static int count(String piece, String number) {
    try {
      int count = Integer.parseInt(number);
      if (count > 0) {
        return count;
      }
    } catch (NumberFormatException e) {
      throw bad(piece, "its count is no number", e);
    }
    throw bad(piece, "its count is not positive", null);
  }

  private static IllegalArgumentException bad(String piece, String why, @Nullable Exception e) {
    StringBuilder kinds = new StringBuilder();
    for (FaultKind kind : FaultKind.values()) {
      kinds.append(kinds.length() == 0 ? "" : ", ").append(kind.name().toLowerCase(Locale.ROOT));
    }
    return new IllegalArgumentException(
        "bad fault \"" + piece + "\": " + why + "; the kinds are " + kinds, e);
  }
}
