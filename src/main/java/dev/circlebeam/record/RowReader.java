package dev.circlebeam.record;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.circlebeam.catalog.Column;
import dev.circlebeam.catalog.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
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

  private record Inherited(int position, String source, ValueReader values) {}

  private final Table table;
  private final Set<String> excluded;
  private final FieldReaders fields;
  private final Map<String, Inherited> inherited = new LinkedHashMap<>();
  private final List<Schema.Field> ordinals;
  private final List<Derived> derived;
  private final List<Schema.Field> emptyWhenAbsent;

  /** The columns of the key of which the item must fill one; none where it has a number. */
  private final List<String> ownKey;

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
    for (Schema.Field field : schema.getFields()) {
      String source = Column.fromParent(field);
      if (source != null) {
        ValueReader values = ValueReader.of(field.schema());
        inherited.put(field.name(), new Inherited(field.pos(), source, values));
      }
    }
    this.ordinals = schema.getFields().stream().filter(Column::isOrdinal).toList();
    this.derived = Derived.columns(schema);
    this.emptyWhenAbsent = schema.getFields().stream().filter(Column::isEmptyWhenAbsent).toList();
    boolean isNumbered = ordinals.stream().anyMatch(f -> table.primaryKey().contains(f.name()));
    this.ownKey =
        table.primaryKey().stream()
            .filter(column -> !isNumbered && !inherited.containsKey(column))
            .toList();
    // What the item says of the parent's columns, or of ours, is neither lost nor believed.
    Set<String> notRead = new HashSet<>(inherited.keySet());
    notRead.add(Table.EXTRA);
    notRead.add(Table.SYNCED_AT);
    ordinals.forEach(field -> notRead.add(field.name()));
    derived.forEach(column -> notRead.add(column.name()));
    this.fields = new FieldReaders(schema, notRead);
  }

  /**
   * Reads an item to its end.
   *
   * @param parser at the item's opening brace
   * @param parent the parent's columns that the table inherits
   * @param ordinal the item's place in its list
   * @return the row, or why there is none
   * @throws IOException when the JSON is broken
   */
  Outcome read(JsonParser parser, Map<String, ?> parent, long ordinal) throws IOException {
    FieldReaders.Fields read = fields.read(parser);
    GenericRecord row = read.record();
    inherited.values().forEach(column -> row.put(column.position, parent.get(column.source)));
    ordinals.forEach(field -> row.put(field.pos(), ordinal));
    row.put(syncedAtPosition, syncedAt);
    for (Derived column : derived) {
      column.fill(row);
    }
    for (Schema.Field field : emptyWhenAbsent) {
      if (row.get(field.pos()) == null) {
        row.put(field.pos(), "");
      }
    }
    List<Json.Field> extra = new ArrayList<>(0);
    for (Json.Field field : read.rest()) {
      String name = FieldReaders.underscored(field.name());
      if (!excluded.contains(name) && !table.dropped().contains(name) && !repeats(field, parent)) {
        extra.add(field);
      }
    }
    if (!table.sensitive() && !extra.isEmpty()) {
      row.put(extraPosition, Json.object(extra));
    }
    String problem = problem(row);
    List<String> names = extra.stream().map(field -> Surrogates.replace(field.name())).toList();
    return new Outcome(problem == null ? row : null, problem, read.misfits(), names);
  }

  /** Tells whether a field says, or leaves open, what the column has from the parent. */
  private boolean repeats(Json.Field field, Map<String, ?> parent) throws IOException {
    Inherited column = inherited.get(FieldReaders.underscored(field.name()));
    if (column == null) {
      return false;
    }
    try (JsonParser parser = Json.parser(field.value())) {
      ValueReader.Read own =
          parser.nextToken() == JsonToken.VALUE_NULL ? null : column.values.read(parser);
      return own == null || (own.rest() == null && own.value().equals(parent.get(column.source)));
    }
  }

  private @Nullable String problem(GenericRecord row) {
    for (String column : table.primaryKey()) {
      Object value = row.get(column);
      boolean mayBeEmpty = Column.isEmptyWhenAbsent(table.schema().getField(column));
      if (value == null || (value.toString().isEmpty() && !mayBeEmpty)) {
        return "has no usable " + column + ", which is part of the primary key";
      }
    }
    if (!ownKey.isEmpty() && ownKey.stream().allMatch(c -> row.get(c).toString().isEmpty())) {
      return "has nothing of its primary key: " + String.join(", ", ownKey);
    }
    String date = table.partitionBy();
    if (date != null && row.get(date) == null) {
      return "has no usable " + date + ", which decides its partition";
    }
    return null;
  }
}
