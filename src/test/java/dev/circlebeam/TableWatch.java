package dev.circlebeam;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A reader of an output who looks again and again: no key twice, and none that was there gone. */
final class TableWatch implements AutoCloseable {
  /** The tables, and what is unique in each. */
  static final Map<String, String> KEYS =
      new TreeMap<>(
          Map.of(
              "projects", "id",
              "pipelines", "id",
              "workflows", "id",
              "jobs", "workflow_id || ' ' || id"));

  private static final Map<String, String> PIPELINE_IDS =
      Map.of(
          "projects", "''", "pipelines", "id", "workflows", "pipeline_id", "jobs", "pipeline_id");
  private static final Map<String, String> WORKFLOW_IDS =
      Map.of("projects", "''", "pipelines", "''", "workflows", "id", "jobs", "workflow_id");

  private final Path output;
  private final Connection connection;
  private final Map<String, Set<String>> seen = new HashMap<>();

  TableWatch(Path output) throws SQLException {
    this.output = output;
    this.connection = connect();
  }

  /** Looks once. */
  void look() throws SQLException, IOException {
    for (Map.Entry<String, String> table : KEYS.entrySet()) {
      if (exists(output, table.getKey())) {
        look(table.getKey(), table.getValue());
      }
    }
  }

  private void look(String table, String key) throws SQLException, IOException {
    List<String> keys;
    try (Snapshot snapshot = Snapshot.of(output, table)) {
      keys = query(connection, "select " + key + " from " + files(snapshot.folder(), table));
    }
    Set<String> now = new HashSet<>(keys);
    if (now.size() < keys.size()) {
      throw new AssertionError(table + " has " + (keys.size() - now.size()) + " keys twice");
    }
    Set<String> gone = new HashSet<>(seen.getOrDefault(table, Set.of()));
    gone.removeAll(now);
    if (!gone.isEmpty()) {
      throw new AssertionError(table + " has lost " + gone);
    }
    seen.put(table, now);
  }

  /** Looks all the time while something is done; the tables never shrink meanwhile. */
  void during(Doing something) throws Exception {
    Poll poll = new Poll();
    Thread thread = new Thread(poll, "reader");
    thread.start();
    try {
      something.run();
    } finally {
      poll.ended = true;
      thread.join();
    }
    if (poll.found != null) {
      throw new AssertionError("while a run wrote: " + poll.found, poll.found);
    }
  }

  /** Something that takes a while. */
  interface Doing {
    /** Does it. */
    void run() throws Exception;
  }

  private final class Poll implements Runnable {
    private final Map<String, Long> most = new HashMap<>();
    private volatile boolean ended;
    private Throwable found;

    @Override
    public void run() {
      try (Connection own = connect()) {
        while (!ended) {
          for (Map.Entry<String, String> table : KEYS.entrySet()) {
            count(own, table.getKey(), table.getValue());
          }
        }
      } catch (SQLException | IOException | RuntimeException | AssertionError e) {
        found = e;
      }
    }

    private void count(Connection own, String table, String key) throws SQLException, IOException {
      if (!exists(output, table)) {
        return;
      }
      List<String> counts;
      try (Snapshot snapshot = Snapshot.of(output, table)) {
        String from = " from " + files(snapshot.folder(), table);
        String sql = "select count(*), count(distinct " + key + ")" + from;
        counts = List.of(query(own, sql).get(0).split("\\|"));
      }
      long rows = Long.parseLong(counts.get(0));
      if (rows != Long.parseLong(counts.get(1))) {
        throw new AssertionError(table + " has keys twice: " + counts);
      }
      if (rows < most.getOrDefault(table, 0L)) {
        throw new AssertionError(table + " had " + most.get(table) + " rows, then " + rows);
      }
      most.put(table, rows);
    }
  }

  /**
   * Returns the rows of another output that this one lacks, or has otherwise.
   *
   * @param workflows rows below other workflows do not count
   */
  List<String> missing(Path other, String table, Predicate<String> workflows)
      throws SQLException, IOException {
    if (!exists(other, table)) {
      return List.of();
    }
    String all = "select " + WORKFLOW_IDS.get(table) + " as w, * exclude (_synced_at) from ";
    String ours = exists(output, table) ? " except " + all + files(output, table) : "";
    return query(connection, all + files(other, table) + ours).stream()
        .filter(row -> workflows.test(row.substring(0, row.indexOf('|'))))
        .toList();
  }

  /** Returns what this output has under a key, to show it beside what is missing. */
  List<String> has(String table, List<String> missing) throws SQLException, IOException {
    List<String> rows = new ArrayList<>();
    if (exists(output, table)) {
      for (String row : query(connection, "select * from " + files(output, table))) {
        for (String other : missing) {
          String[] parts = other.split("\\|", 3);
          if (row.startsWith(parts[1] + "|")) {
            rows.add(row);
          }
        }
      }
    }
    return rows;
  }

  /**
   * Returns the rows that another output lacks.
   *
   * @param pipelines rows below other pipelines do not count
   */
  List<String> extra(Path other, String table, Predicate<String> pipelines)
      throws SQLException, IOException {
    if (!exists(output, table)) {
      return List.of();
    }
    String key = KEYS.get(table);
    String sql = "select " + PIPELINE_IDS.get(table) + " as p, * from " + files(output, table);
    if (exists(other, table)) {
      sql += " where " + key + " not in (select " + key + " from " + files(other, table) + ")";
    }
    return query(connection, sql).stream()
        .filter(row -> pipelines.test(row.substring(0, row.indexOf('|'))))
        .toList();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  private static boolean exists(Path output, String table) throws IOException {
    Path folder = output.resolve(table);
    if (!Files.isDirectory(folder)) {
      return false;
    }
    // By name: files of other names come and go while a run writes.
    try (Stream<Path> partitions = Files.list(folder)) {
      return Stream.concat(Stream.of(folder), partitions)
          .anyMatch(partition -> Files.exists(partition.resolve("part-00000.parquet")));
    }
  }

  private static String files(Path output, String table) {
    return "read_parquet('" + output + "/" + table + "/**/*.parquet', hive_partitioning=true)";
  }

  private static Connection connect() throws SQLException {
    Connection connection = DriverManager.getConnection("jdbc:duckdb:");
    try (Statement statement = connection.createStatement()) {
      statement.execute("set TimeZone='UTC'");
      statement.execute("set threads = 1");
    }
    return connection;
  }

  private static List<String> query(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<String> rows = new ArrayList<>();
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<String> values = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          values.add(String.valueOf(result.getObject(i)));
        }
        rows.add(String.join("|", values));
      }
      return rows;
    }
  }
}
