package dev.circlebeam.catalog;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Refuses tables that stand where they could not be read, or where rows could not be kept once. */
final class PlaceCheck {
  /** The column by which rows in the output are known to be below a pipeline. */
  private static final String PIPELINE = "pipeline_id";

  private final Map<String, Table> tables;
  private final Lineage lineage;

  /**
   * @param tables all tables, parents first
   */
  PlaceCheck(Map<String, Table> tables) {
    this.tables = tables;
    this.lineage = new Lineage(tables);
  }

  /**
   * Checks them.
   *
   * @throws CatalogException when one is wrong, with its file and the reason
   */
  void check() {
    checkLists(tables.values().stream().filter(Table::isPipelines).toList());
    for (Table table : tables.values()) {
      checkGroup(table);
      checkRefresh(table);
      table.parents().forEach(parent -> checkBelow(table, parent));
      checkScope(table);
      checkDay(table);
      checkExport(table);
    }
  }

  /** What is complete is known by when pipelines were created, and there is one list of them. */
  private static void checkLists(List<Table> lists) {
    for (Table list : lists) {
      require(
          list,
          lists.size() == 1 || list.name().equals(Table.PIPELINES),
          "an incremental table right below projects is a list of pipelines, of which there is"
              + " one; give \"refresh\": \"full\" and a scope, or another parent");
      require(list, list.parents().size() == 1, "the list of pipelines has one parent");
    }
  }

  private void checkGroup(Table table) {
    require(
        table,
        !table.name().equals(Catalog.ALL) && !table.group().equals(Catalog.ALL),
        "'%s' means every table",
        Catalog.ALL);
    require(
        table,
        table.group().equals(table.name()) || !tables.containsKey(table.group()),
        "its group '%s' is a table's name",
        table.group());
  }

  private void checkBelow(Table table, String parent) {
    require(
        table,
        !parent.equals(Table.PROJECTS),
        "stands below projects; give \"parent\": \"project\"");
    require(
        table,
        lineage.followsPipelines(parent) == lineage.followsPipelines(table) || table.isPipelines(),
        "has parents below pipelines and others");
    require(
        table,
        lineage.root(parent).equals(lineage.root(table)),
        "has parents of two kinds: one of a %s, one of a %s",
        lineage.root(table),
        lineage.root(parent));
    Table above = tables.get(parent);
    if (above == null) {
      return;
    }
    require(
        table,
        table.refresh() == Refresh.INCREMENTAL || above.refresh() == Refresh.FULL,
        "is a full refresh below %s, which is none: rows would go that are only not read again",
        parent);
    if (lineage.followsPipelines(above) && !above.isPipelines()) {
      Schema.Field pipeline = above.schema().getField(PIPELINE);
      require(
          table,
          pipeline != null && pipeline.schema().getType() == Schema.Type.STRING,
          "stands below %s, which has no column %s (a string, never null) to find its rows by",
          parent,
          PIPELINE);
    }
  }

  private void checkRefresh(Table table) {
    boolean follows = lineage.followsPipelines(table);
    require(
        table,
        !follows || table.refresh() == Refresh.INCREMENTAL,
        "is below pipelines, whose rows are never all read: it cannot be a full refresh");
    require(
        table,
        follows || table.unfinishedWhen() == null,
        "unfinishedWhen is for pipelines and what is below them");
    require(
        table,
        table.isPipelines() || table.endpoint().rowPath() == null,
        "rowPath is for the list of pipelines");
  }

  private void checkScope(Table table) {
    if (table.scope() == null) {
      return;
    }
    String root = lineage.root(table);
    require(
        table,
        !root.equals(Table.TOKEN),
        "is a full refresh below what a token sees: another may see more");
    require(
        table,
        scopeOf(table).equals(root + "_id"),
        "the scope '%s' is not the %s's id",
        table.scope(),
        root);
  }

  /** An export is read by days, by a step of its own. */
  private void checkExport(Table table) {
    require(
        table,
        !table.endpoint().isExport()
            || (table.parents().equals(List.of(Table.ORGANIZATION))
                && table.refresh() == Refresh.INCREMENTAL
                && tables.values().stream().noneMatch(t -> t.parents().contains(table.name()))),
        "an export is an organization's, incremental, and has no table below it");
  }

  /** What the scope column holds: the name of the project's or organization's column. */
  private static String scopeOf(Table table) {
    if (table.name().equals(Table.PROJECTS)) {
      return "project_id";
    }
    String source = Column.fromParent(table.schema().getField(table.scope()));
    return source == null ? "" : source;
  }

  /** A row's day must never be another one, or the row would be kept twice. */
  private void checkDay(Table table) {
    if (table.partitionBy() == null) {
      return;
    }
    String source = Column.fromParent(table.schema().getField(table.partitionBy()));
    if (source == null) {
      return;
    }
    Set<String> key = sources(table, table.primaryKey());
    for (String parent : table.parents()) {
      require(
          table,
          decide(key, source, parent),
          "its rows have their day from %s.%s, so their key must hold what tells rows of %s apart;"
              + " else give \"fromParent\": \"%s\"",
          parent,
          source,
          parent,
          Table.PIPELINE_CREATED_AT);
    }
  }

  /** Tells whether some columns of a parent's row decide what another one holds. */
  private boolean decide(Set<String> columns, String other, String parent) {
    Table table = tables.get(parent);
    Schema.Field field = table == null ? null : table.schema().getField(other);
    // What has a place below a pipeline has it below one.
    if (field == null || columns.containsAll(table.primaryKey())) {
      return true;
    }
    String source = Column.fromParent(field);
    return source != null
        && table.parents().stream().allMatch(p -> decide(sources(table, columns), source, p));
  }

  /** The columns of parents that columns of a table are taken from. */
  private static Set<String> sources(Table table, Collection<String> columns) {
    return columns.stream()
        .map(table.schema()::getField)
        .map(field -> field == null ? null : Column.fromParent(field))
        .filter(Objects::nonNull)
        .collect(Collectors.toSet());
  }

  @FormatMethod
  private static void require(
      Table table, boolean holds, @FormatString String format, @Nullable Object... args) {
    if (!holds) {
      throw new CatalogException(table.name() + ".avsc: " + String.format(format, args));
    }
  }
}
