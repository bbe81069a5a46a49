package dev.circlebeam.sink.bigquery;

import com.google.api.services.bigquery.model.TableSchema;
import dev.circlebeam.catalog.Column;
import dev.circlebeam.record.TableRecord;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.io.gcp.bigquery.AvroWriteRequest;
import org.apache.beam.sdk.io.gcp.bigquery.DynamicDestinations;
import org.apache.beam.sdk.io.gcp.bigquery.TableDestination;
import org.apache.beam.sdk.values.ValueInSingleWindow;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Sends each row to its table's staging table, in the form that load jobs want. */
final class StagingTables extends DynamicDestinations<TableRecord, String> {
  private static final long serialVersionUID = 1L;

  private final BigQueryDataset dataset;
  private final Staging staging;
  private final TargetTables targets;

  StagingTables(BigQueryDataset dataset, Staging staging, TargetTables targets) {
    this.dataset = dataset;
    this.staging = staging;
    this.targets = targets;
  }

  @Override
  public String getDestination(ValueInSingleWindow<TableRecord> element) {
    return element.getValue().table();
  }

  @Override
  public Coder<String> getDestinationCoder() {
    return StringUtf8Coder.of();
  }

  @Override
  public TableDestination getTable(String table) {
    return new TableDestination(dataset.reference(staging.table(table)), null);
  }

  @Override
  public TableSchema getSchema(String table) {
    TargetTable target = targets.of(table);
    return BigQueryTypes.schema(target, Staging.columns(target));
  }

  /**
   * Makes a staged row.
   *
   * @param request a row, and the schema that Beam made of the staging table's
   * @return its columns and when it arrived; lists are empty where they were null
   */
  static GenericRecord row(AvroWriteRequest<TableRecord> request) {
    GenericRecord row = request.getElement().row();
    GenericRecord staged = new GenericData.Record(request.getSchema());
    for (Schema.Field field : request.getSchema().getFields()) {
      Object value =
          field.name().equals(MergeSql.ARRIVED_AT)
              ? request.getElement().arrivedMicros()
              : row.get(field.name());
      staged.put(field.pos(), converted(value, field.schema()));
    }
    return staged;
  }

  private static @Nullable Object converted(@Nullable Object value, Schema schema) {
    Schema type = Column.type(schema);
    if (type.getType() == Schema.Type.ARRAY) {
      Iterable<?> list = value == null ? List.of() : (Iterable<?>) value;
      return StreamSupport.stream(list.spliterator(), false)
          .map(element -> converted(element, type.getElementType()))
          .toList();
    }
    if (value instanceof GenericRecord record) {
      GenericRecord copy = new GenericData.Record(type);
      for (Schema.Field field : type.getFields()) {
        copy.put(field.pos(), converted(record.get(field.name()), field.schema()));
      }
      return copy;
    }
    return value;
  }
}
