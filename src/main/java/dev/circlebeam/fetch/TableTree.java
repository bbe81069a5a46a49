package dev.circlebeam.fetch;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Table;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which of the tables that a run reads lie below which. */
final class TableTree {
  private final Map<String, List<Table>> children = new HashMap<>();
  private final Map<String, Integer> depths = new HashMap<>();
  private final Map<String, Set<String>> below = new HashMap<>();

  /**
   * @param read names of the tables that are read
   */
  TableTree(Catalog catalog, Set<String> read) {
    for (String root : Table.ROOTS) {
      children.put(root, wanted(catalog, root, read));
    }
    for (String name : read) {
      children.put(name, wanted(catalog, name, read));
      depths.put(name, catalog.depth(catalog.table(name)));
    }
    for (String name : read) {
      Set<String> all = new TreeSet<>();
      addBelow(name, all);
      below.put(name, all);
    }
  }

  /** The tables directly below one, or below one of {@link Table#ROOTS}. */
  List<Table> children(String table) {
    return children.get(table);
  }

  /** How deep a table lies: 1 below the project. */
  int depth(String table) {
    return depths.get(table);
  }

  /** Names of all tables below one, at any depth. */
  Set<String> below(String table) {
    return below.get(table);
  }

  /** Tells whether some table below one is not among those. */
  boolean leadsBeyond(Table table, Collection<String> done) {
    return !done.containsAll(below(table.name()));
  }

  private void addBelow(String table, Set<String> all) {
    for (Table child : children(table)) {
      if (all.add(child.name())) {
        addBelow(child.name(), all);
      }
    }
  }

  private static List<Table> wanted(Catalog catalog, String parent, Set<String> read) {
    return catalog.children(parent).stream().filter(t -> read.contains(t.name())).toList();
  }
}
