package dev.circlebeam.catalog;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;

/** Refuses tables that do not fit together: what one needs, its parents must have. */
final class CatalogCheck {
  private static final Pattern BRACKETS = Pattern.compile("[{}]");

  private final Map<String, Table> tables;

  /**
   * @param tables all tables, parents first
   */
  CatalogCheck(Map<String, Table> tables) {
    this.tables = tables;
  }

  /**
   * Checks them.
   *
   * @throws CatalogException when one is wrong, with its file and the reason
   */
  void check() {
    for (Table table : tables.values()) {
      checkPlace(table);
      for (String parent : table.parents()) {
        checkColumns(table, parent);
      }
      Matcher brackets = BRACKETS.matcher(Table.PLACEHOLDER.matcher(table.path()).replaceAll(""));
      require(table, !brackets.find(), "the path '%s' has an open placeholder", table.path());
    }
  }

  private void checkPlace(Table table) {
    boolean follows = followsPipelines(table);
    for (String parent : table.parents()) {
      boolean isBelow = !Table.ROOTS.contains(parent) && followsPipelines(tables.get(parent));
      require(
          table,
          isBelow == follows || table.isPipelines(),
          "has parents below pipelines and others");
    }
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
        !table.endpoint().isExport()
            || (table.parents().equals(List.of(Table.ORGANIZATION))
                && table.refresh() == Refresh.INCREMENTAL
                && tables.values().stream().noneMatch(t -> t.parents().contains(table.name()))),
        "an export is an organization's, incremental, and has no table below it");
    String root = root(table);
    require(
        table,
        table.scope() == null || scopeOf(table).equals(root + "_id"),
        "the scope '%s' is not the %s's id",
        table.scope(),
        root);
  }

  /** What the scope column holds: the name of the project's or organization's column. */
  private static String scopeOf(Table table) {
    if (table.name().equals(Table.PROJECTS)) {
      return "project_id";
    }
    String source = Column.fromParent(table.schema().getField(table.scope()));
    return source == null ? "" : source;
  }

  private String root(Table table) {
    String parent = table.parents().get(0);
    return Table.ROOTS.contains(parent) ? parent : root(tables.get(parent));
  }

  private boolean followsPipelines(Table table) {
    return table.isPipelines()
        || table.parents().stream()
            .anyMatch(p -> !Table.ROOTS.contains(p) && followsPipelines(tables.get(p)));
  }

  private void checkColumns(Table table, String parent) {
    Map<String, Schema> offered = offered(table, parent);
    for (String column : table.parentColumns()) {
      require(
          table,
          offered.containsKey(column),
          "needs '%s' of its parent %s, which has no such column",
          column,
          parent);
    }
    for (Schema.Field column : table.schema().getFields()) {
      String source = Column.fromParent(column);
      require(
          table,
          source == null || takes(table, column.schema(), source, offered.get(source)),
          "the column '%s' cannot take every value of %s.%s",
          column.name(),
          parent,
          source);
    }
    Condition when = table.when();
    if (when != null) {
      require(table, tables.containsKey(parent), "when is for rows of tables, not of %s", parent);
      for (String column : when.columns(tables.get(parent))) {
        require(table, offered.containsKey(column), "when: %s has no column '%s'", parent, column);
      }
    }
    if (table.each() != null && !table.each().columns().isEmpty()) {
      require(
          table,
          table.each().columns().stream().anyMatch(offered::containsKey),
          "each names no column of %s",
          parent);
    }
  }

  private Map<String, Schema> offered(Table table, String parent) {
    Map<String, Schema> offered = new HashMap<>();
    switch (parent) {
      case Table.PROJECT -> offered.putAll(Table.PROJECT_COLUMNS);
      case Table.ORGANIZATION -> offered.putAll(Table.ORGANIZATION_COLUMNS);
      case Table.TOKEN -> {}
      default -> {
        Table above = tables.get(parent);
        if (followsPipelines(above)) {
          offered.put(
              Table.PIPELINE_CREATED_AT,
              LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG)));
        }
        above.schema().getFields().forEach(field -> offered.put(field.name(), field.schema()));
      }
    }
    if (table.each() != null) {
      offered.put(table.each().name(), SchemaBuilder.builder().stringType());
    }
    return offered;
  }

  private static boolean takes(Table table, Schema column, String source, Schema from) {
    boolean isSet = table.when() != null && table.when().set().contains(source);
    return Column.typeName(column).equals(Column.typeName(from))
        && (column.isNullable() || !from.isNullable() || isSet);
  }

  @FormatMethod
  private static void require(
      Table table, boolean holds, @FormatString String format, Object... args) {
    if (!holds) {
      throw new CatalogException(table.name() + ".avsc: " + String.format(format, args));
    }
  }
}
