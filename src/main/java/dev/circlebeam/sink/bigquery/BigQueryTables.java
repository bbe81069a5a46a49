package dev.circlebeam.sink.bigquery;

import com.google.api.services.bigquery.model.TableCell;
import com.google.api.services.bigquery.model.TableRow;
import dev.circlebeam.catalog.Column;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.record.StoredTables;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Reads the tables of a dataset, by a query that reads the wanted columns and days alone. */
final class BigQueryTables implements StoredTables {
  private static final long serialVersionUID = 1L;

  private final BigQueryAccess access;

  BigQueryTables(BigQueryAccess access) {
    this.access = access;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Of lists and structs BigQuery's answers are not understood here: those columns cannot be
   * asked for.
   */
  @Override
  public void read(
      Table table,
      Set<String> columns,
      @Nullable LocalDate from,
      @Nullable LocalDate to,
      Consumer<GenericRecord> rows) {
    Schema wanted = StoredTables.schema(table, columns);
    BigQueryConnection bigQuery = access.connect();
    com.google.api.services.bigquery.model.Table there = bigQuery.table(table.name());
    if (there == null || there.getSchema() == null) {
      return;
    }
    Set<String> names =
        there.getSchema().getFields().stream()
            .map(column -> column.getName())
            .collect(Collectors.toSet());
    List<Schema.Field> fields =
        wanted.getFields().stream().filter(field -> names.contains(field.name())).toList();
    Statement query =
        Statement.query(
            "read the table " + access.dataset().nameOf(table.name()),
            "circlebeam_read_" + UUID.randomUUID(),
            sql(access.dataset(), table, fields, from, to));
    bigQuery.query(query, row -> rows.accept(row(wanted, fields, row)));
  }

  static String sql(
      BigQueryDataset dataset,
      Table table,
      List<Schema.Field> fields,
      @Nullable LocalDate from,
      @Nullable LocalDate to) {
    StringBuilder sql = new StringBuilder("SELECT\n  ");
    sql.append(fields.stream().map(BigQueryTables::selected).collect(Collectors.joining(",\n  ")));
    sql.append("\nFROM ").append(Sql.table(dataset, table.name())).append(" AS stored");
    if (table.partitionBy() != null) {
      String day = "DATE(" + Sql.column("stored", table.partitionBy()) + ")";
      List<String> conditions = new ArrayList<>();
      if (from != null) {
        conditions.add(day + " >= " + Sql.date(from));
      }
      if (to != null) {
        conditions.add(day + " <= " + Sql.date(to));
      }
      if (!conditions.isEmpty()) {
        sql.append("\nWHERE ").append(String.join("\n  AND ", conditions));
      }
      sql.append("\nORDER BY ").append(day);
    }
    return sql.toString();
  }

  private static String selected(Schema.Field field) {
    Schema type = Column.type(field.schema());
    String column = Sql.column("stored", field.name());
    return switch (type.getType()) {
      case ARRAY, RECORD, UNION, MAP ->
          throw new IllegalArgumentException(field.name() + " is no plain column");
      default ->
          Column.isTimestamp(type)
              ? "UNIX_MICROS(" + column + ") AS " + Sql.column(field.name())
              : Column.isJson(type)
                  ? "IF("
                      + column
                      + " IS NULL, NULL, TO_JSON_STRING("
                      + column
                      + ")) AS "
                      + Sql.column(field.name())
                  : column;
    };
  }

  private static GenericRecord row(Schema wanted, List<Schema.Field> fields, TableRow row) {
    GenericRecord record = new GenericData.Record(wanted);
    // The client takes a row for a map, and leaves its cells as it found them.
    List<?> cells = (List<?>) row.get("f");
    for (int i = 0; i < fields.size(); i++) {
      Object cell = cells.get(i);
      Object value =
          cell instanceof TableCell typed ? typed.getV() : ((java.util.Map<?, ?>) cell).get("v");
      Schema.Field field = fields.get(i);
      record.put(field.name(), value(value, Column.type(field.schema())));
    }
    return record;
  }

  private static @Nullable Object value(@Nullable Object value, Schema type) {
    if (value == null || com.google.api.client.util.Data.isNull(value)) {
      return null;
    }
    String text = value.toString();
    return switch (type.getType()) {
      case LONG -> Long.valueOf(text);
      case INT -> Integer.valueOf(text);
      case DOUBLE -> Double.valueOf(text);
      case BOOLEAN -> Boolean.valueOf(text);
      default -> text;
    };
  }
}
