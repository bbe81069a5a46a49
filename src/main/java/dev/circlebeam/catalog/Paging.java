package dev.circlebeam.catalog;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.checkerframework.checker.nullness.qual.Nullable;

/** How an endpoint divides its rows among answers. */
public enum Paging {
  /** One answer, which is one row. */
  NONE("false"),
  /** A list, each page of which gives the token of the next one; none on the last. */
  TOKEN("true"),
  /** A list that is asked for from the n-th row on, until nothing comes. */
  OFFSET("offset"),
  /**
   * A list that gives a token and never honours it: only its first page can be had. A token means
   * that rows are missing.
   */
  FIRST_PAGE("first");

  private final String declared;

  Paging(String declared) {
    this.declared = declared;
  }

  /** Returns what a declaration means by {@code paginated}; absent means one row. */
  static Paging of(String file, @Nullable Object value) {
    String text = value == null ? NONE.declared : value.toString();
    for (Paging paging : values()) {
      if (paging.declared.equals(text)) {
        return paging;
      }
    }
    throw new CatalogException(
        String.format(
            "%s: paginated is '%s'; give %s",
            file,
            text,
            Arrays.stream(values()).map(p -> p.declared).collect(Collectors.joining(", "))));
  }
}
