package dev.circlebeam.circleci;

/** The secret. Shows itself to nobody by accident, and cannot be serialised. */
public final class Token {
  private final String value;

  /**
   * @param value the token itself; not empty
   */
  public Token(String value) {
    this.value = value;
  }

  /** The token itself, for the header and for finding it in texts. */
  String value() {
    return value;
  }

  @Override
  public String toString() {
    return "[token]";
  }
}
