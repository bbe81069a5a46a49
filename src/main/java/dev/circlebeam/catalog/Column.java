package dev.circlebeam.catalog;

import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Questions about the Avro fields that stand for columns. A column's type is a plain type or {@code
 * ["null", type]}.
 */
public final class Column {
  private static final String FROM_PARENT = "fromParent";
  private static final String SQL_TYPE = "sqlType";

  private Column() {}

  /**
   * Returns a column's type without the null.
   *
   * @param schema the type as declared
   * @return the one type that is not null
   */
  public static Schema type(Schema schema) {
    if (!schema.isUnion()) {
      return schema;
    }
    return schema.getTypes().get(schema.getTypes().get(0).getType() == Schema.Type.NULL ? 1 : 0);
  }

  /**
   * Tells whether a column may be null.
   *
   * @param field the column
   * @return true when its type is a union with null
   */
  public static boolean isNullable(Schema.Field field) {
    return field.schema().isNullable();
  }

  /**
   * Tells whether a type is a moment, in microseconds since 1970.
   *
   * @param type a type without null
   * @return true for {@code timestamp-micros}
   */
  public static boolean isTimestamp(Schema type) {
    LogicalType logical = type.getLogicalType();
    return logical instanceof LogicalTypes.TimestampMicros;
  }

  /**
   * Tells whether a type holds free-form JSON as text. The mark is the one that BigQuery knows.
   *
   * @param type a type without null
   * @return true when the type has {@code "sqlType": "JSON"}
   */
  public static boolean isJson(Schema type) {
    return type.getType() == Schema.Type.STRING && "JSON".equals(type.getProp(SQL_TYPE));
  }

  /**
   * Returns from which column of the parent's row a column is filled.
   *
   * @param field the column
   * @return the parent's column; null when the column comes from the answer
   */
  public static @Nullable String fromParent(Schema.Field field) {
    return field.getProp(FROM_PARENT);
  }

  /**
   * Names a type as people say it: {@code string}, {@code timestamp}, {@code json}, {@code list of
   * string}, {@code struct}.
   *
   * @param schema a column's type
   * @return its name
   */
  public static String typeName(Schema schema) {
    Schema type = type(schema);
    if (isTimestamp(type)) {
      return "timestamp";
    }
    if (isJson(type)) {
      return "json";
    }
    return switch (type.getType()) {
      case ARRAY -> "list of " + typeName(type.getElementType());
      case RECORD -> "struct";
      default -> type.getType().getName();
    };
  }
}
