package dev.circlebeam.sink.bigquery;

import com.google.api.services.bigquery.model.TableFieldSchema;
import com.google.api.services.bigquery.model.TableSchema;
import dev.circlebeam.catalog.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/** The catalogue's types as BigQuery's. Free-form JSON is JSON; a list is never null. */
final class BigQueryTypes {
  private static final String RECORD = "RECORD";
  private static final String REPEATED = "REPEATED";

  private BigQueryTypes() {}

  /** All columns of a table as the API spells them. */
  static TableSchema schema(TargetTable table, List<Schema.Field> columns) {
    return new TableSchema()
        .setFields(
            columns.stream()
                .map(field -> field(field).setMode(mode(table, field)))
                .collect(Collectors.toCollection(ArrayList::new)));
  }

  private static String mode(TargetTable table, Schema.Field field) {
    if (isList(field)) {
      return REPEATED;
    }
    return table.isRequired(field.name()) ? "REQUIRED" : "NULLABLE";
  }

  private static boolean isList(Schema.Field field) {
    return Column.type(field.schema()).getType() == Schema.Type.ARRAY;
  }

  private static TableFieldSchema field(Schema.Field field) {
    Schema type = Column.type(field.schema());
    boolean list = type.getType() == Schema.Type.ARRAY;
    Schema element = list ? Column.type(type.getElementType()) : type;
    TableFieldSchema column =
        new TableFieldSchema()
            .setName(field.name())
            .setType(typeName(element))
            .setMode(list ? REPEATED : "NULLABLE")
            .setDescription(field.doc());
    if (element.getType() == Schema.Type.RECORD) {
      column.setFields(
          element.getFields().stream()
              .map(BigQueryTypes::field)
              .collect(Collectors.toCollection(ArrayList::new)));
    }
    return column;
  }

  /** The names that the API answers with; it also takes those of SQL. */
  private static String typeName(Schema type) {
    if (Column.isTimestamp(type)) {
      return "TIMESTAMP";
    }
    if (type.getLogicalType() instanceof LogicalTypes.Date) {
      return "DATE";
    }
    if (Column.isJson(type)) {
      return "JSON";
    }
    return switch (type.getType()) {
      case STRING -> "STRING";
      case INT, LONG -> "INTEGER";
      case FLOAT, DOUBLE -> "FLOAT";
      case BOOLEAN -> "BOOLEAN";
      case RECORD -> RECORD;
      default -> throw new IllegalArgumentException("no column can be " + type);
    };
  }

  /** A column's type as statements spell it. */
  static String sqlType(Schema.Field field) {
    return sqlType(Column.type(field.schema()));
  }

  private static String sqlType(Schema type) {
    if (type.getType() == Schema.Type.ARRAY) {
      return "ARRAY<" + sqlType(Column.type(type.getElementType())) + ">";
    }
    if (type.getType() == Schema.Type.RECORD) {
      return type.getFields().stream()
          .map(field -> Sql.column(field.name()) + " " + sqlType(field) + description(field))
          .collect(Collectors.joining(", ", "STRUCT<", ">"));
    }
    return sqlName(typeName(type));
  }

  /** What a column is, as a statement says it; nothing when nobody did. */
  static String description(Schema.Field field) {
    return field.doc() == null ? "" : " OPTIONS (description = " + Sql.text(field.doc()) + ")";
  }

  /** A type as people say it, fields included, so that two can be compared. */
  static String shape(TableFieldSchema field) {
    String type = sqlName(field.getType());
    if (type.equals("STRUCT")) {
      type =
          field.getFields().stream()
              .map(nested -> nested.getName() + " " + shape(nested))
              .collect(Collectors.joining(", ", "STRUCT<", ">"));
    }
    return REPEATED.equals(field.getMode()) ? "ARRAY<" + type + ">" : type;
  }

  private static String sqlName(String type) {
    return switch (type) {
      case "INTEGER" -> "INT64";
      case "FLOAT" -> "FLOAT64";
      case "BOOLEAN" -> "BOOL";
      case RECORD -> "STRUCT";
      default -> type;
    };
  }
}
