package dev.circlebeam.catalog;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Reads one declaration ({@code <table>.avsc}) into a {@link Table} and refuses what cannot be
 * meant. What concerns other tables as well is checked by {@link Catalog}.
 */
final class TableDeclaration {
  static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*");
  private static final Set<String> TABLE_PROPERTIES =
      Set.of(
          "group",
          "path",
          "rowPath",
          "parent",
          "paginated",
          "primaryKey",
          "partitionBy",
          "clusterBy",
          "refresh",
          "scope",
          "unfinishedWhen",
          "sensitive",
          "buckets");

  private final String file;
  private final Schema declared;

  private TableDeclaration(String file, Schema declared) {
    this.file = file;
    this.declared = declared;
  }

  /**
   * Reads a declaration.
   *
   * @param file the file's name, for messages; its stem must be the table's name
   * @param json the file's text
   * @return the table
   * @throws CatalogException when the declaration is wrong, with file and reason
   */
  static Table read(String file, String json) {
    Schema declared;
    try {
      declared = new Schema.Parser().setValidateDefaults(true).parse(json);
    } catch (SchemaParseException e) {
      throw new CatalogException(file + ": not an Avro schema: " + firstLine(e));
    } catch (AvroRuntimeException e) {
      throw new CatalogException(file + ": not a valid Avro schema: " + firstLine(e));
    }
    return new TableDeclaration(file, declared).table();
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private Table table() {
    check(declared.getType() == Schema.Type.RECORD, "not a record");
    String name = declared.getName();
    check(NAME.matcher(name).matches(), "the name '%s' is not [a-z][a-z0-9_]*", name);
    check(file.equals(name + ".avsc"), "declares '%s'; the file must be %s.avsc", name, name);
    check(declared.getDoc() != null, "the table has no doc");
    for (String property : declared.getObjectProps().keySet()) {
      check(TABLE_PROPERTIES.contains(property), "unknown property '%s'", property);
    }
    declared.getFields().forEach(column -> new ColumnDeclaration(file).check(column));

    String path = text("path");
    check(path != null, "no path");
    checkPath(path);
    String rowPath = text("rowPath");
    if (rowPath != null) {
      checkPath(rowPath);
      Matcher placeholders = Table.PLACEHOLDER.matcher(rowPath);
      while (placeholders.find()) {
        check(
            declared.getField(placeholders.group(1)) != null,
            "rowPath names no column: '%s'",
            placeholders.group(1));
      }
    }
    Refresh refresh = refresh();
    List<String> primaryKey = columns("primaryKey");
    check(!primaryKey.isEmpty(), "no primaryKey");
    for (String column : primaryKey) {
      check(
          !Column.isNullable(declared.getField(column)), "the key column '%s' may be null", column);
    }
    String partitionBy = partitionBy(refresh);
    for (Schema.Field column : declared.getFields()) {
      // What the API leaves out must not end the run.
      check(
          Column.isNullable(column)
              || Column.fromParent(column) != null
              || primaryKey.contains(column.name())
              || column.name().equals(partitionBy),
          "the column '%s' is neither in the key nor the partition: give it [\"null\", type]",
          column.name());
    }
    Table table =
        new Table(
            name,
            SystemColumns.after(declared),
            text("group") == null ? name : text("group"),
            path,
            rowPath,
            strings("parent"),
            flag("paginated"),
            primaryKey,
            partitionBy,
            columns("clusterBy"),
            refresh,
            scope(refresh),
            unfinished(),
            flag("sensitive"),
            buckets(refresh));
    check(!table.parents().isEmpty(), "no parent");
    return table;
  }

  private void checkPath(String path) {
    check(!path.startsWith("/") && !path.contains("://"), "the path '%s' is not relative", path);
    for (String part : Splitter.on(CharMatcher.anyOf("/?")).split(path)) {
      check(!part.equals(".") && !part.equals(".."), "the path '%s' leaves /api/v2/", path);
    }
  }

  private @Nullable String partitionBy(Refresh refresh) {
    String column = text("partitionBy");
    if (column == null) {
      check(refresh == Refresh.FULL, "an incremental table needs partitionBy");
      return null;
    }
    check(refresh == Refresh.INCREMENTAL, "a full-refresh table has one file, not partitions");
    Schema.Field field = declared.getField(column);
    check(field != null, "partitionBy names no column: '%s'", column);
    check(
        !Column.isNullable(field) && Column.isTimestamp(field.schema()),
        "the partition column '%s' must be a timestamp-micros that is never null",
        column);
    return column;
  }

  private @Nullable String scope(Refresh refresh) {
    String column = text("scope");
    if (refresh == Refresh.INCREMENTAL) {
      check(column == null, "only full-refresh tables have a scope");
      return null;
    }
    check(column != null, "a full-refresh table needs a scope: the column of its project's id");
    check(declared.getField(column) != null, "scope names no column: '%s'", column);
    return column;
  }

  private @Nullable Unfinished unfinished() {
    Object value = declared.getObjectProp("unfinishedWhen");
    if (value == null) {
      return null;
    }
    check(
        value instanceof Map<?, ?> map
            && map.get("field") instanceof String
            && map.get("notIn") instanceof List<?>
            && (map.get("unlessSet") == null || map.get("unlessSet") instanceof String)
            && Set.of("field", "notIn", "unlessSet").containsAll(map.keySet()),
        "unfinishedWhen is not {field, notIn, unlessSet}");
    Map<?, ?> map = (Map<?, ?>) value;
    Set<String> finals = new LinkedHashSet<>();
    ((List<?>) map.get("notIn")).forEach(v -> finals.add(String.valueOf(v)));
    Unfinished unfinished =
        new Unfinished((String) map.get("field"), finals, (String) map.get("unlessSet"));
    check(
        declared.getField(unfinished.field()) != null
            && (unfinished.unlessSet() == null
                || declared.getField(unfinished.unlessSet()) != null),
        "unfinishedWhen names a column that is not there");
    return unfinished;
  }

  private Refresh refresh() {
    String text = text("refresh");
    for (Refresh refresh : Refresh.values()) {
      if (refresh.declared().equals(text)) {
        return refresh;
      }
    }
    throw refusal("refresh is '%s'; give incremental or full", text);
  }

  private int buckets(Refresh refresh) {
    Object value = declared.getObjectProp("buckets");
    check(
        value == null || refresh != Refresh.FULL, "a full-refresh table has one file, no buckets");
    check(value == null || (value instanceof Integer n && n > 0), "buckets is not positive");
    return value == null ? 1 : (Integer) value;
  }

  private boolean flag(String property) {
    Object value = declared.getObjectProp(property);
    check(value == null || value instanceof Boolean, "%s is neither true nor false", property);
    return value != null && (Boolean) value;
  }

  private @Nullable String text(String property) {
    Object value = declared.getObjectProp(property);
    check(value == null || value instanceof String, "%s is not a text", property);
    return (String) value;
  }

  private List<String> columns(String property) {
    List<String> names = strings(property);
    for (String name : names) {
      check(declared.getField(name) != null, "%s names no column: '%s'", property, name);
    }
    return names;
  }

  private List<String> strings(String property) {
    Object value = declared.getObjectProp(property);
    if (value == null) {
      return List.of();
    }
    if (value instanceof String text) {
      return List.of(text);
    }
    check(value instanceof List<?>, "%s is neither a text nor a list", property);
    List<String> texts = new ArrayList<>();
    ((List<?>) value).forEach(v -> texts.add(String.valueOf(v)));
    return texts;
  }

  /** Checks that every placeholder is something that a parent has. */
  static void checkParentColumns(Table table, String parent, Map<String, Schema> parentColumns) {
    for (String column : table.parentColumns()) {
      if (!parentColumns.containsKey(column)) {
        throw new CatalogException(
            String.format(
                "%s.avsc: needs '%s' of its parent %s, which has no such column",
                table.name(), column, parent));
      }
    }
    for (Schema.Field column : table.schema().getFields()) {
      String source = Column.fromParent(column);
      if (source != null && !takes(column.schema(), parentColumns.get(source))) {
        throw new CatalogException(
            String.format(
                "%s.avsc: the column '%s' cannot take every value of %s.%s",
                table.name(), column.name(), parent, source));
      }
    }
    Matcher brackets =
        Pattern.compile("[{}]").matcher(Table.PLACEHOLDER.matcher(table.path()).replaceAll(""));
    if (brackets.find()) {
      throw new CatalogException(
          String.format(
              "%s.avsc: the path '%s' has an open placeholder", table.name(), table.path()));
    }
  }

  private static boolean takes(Schema column, Schema source) {
    return Column.typeName(column).equals(Column.typeName(source))
        && (column.isNullable() || !source.isNullable());
  }

  @FormatMethod
  private void check(boolean holds, @FormatString String format, Object... args) {
    if (!holds) {
      throw refusal(format, args);
    }
  }

  @FormatMethod
  private CatalogException refusal(@FormatString String format, Object... args) {
    return new CatalogException(file + ": " + String.format(format, args));
  }
}
