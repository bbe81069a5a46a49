package dev.circlebeam.catalog;

import java.util.Map;

/**
 * Which table stands below which.
 *
 * @param tables all tables by name, parents first
 */
record Lineage(Map<String, Table> tables) {
  /** Returns how deep a table lies: 1 for one that is read once a project or organization. */
  int depth(Table table) {
    return table.parents().stream()
        .mapToInt(p -> Table.ROOTS.contains(p) ? 1 : 1 + depth(tables.get(p)))
        .max()
        .orElseThrow();
  }

  /** Returns which of {@link Table#ROOTS} a table is read for, itself or what is above it. */
  String root(Table table) {
    return root(table.parents().get(0));
  }

  /** Returns which of {@link Table#ROOTS} stands above a parent; itself where it is one. */
  String root(String parent) {
    return Table.ROOTS.contains(parent) ? parent : root(tables.get(parent));
  }

  /** Tells whether a table is the list of pipelines, or below it. */
  boolean followsPipelines(Table table) {
    return table.isPipelines() || table.parents().stream().anyMatch(this::followsPipelines);
  }

  /** The same of a parent. */
  boolean followsPipelines(String parent) {
    return !Table.ROOTS.contains(parent) && followsPipelines(tables.get(parent));
  }
}
