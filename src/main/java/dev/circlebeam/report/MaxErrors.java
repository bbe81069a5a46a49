package dev.circlebeam.report;

import java.io.Serializable;
import java.util.regex.Pattern;

/**
 * How many requests may fail for good.
 *
 * @param number so many; or, if it is a share, so many percent
 * @param isShare whether it is a share of all requests
 */
public record MaxErrors(double number, boolean isShare) implements Serializable {
  private static final Pattern FORM = Pattern.compile("\\d{1,9}(\\.\\d{1,6})?%?");

  /**
   * Reads a number or a share.
   *
   * @param text such as {@code 10} or {@code 1%}
   * @return the limit
   * @throws IllegalArgumentException when it is neither
   */
  public static MaxErrors parse(String text) {
    boolean share = text.endsWith("%");
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "--maxErrors=" + text + " is neither a number nor a share; give one such as 10 or 1%");
    }
    double number = Double.parseDouble(share ? text.substring(0, text.length() - 1) : text);
    if (share && number > 100) {
      throw new IllegalArgumentException("--maxErrors=" + text + " is more than all; give 100%");
    }
    return new MaxErrors(number, share);
  }

  /**
   * Tells whether too many failed.
   *
   * @param errors how many failed
   * @param requests out of how many
   * @return true when it is more than allowed
   */
  public boolean isExceeded(long errors, long requests) {
    return errors > (isShare ? requests * number / 100 : number);
  }
}
