package dev.circlebeam.catalog;

import java.io.ObjectStreamException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.avro.Schema;

/**
 * All declared tables: the projects first, then in an order in which parents come before children.
 * Immutable; serialised as the texts of its declarations.
 */
public final class Catalog implements Serializable {
  private static final long serialVersionUID = 1L;

  private final TreeMap<String, String> declarations;
  private final transient Map<String, Table> tables;

  private Catalog(Map<String, String> declarations) {
    this.declarations = new TreeMap<>(declarations);
    this.tables = read(this.declarations);
  }

  /**
   * Reads the built-in declarations.
   *
   * @return the catalogue
   * @throws CatalogException when one of them is wrong
   */
  public static Catalog builtIn() {
    return new Catalog(BuiltInTables.read());
  }

  /**
   * Reads declarations.
   *
   * @param declarations by file name, such as {@code jobs.avsc}, each file's text
   * @return the catalogue
   * @throws CatalogException when one of them is wrong, with its file and the reason
   */
  public static Catalog of(Map<String, String> declarations) {
    return new Catalog(declarations);
  }

  /**
   * Returns every table, parents first.
   *
   * @return the tables
   */
  public Collection<Table> tables() {
    return tables.values();
  }

  /**
   * Returns the table of a name.
   *
   * @param name a table's name
   * @return the table
   * @throws CatalogException when there is none
   */
  public Table table(String name) {
    Table table = tables.get(name);
    if (table == null) {
      throw new CatalogException("no table is called '" + name + "'");
    }
    return table;
  }

  /**
   * Returns the names of the groups, each of which stands for its tables in {@code --tables}.
   *
   * @return the groups
   */
  public Set<String> groups() {
    return tables.values().stream()
        .map(Table::group)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /**
   * Returns the tables directly below another one.
   *
   * @param parent a table's name, or {@link Table#PROJECT}
   * @return the tables, in the catalogue's order
   */
  public List<Table> children(String parent) {
    return tables.values().stream().filter(t -> t.parents().contains(parent)).toList();
  }

  /**
   * Returns how deep a table lies: 1 for one that is read once a project.
   *
   * @param table one of the catalogue's
   * @return one more than its deepest parent's depth
   */
  public int depth(Table table) {
    return table.parents().stream()
        .mapToInt(p -> p.equals(Table.PROJECT) ? 1 : 1 + depth(table(p)))
        .max()
        .orElseThrow();
  }

  /**
   * Completes a choice of tables with the parents that must be read for them.
   *
   * @param chosen names of tables
   * @return the chosen tables and all above them, in the catalogue's order
   * @throws CatalogException when a name is no table's
   */
  public Set<String> withAncestors(Collection<String> chosen) {
    Set<String> needed = new LinkedHashSet<>();
    for (String name : chosen) {
      addWithAncestors(table(name), needed);
    }
    return tables.keySet().stream()
        .filter(needed::contains)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private void addWithAncestors(Table table, Set<String> needed) {
    if (needed.add(table.name())) {
      for (String parent : table.parents()) {
        if (!parent.equals(Table.PROJECT)) {
          addWithAncestors(table(parent), needed);
        }
      }
    }
  }

  private static Map<String, Table> read(Map<String, String> declarations) {
    Map<String, Table> byName = new LinkedHashMap<>();
    declarations.forEach(
        (file, json) -> {
          Table table = TableDeclaration.read(file, json);
          byName.put(table.name(), table);
        });
    Map<String, Table> ordered = new LinkedHashMap<>();
    if (byName.containsKey(Table.PROJECTS)) {
      place(byName.get(Table.PROJECTS), byName, ordered, new ArrayList<>());
    }
    for (Table table : byName.values()) {
      place(table, byName, ordered, new ArrayList<>());
    }
    for (Table table : ordered.values()) {
      for (String parent : table.parents()) {
        TableDeclaration.checkParentColumns(table, parent, offered(parent, ordered));
      }
    }
    return Collections.unmodifiableMap(ordered);
  }

  private static Map<String, Schema> offered(String parent, Map<String, Table> tables) {
    return parent.equals(Table.PROJECT)
        ? Table.PROJECT_COLUMNS
        : tables.get(parent).schema().getFields().stream()
            .collect(Collectors.toMap(Schema.Field::name, Schema.Field::schema));
  }

  private static void place(
      Table table, Map<String, Table> byName, Map<String, Table> ordered, List<String> path) {
    if (ordered.containsKey(table.name())) {
      return;
    }
    if (path.contains(table.name())) {
      throw new CatalogException(
          table.name() + ".avsc: is its own ancestor: " + String.join(" below ", path));
    }
    path.add(table.name());
    for (String parent : table.parents()) {
      if (parent.equals(Table.PROJECT)) {
        continue;
      }
      if (!byName.containsKey(parent)) {
        throw new CatalogException(
            String.format("%s.avsc: its parent '%s' is no table", table.name(), parent));
      }
      place(byName.get(parent), byName, ordered, path);
    }
    path.remove(table.name());
    ordered.put(table.name(), table);
  }

  private Object readResolve() throws ObjectStreamException {
    return new Catalog(declarations);
  }
}
