package dev.circlebeam.catalog;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.util.concurrent.UncheckedExecutionException;
import java.io.InvalidObjectException;
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
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * All declared tables: the projects first, then in an order in which parents come before children.
 * Immutable; serialised as the texts of the declarations that are not built in.
 */
public final class Catalog implements Serializable {
  /** The group of the tables that are read when nobody chooses. */
  public static final String CORE = "core";

  /** What stands for every table, wherever names of tables and groups are asked for. */
  public static final String ALL = "all";

  private static final long serialVersionUID = 1L;

  /** Beam copies coders and functions, and each has a catalogue: it is read once in a process. */
  private static final Cache<Serialized, Catalog> KNOWN =
      CacheBuilder.newBuilder().weakValues().build();

  /**
   * A catalogue as it travels. DirectRunner serialises a function for each bundle of its elements:
   * with every text in it that took a fifth of the time between two slices.
   *
   * @param builtIn tells the built-in declarations from those of another version; null when they
   *     are not all part of the catalogue
   * @param others by file name, the texts of all other declarations
   */
  private record Serialized(@Nullable String builtIn, TreeMap<String, String> others)
      implements Serializable {
    private Object readResolve() throws ObjectStreamException {
      if (builtIn != null && !builtIn.equals(BuiltInTables.version())) {
        throw new InvalidObjectException(
            "the catalogue was made by another version of circlebeam than the one that runs here");
      }
      try {
        return KNOWN.get(this, () -> new Catalog(declarations()));
      } catch (ExecutionException | UncheckedExecutionException e) {
        InvalidObjectException invalid = new InvalidObjectException("not a catalogue");
        invalid.initCause(e.getCause());
        throw invalid;
      }
    }

    private Map<String, String> declarations() {
      Map<String, String> all = new TreeMap<>(others);
      if (builtIn != null) {
        all.putAll(BuiltInTables.read());
      }
      return all;
    }
  }

  private final transient Map<String, String> declarations;
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
   * Reads declarations of a user's own, beside the built-in ones. They are in none of the built-in
   * groups: what a run reads when nobody chooses does not change.
   *
   * @param declarations by file name, such as {@code approvals.avsc}, each file's text
   * @return the built-in tables and those
   * @throws CatalogException when one of them is wrong, or takes a name that is taken, with its
   *     file and the reason
   */
  public static Catalog builtInAnd(Map<String, String> declarations) {
    Map<String, String> all = new TreeMap<>(BuiltInTables.read());
    Set<String> groups = builtIn().groups();
    for (String file : declarations.keySet()) {
      if (all.containsKey(file)) {
        throw new CatalogException(
            file + ": a table of this name is built in; give yours, and its file, another one");
      }
      refuseGroup(file, nameIn(file), groups);
    }
    all.putAll(declarations);
    Catalog catalog = new Catalog(all);
    declarations.keySet().forEach(f -> refuseGroup(f, catalog.table(nameIn(f)).group(), groups));
    return catalog;
  }

  private static String nameIn(String file) {
    return file.substring(0, file.lastIndexOf('.'));
  }

  private static void refuseGroup(String file, String name, Set<String> groups) {
    if (groups.contains(name)) {
      throw new CatalogException(
          file + ": the group '" + name + "' is a built-in one; give another name");
    }
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
   * @param parent a table's name, or one of {@link Table#ROOTS}
   * @return the tables, in the catalogue's order
   */
  public List<Table> children(String parent) {
    return tables.values().stream().filter(t -> t.parents().contains(parent)).toList();
  }

  /**
   * Returns how deep a table lies: 1 for one that is read once a project or organization.
   *
   * @param table one of the catalogue's
   * @return one more than its deepest parent's depth
   */
  public int depth(Table table) {
    return new Lineage(tables).depth(table);
  }

  /**
   * Returns what a table is read for once, itself or the first table above it.
   *
   * @param table one of the catalogue's
   * @return one of {@link Table#ROOTS}
   */
  public String root(Table table) {
    return new Lineage(tables).root(table);
  }

  /**
   * Tells whether a table is read pipeline by pipeline, so that what is complete of it is known by
   * when pipelines were created.
   *
   * @param table one of the catalogue's
   * @return true for the list of pipelines and all below it
   */
  public boolean followsPipelines(Table table) {
    return new Lineage(tables).followsPipelines(table);
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
        if (!Table.ROOTS.contains(parent)) {
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
      if (Table.ROOTS.contains(table.name())) {
        throw new CatalogException(table.name() + ".avsc: the name is that of something else");
      }
      place(table, byName, ordered, new ArrayList<>());
    }
    new CatalogCheck(ordered).check();
    return Collections.unmodifiableMap(ordered);
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
      if (Table.ROOTS.contains(parent)) {
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

  private Object writeReplace() throws ObjectStreamException {
    Map<String, String> builtIn = BuiltInTables.read();
    TreeMap<String, String> others = new TreeMap<>(declarations);
    if (!declarations.entrySet().containsAll(builtIn.entrySet())) {
      return new Serialized(null, others);
    }
    others.keySet().removeAll(builtIn.keySet());
    return new Serialized(BuiltInTables.version(), others);
  }
}
