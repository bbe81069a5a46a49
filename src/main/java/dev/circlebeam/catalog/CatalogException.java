package dev.circlebeam.catalog;

/** A table's declaration is wrong, or a table was asked for that is not declared. */
public final class CatalogException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message one line that names the file or the flag, and says what is wrong with it
   */
  public CatalogException(String message) {
    super(message);
  }
}
