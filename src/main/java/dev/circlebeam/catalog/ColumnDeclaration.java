package dev.circlebeam.catalog;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import com.google.common.collect.Sets;
import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Refuses columns that cannot be meant: of a type that no sink knows, or without a word on them.
 */
final class ColumnDeclaration {
  static final Set<String> PROPERTIES = Set.of("fromParent", "ordinal", "mask", "firstOf");
  private static final Set<Schema.Type> SCALARS =
      Set.of(Schema.Type.STRING, Schema.Type.LONG, Schema.Type.DOUBLE, Schema.Type.BOOLEAN);

  private final String file;

  /**
   * @param file the file's name, for messages
   */
  ColumnDeclaration(String file) {
    this.file = file;
  }

  /**
   * Checks a column of a table, and all that is inside.
   *
   * @param table what it is a column of
   * @param column the column
   * @throws CatalogException when it is wrong, with file and reason
   */
  void check(Schema table, Schema.Field column) {
    check("", column, Set.of());
    for (String place : Column.firstOf(column)) {
      Schema found = at(table, place);
      require(
          found != null && found.getType() == Schema.Type.STRING,
          "the column '%s' is the firstOf '%s', which is no text in another column",
          column.name(),
          place);
    }
  }

  /** What is in a place such as {@code vcs.branch}; free-form JSON may hold anything. */
  private static @Nullable Schema at(Schema table, String place) {
    Schema type = table;
    for (String name : Splitter.on('.').split(place)) {
      if (Column.isJson(type)) {
        return type;
      }
      Schema.Field field = type.getType() == Schema.Type.RECORD ? type.getField(name) : null;
      if (field == null) {
        return null;
      }
      type = Column.type(field.schema());
    }
    return type;
  }

  private void check(String prefix, Schema.Field column, Set<Schema> above) {
    String name = prefix + column.name();
    require(
        TableDeclaration.NAME.matcher(column.name()).matches(),
        "the column name '%s' is not [a-z][a-z0-9_]*",
        name);
    require(column.doc() != null && !column.doc().isBlank(), "the column '%s' has no doc", name);
    require(
        CharMatcher.javaIsoControl().matchesNoneOf(column.doc()),
        "the doc of the column '%s' holds a control character or the end of a line",
        name);
    require(column.aliases().isEmpty(), "the column '%s' has aliases: it has one name", name);
    for (String property : column.getObjectProps().keySet()) {
      require(
          property.equals("mask") || (prefix.isEmpty() && PROPERTIES.contains(property)),
          "unknown property '%s' of the column '%s'",
          property,
          name);
    }
    require(
        prefix.isEmpty() || Column.isNullable(column),
        "the column '%s' may be absent: give it [\"null\", type]",
        name);
    checkType(name, column.schema(), above);
    checkOrigin(name, column);
  }

  /** A column's value has one origin: the answer, the parent, the row's place, or other columns. */
  private void checkOrigin(String name, Schema.Field column) {
    Schema.Type type = Column.type(column.schema()).getType();
    boolean isText = type == Schema.Type.STRING;
    require(
        column.getObjectProp("mask") == null || ("url".equals(column.getProp("mask")) && isText),
        "the column '%s' has a mask other than url, or is no text",
        name);
    require(
        column.getObjectProp("ordinal") == null
            || (Column.isOrdinal(column) && column.schema().getType() == Schema.Type.LONG),
        "the column '%s' is ordinal and no long that is never null",
        name);
    require(
        column.getObjectProp("firstOf") == null
            || (!Column.firstOf(column).isEmpty() && isText && Column.isNullable(column)),
        "the column '%s' is the firstOf nothing, or is no [\"null\", \"string\"]",
        name);
    require(
        Column.isNullable(column)
            || !column.hasDefaultValue()
            || (isText && column.defaultVal().equals("")),
        "the column '%s' has a default other than \"\"",
        name);
  }

  private void checkType(String column, Schema schema, Set<Schema> above) {
    if (schema.isUnion()) {
      List<Schema> types = schema.getTypes();
      require(
          types.size() == 2 && types.get(0).getType() == Schema.Type.NULL,
          "the column '%s' is a union other than [\"null\", type]",
          column);
    }
    Schema type = Column.type(schema);
    switch (type.getType()) {
      case RECORD -> {
        Set<Schema> path = Sets.newIdentityHashSet();
        path.addAll(above);
        require(path.add(type), "the column '%s' holds itself", column);
        require(!type.getFields().isEmpty(), "the record '%s' has no fields", column);
        type.getFields().forEach(field -> check(column + ".", field, path));
      }
      case ARRAY -> {
        require(!type.getElementType().isUnion(), "the list '%s' holds nulls", column);
        require(
            type.getElementType().getType() != Schema.Type.ARRAY,
            "the list '%s' holds lists, which BigQuery cannot; give a string with \"sqlType\": \"JSON\"",
            column);
        checkType(column, type.getElementType(), above);
      }
      default ->
          require(
              SCALARS.contains(type.getType())
                  && (type.getLogicalType() == null || Column.isTimestamp(type)),
              "the column '%s' has the type %s; give string, long, double, boolean,"
                  + " timestamp-micros, a record or an array",
              column,
              type);
    }
  }

  @FormatMethod
  private void require(boolean holds, @FormatString String format, Object... args) {
    if (!holds) {
      throw new CatalogException(file + ": " + String.format(format, args));
    }
  }
}
