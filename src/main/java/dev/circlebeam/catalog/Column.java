package dev.circlebeam.catalog;

import java.util.List;
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
  private static final String ORDINAL = "ordinal";
  private static final String MASK = "mask";
  private static final String FIRST_OF = "firstOf";

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
   * Tells whether a column holds a row's place in its list, from 0 on.
   *
   * @param field the column
   * @return true when it is counted rather than read
   */
  public static boolean isOrdinal(Schema.Field field) {
    return Boolean.TRUE.equals(field.getObjectProp(ORDINAL));
  }

  /**
   * Tells whether a column holds an address of which only the server is shown.
   *
   * @param field the column, or a field inside of one
   * @return true when the rest of the address may be secret
   */
  public static boolean isMasked(Schema.Field field) {
    return field.getProp(MASK) != null;
  }

  /** Tells whether a column, or a field inside of it, is masked. */
  static boolean hasMask(Schema.Field field) {
    Schema type = type(field.schema());
    Schema inner = type.getType() == Schema.Type.ARRAY ? type.getElementType() : type;
    return isMasked(field)
        || (inner.getType() == Schema.Type.RECORD
            && inner.getFields().stream().anyMatch(Column::hasMask));
  }

  /**
   * Returns where a column's value is taken from that no single field of the answer holds.
   *
   * @param field the column
   * @return paths such as {@code vcs.branch}, of which the first that holds a text counts; empty
   *     for columns that the answer has
   */
  public static List<String> firstOf(Schema.Field field) {
    Object paths = field.getObjectProp(FIRST_OF);
    return paths instanceof List<?> list ? list.stream().map(String::valueOf).toList() : List.of();
  }

  /**
   * Tells whether a column is empty rather than null when there is no value, so that it can be part
   * of a key.
   *
   * @param field the column
   * @return true for a text whose default is the empty one
   */
  public static boolean isEmptyWhenAbsent(Schema.Field field) {
    return field.schema().getType() == Schema.Type.STRING && field.hasDefaultValue();
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
