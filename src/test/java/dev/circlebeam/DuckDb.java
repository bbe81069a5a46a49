package dev.circlebeam;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The reader that people will use: what it sees is what a sync has written. */
final class DuckDb {
  private DuckDb() {}

  /**
   * Asks a question of tables.
   *
   * @param output the folder of a sync
   * @param sql with {@code {jobs}} for the table of jobs, and so on
   * @return each row's values as text, with a bar between them
   */
  static List<String> query(Path output, String sql) throws SQLException {
    String whole =
        sql.replaceAll(
            "\\{(\\w+)}",
            "read_parquet('"
                + output
                + "/$1/**/*.parquet', union_by_name=true, hive_partitioning=true)");
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("SET TimeZone='UTC'");
      try (ResultSet result = statement.executeQuery(whole)) {
        List<String> rows = new ArrayList<>();
        while (result.next()) {
          List<String> values = new ArrayList<>();
          for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
            values.add(String.valueOf(result.getObject(i)));
          }
          rows.add(String.join("|", values));
        }
        return rows;
      }
    }
  }

  /** Asks for one number. */
  static long number(Path output, String sql) throws SQLException {
    return Long.parseLong(query(output, sql).get(0));
  }

  /** Returns how many keys of a table stand there more than once. */
  static long repeatedKeys(Path output, String table, String key) throws SQLException {
    return number(output, "select count(*) - count(distinct (" + key + ")) from {" + table + "}");
  }
}
