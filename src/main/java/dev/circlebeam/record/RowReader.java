package dev.circlebeam.record;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.circlebeam.catalog.Column;
import dev.circlebeam.catalog.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Reads the items of one table's answers into rows. Safe for use by many threads. */
final class RowReader {
  /**
   * A row, or why there is none.
   *
   * @param row the row; null when the item cannot become one
   * @param problem what is missing; null when there is a row
   * @param misfits how many values had the wrong type for their column
   * @param extraFields names of the fields that are in {@code _extra}
   */
  record Outcome(
      @Nullable GenericRecord row,
      @Nullable String problem,
      int misfits,
      List<String> extraFields) {}

  private record Inherited(int position, String name, String source) {}

  private final Table table;
  private final Set<String> excluded;
  private final FieldReaders fields;
  private final List<Inherited> inherited = new ArrayList<>();
  private final int extraPosition;
  private final int syncedAtPosition;
  private final long syncedAt;

  /**
   * @param table the table
   * @param excluded columns that nobody wants to have: read where something depends on them, but
   *     never kept in {@code _extra}
   * @param syncedAt the run's start, in microseconds since 1970
   */
  RowReader(Table table, Set<String> excluded, long syncedAt) {
    this.table = table;
    this.excluded = excluded;
    this.syncedAt = syncedAt;
    Schema schema = table.schema();
    this.extraPosition = schema.getField(Table.EXTRA).pos();
    this.syncedAtPosition = schema.getField(Table.SYNCED_AT).pos();
    this.fields = new FieldReaders(schema);
    for (Schema.Field field : schema.getFields()) {
      String source = Column.fromParent(field);
      if (source != null) {
        inherited.add(new Inherited(field.pos(), field.name(), source));
      }
    }
  }

  /**
   * Reads an item to its end.
   *
   * @param parser at the item's opening brace
   * @param parent the parent's columns that the table inherits
   * @return the row, or why there is none
   * @throws IOException when the JSON is broken
   */
  Outcome read(JsonParser parser, Map<String, ?> parent) throws IOException {
    FieldReaders.Fields read = fields.read(parser);
    GenericRecord row = read.record();
    ObjectNode rest = read.rest();
    // The API has no such fields; were one to come, it would be neither lost nor believed.
    rest = disown(row, extraPosition, Table.EXTRA, rest);
    rest = disown(row, syncedAtPosition, Table.SYNCED_AT, rest);
    for (Inherited column : inherited) {
      Object value = parent.get(column.source);
      Object own = row.get(column.position);
      if (own != null && !own.equals(value)) {
        rest = disown(row, column.position, column.name, rest);
      }
      row.put(column.position, value);
    }
    row.put(syncedAtPosition, syncedAt);
    List<String> extraFields = new ArrayList<>();
    if (rest != null) {
      rest.fieldNames().forEachRemaining(extraFields::add);
      extraFields.removeIf(name -> excluded.contains(name.replace('-', '_')));
      if (!table.sensitive() && !extraFields.isEmpty()) {
        row.put(extraPosition, rest.retain(extraFields).toString());
      }
    }
    String problem = problem(row);
    return new Outcome(problem == null ? row : null, problem, read.misfits(), extraFields);
  }

  private static @Nullable ObjectNode disown(
      GenericRecord row, int position, String name, @Nullable ObjectNode rest) {
    Object value = row.get(position);
    if (value == null) {
      return rest;
    }
    ObjectNode kept = rest != null ? rest : Json.MAPPER.createObjectNode();
    kept.putPOJO(name, value);
    row.put(position, null);
    return kept;
  }

  private @Nullable String problem(GenericRecord row) {
    for (String column : table.primaryKey()) {
      Object value = row.get(column);
      if (value == null || value.toString().isEmpty()) {
        return "has no usable " + column + ", which is part of the primary key";
      }
    }
    String date = table.partitionBy();
    if (date != null && row.get(date) == null) {
      return "has no usable " + date + ", which decides its partition";
    }
    return null;
  }
}
