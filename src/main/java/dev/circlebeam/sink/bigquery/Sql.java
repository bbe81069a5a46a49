package dev.circlebeam.sink.bigquery;

import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** The words that statements are made of, quoted. */
final class Sql {
  private static final int DATES_A_LINE = 4;

  private Sql() {}

  /** A table's full name. */
  static String table(BigQueryDataset dataset, String table) {
    return "`" + escaped(dataset.nameOf(table)) + "`";
  }

  /** A column's name. */
  static String column(String name) {
    return "`" + escaped(name) + "`";
  }

  /** Columns with commas between them. */
  static String columns(Collection<String> names) {
    return names.stream().map(Sql::column).collect(Collectors.joining(", "));
  }

  /** A column of something that has a name. */
  static String column(String of, String name) {
    return of + "." + column(name);
  }

  /** A text. */
  static String text(String text) {
    return "'" + escaped(text) + "'";
  }

  /** Texts with commas between them. */
  static String texts(Collection<String> texts) {
    return texts.stream().sorted().map(Sql::text).collect(Collectors.joining(", "));
  }

  /** A day. */
  static String date(LocalDate day) {
    return "DATE '" + day + "'";
  }

  /** Days, a few on each line. */
  static String dates(Collection<LocalDate> days, String indent) {
    List<LocalDate> sorted = days.stream().sorted().toList();
    StringBuilder sql = new StringBuilder();
    for (int i = 0; i < sorted.size(); i++) {
      if (i > 0) {
        sql.append(i % DATES_A_LINE == 0 ? ",\n" + indent : ", ");
      }
      sql.append(date(sorted.get(i)));
    }
    return sql.toString();
  }

  /** Both kinds of quotes, backslashes and line ends as escapes, which names and texts share. */
  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\\', '\'', '"', '`' -> escaped.append('\\').append(c);
        case '\n' -> escaped.append("\\n");
        case '\r' -> escaped.append("\\r");
        case '\0' -> escaped.append("\\x00");
        default -> escaped.append(c);
      }
    }
    return escaped.toString();
  }
}
