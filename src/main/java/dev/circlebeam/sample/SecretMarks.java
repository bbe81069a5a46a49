package dev.circlebeam.sample;

/**
 * What stands in the sample server's answers for a secret, or for the part of one that CircleCI
 * shows. A reader that drops secrets writes none of these marks anywhere.
 */
public final class SecretMarks {
  /** The last four characters of the value of every environment variable. */
  public static final String TAIL = "~Qz~";

  /** Part of the address of every webhook, in or out. */
  public static final String WEBHOOK = "webhook-secret-8f3c";

  /** Part of every checkout key. */
  public static final String KEY = "AAAAC3Checkout5ecret";

  /** Part of every command that a step ran, and of the address of what it wrote. */
  public static final String STEP = "step-secret-51d0";

  private SecretMarks() {}
}
