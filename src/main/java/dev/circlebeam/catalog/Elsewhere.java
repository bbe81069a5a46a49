package dev.circlebeam.catalog;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * Where else rows are, and in what other form, for projects that the table's own endpoint does not
 * know.
 *
 * @param slug how the slugs of those projects begin, such as {@code circleci/}
 * @param api the API's version
 * @param path below {@code /api/<version>/}, with {@code {placeholders}}; the answer is one object
 * @param rows fields that lead to the rows: each holds an object, or a list of them
 * @param names by column, the fields that it is taken from, the first that is there; {@code
 *     outer.field} is one of the object around the row that the field {@code outer} leads to
 * @param words by word, what it is in the table's own endpoint's words
 */
public record Elsewhere(
    String slug,
    String api,
    String path,
    List<String> rows,
    Map<String, List<String>> names,
    Map<String, String> words)
    implements Serializable {
  /** Copies lists and maps. */
  public Elsewhere {
    rows = List.copyOf(rows);
    names = Map.copyOf(names);
    words = Map.copyOf(words);
  }

  /**
   * Returns the address below the server's.
   *
   * @return such as {@code /api/v3/jobs/{id}}
   */
  public String address() {
    return "/api/" + api + "/" + path;
  }
}
