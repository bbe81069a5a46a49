package dev.circlebeam;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.Schema;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Which tables and columns a run writes.
 *
 * @param written the tables that were asked for
 * @param read those and the parents that they need; the projects always
 * @param excluded by table, columns that nobody wants to have
 */
record TableChoice(
    TreeSet<String> written, TreeSet<String> read, TreeMap<String, TreeSet<String>> excluded) {
  /**
   * Reads {@code --tables} and {@code --excludeColumns}.
   *
   * @throws UsageException when a name is none, with the nearest one that is
   */
  static TableChoice of(Catalog catalog, String tables, @Nullable String excludeColumns) {
    TreeSet<String> written = new TreeSet<>();
    for (String name : Flags.list(tables)) {
      written.addAll(named(catalog, name));
    }
    if (written.isEmpty()) {
      throw new UsageException("--tables is empty; give names of tables, core or all");
    }
    TreeSet<String> read = new TreeSet<>(catalog.withAncestors(written));
    read.add(Table.PROJECTS);
    TreeMap<String, TreeSet<String>> excluded = new TreeMap<>();
    for (String name : Flags.list(excludeColumns)) {
      exclude(catalog, name, excluded);
    }
    return new TableChoice(written, read, excluded);
  }

  private static List<String> named(Catalog catalog, String name) {
    List<String> found =
        catalog.tables().stream()
            .filter(
                t -> name.equals(Catalog.ALL) || t.name().equals(name) || t.group().equals(name))
            .map(Table::name)
            .toList();
    if (found.isEmpty()) {
      List<String> names = new ArrayList<>(catalog.tables().stream().map(Table::name).toList());
      names.addAll(catalog.groups());
      names.add(Catalog.ALL);
      throw new UsageException("--tables: there is no table '" + name + "'" + hint(name, names));
    }
    return found;
  }

  private static void exclude(
      Catalog catalog, String name, TreeMap<String, TreeSet<String>> excluded) {
    int dot = name.indexOf('.');
    List<String> tables = catalog.tables().stream().map(Table::name).toList();
    if (dot < 0 || !tables.contains(name.substring(0, dot))) {
      throw new UsageException(
          "--excludeColumns: '"
              + name
              + "' is not <table>.<column>"
              + hint(dot < 0 ? name : name.substring(0, dot), tables));
    }
    Table table = catalog.table(name.substring(0, dot));
    String column = name.substring(dot + 1);
    List<String> columns = table.schema().getFields().stream().map(Schema.Field::name).toList();
    if (!columns.contains(column)) {
      throw new UsageException(
          "--excludeColumns: "
              + table.name()
              + " has no column '"
              + column
              + "'"
              + hint(column, columns));
    }
    if (table.primaryKey().contains(column)
        || column.equals(table.partitionBy())
        || column.equals(table.scope())) {
      throw new UsageException(
          "--excludeColumns: " + name + " decides where a row is kept and cannot be left out");
    }
    excluded.computeIfAbsent(table.name(), t -> new TreeSet<>()).add(column);
  }

  private static String hint(String word, List<String> names) {
    Optional<String> nearest = CommandLine.nearest(word, names);
    return nearest.map(n -> "; did you mean " + n + "?").orElse("; see the command tables");
  }
}
