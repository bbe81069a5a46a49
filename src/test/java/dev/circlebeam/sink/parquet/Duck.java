package dev.circlebeam.sink.parquet;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads what was written with another reader than ours. */
final class Duck {
  private Duck() {}

  /** Names a table's files in a query, as documentation does. */
  static String table(Path output, String table) {
    return "read_parquet('"
        + output
        + "/"
        + table
        + "/**/*.parquet', hive_partitioning=true, union_by_name=true)";
  }

  /** Returns rows, each as its values with {@code |} between them. */
  static List<String> rows(String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        List<String> values = new ArrayList<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          values.add(String.valueOf(result.getObject(i)));
        }
        rows.add(String.join("|", values));
      }
    }
    return rows;
  }

  /** Returns columns and their types, in order. */
  static Map<String, String> types(String from) throws SQLException {
    Map<String, String> types = new LinkedHashMap<>();
    for (String row : rows("select column_name, column_type from (describe from " + from + ")")) {
      types.put(row.substring(0, row.indexOf('|')), row.substring(row.indexOf('|') + 1));
    }
    return types;
  }

  private static Connection connect() throws SQLException {
    Connection connection = DriverManager.getConnection("jdbc:duckdb:");
    try (Statement statement = connection.createStatement()) {
      statement.execute("set timezone = 'UTC'");
      statement.execute("set threads = 1");
    }
    return connection;
  }
}
