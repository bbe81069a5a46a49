package dev.circlebeam.catalog;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;

/** Refuses tables that do not fit together: what one needs, its parents must have. */
final class CatalogCheck {
  private static final Set<Schema.Type> SCALARS =
      EnumSet.of(Schema.Type.STRING, Schema.Type.LONG, Schema.Type.DOUBLE, Schema.Type.BOOLEAN);

  private final Map<String, Table> tables;
  private final Lineage lineage;

  /**
   * @param tables all tables, parents first
   */
  CatalogCheck(Map<String, Table> tables) {
    this.tables = tables;
    this.lineage = new Lineage(tables);
  }

  /**
   * Checks them.
   *
   * @throws CatalogException when one is wrong, with its file and the reason
   */
  void check() {
    new PlaceCheck(tables).check();
    for (Table table : tables.values()) {
      for (String parent : table.parents()) {
        checkColumns(table, parent);
      }
    }
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
          source == null || SCALARS.contains(Column.type(column.schema()).getType()),
          "the column '%s' is a record or a list, which none takes from its parent",
          column.name());
      require(
          table,
          source == null || takes(table, column.schema(), source, offered.get(source)),
          "the column '%s' cannot take every value of %s.%s",
          column.name(),
          parent,
          source);
    }
    for (String column : table.placeholders()) {
      checkPlaceholder(table, parent, column, offered.get(column));
    }
    checkCondition(table, parent);
    checkEach(table, parent);
  }

  private static void checkPlaceholder(Table table, String parent, String column, Schema type) {
    require(
        table,
        SCALARS.contains(Column.type(type).getType()) && !Column.isJson(Column.type(type)),
        "the path holds {%s}, which is neither a text nor a number of %s",
        column,
        parent);
    require(
        table,
        !type.isNullable() || isSet(table, column),
        "the path holds {%s}, which %s may lack; for a table's rows name it in \"when\": {\"set\":"
            + " [\"%s\"]}",
        column,
        parent,
        column);
  }

  private void checkCondition(Table table, String parent) {
    Condition when = table.when();
    if (when == null) {
      return;
    }
    require(table, tables.containsKey(parent), "when is for rows of tables, not of %s", parent);
    Table above = tables.get(parent);
    for (String column : when.columns(above)) {
      require(
          table,
          above.schema().getField(column) != null,
          "when: %s has no column '%s'",
          parent,
          column);
    }
  }

  private void checkEach(Table table, String parent) {
    Each each = table.each();
    if (each == null) {
      return;
    }
    if (!each.columns().isEmpty()) {
      checkEachColumn(table, each, parent);
    }
    require(
        table,
        table.placeholders().contains(each.name()),
        "each has the name '%s', which the path does not hold as {%s}",
        each.name(),
        each.name());
  }

  private void checkEachColumn(Table table, Each each, String parent) {
    require(
        table, tables.containsKey(parent), "each.columns is for rows of tables, not of %s", parent);
    Schema above = tables.get(parent).schema();
    require(
        table,
        each.columns().stream().anyMatch(column -> above.getField(column) != null),
        "each names no column of %s",
        parent);
    for (String column : each.columns()) {
      Schema.Field field = above.getField(column);
      require(
          table,
          field == null || SCALARS.contains(Column.type(field.schema()).getType()),
          "each names '%s', which is neither a text nor a number of %s",
          column,
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
        if (lineage.followsPipelines(above)) {
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
    return Column.typeName(column).equals(Column.typeName(from))
        && (column.isNullable() || !from.isNullable() || isSet(table, source));
  }

  private static boolean isSet(Table table, String column) {
    return table.when() != null && table.when().set().contains(column);
  }

  @FormatMethod
  private static void require(
      Table table, boolean holds, @FormatString String format, Object... args) {
    if (!holds) {
      throw new CatalogException(table.name() + ".avsc: " + String.format(format, args));
    }
  }
}
