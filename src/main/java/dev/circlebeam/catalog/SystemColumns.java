package dev.circlebeam.catalog;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;

/** The columns that every table has, and no declaration need repeat. */
final class SystemColumns {
  private SystemColumns() {}

  /**
   * Adds them at the end.
   *
   * @param declared the columns of a declaration
   * @return those, then {@link Table#EXTRA} and {@link Table#SYNCED_AT}
   */
  static Schema after(Schema declared) {
    List<Schema.Field> fields = new ArrayList<>();
    declared.getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
    Schema json = SchemaBuilder.builder().stringBuilder().prop("sqlType", "JSON").endString();
    fields.add(
        new Schema.Field(
            Table.EXTRA,
            SchemaBuilder.unionOf().nullType().and().type(json).endUnion(),
            "JSON of what no column took: fields that the catalogue does not know, and values that"
                + " do not fit their column. Null when there was nothing.",
            Schema.Field.NULL_DEFAULT_VALUE));
    Schema timestamp = LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG));
    fields.add(
        new Schema.Field(Table.SYNCED_AT, timestamp, "When the run started that wrote this row."));
    Schema whole =
        Schema.createRecord(declared.getName(), declared.getDoc(), declared.getNamespace(), false);
    whole.setFields(fields);
    return whole;
  }
}
