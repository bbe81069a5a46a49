package dev.circlebeam.record;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Reads a JSON object, field by field, into an Avro record. */
final class FieldReaders {
  /**
   * An object that was read.
   *
   * @param record what fields took
   * @param rest what none took; null when there was nothing
   * @param misfits how many values had the wrong type
   */
  record Fields(GenericRecord record, @Nullable ObjectNode rest, int misfits) {}

  private record Reader(int position, ValueReader values) {}

  private final Schema schema;
  private final Map<String, Reader> readers = new HashMap<>();

  /**
   * @param schema the record's
   */
  FieldReaders(Schema schema) {
    this.schema = schema;
    for (Schema.Field field : schema.getFields()) {
      readers.put(field.name(), new Reader(field.pos(), ValueReader.of(field.schema())));
    }
  }

  /**
   * Reads an object to its end.
   *
   * @param parser at the object's start
   * @return what was read
   * @throws IOException when the JSON is broken
   */
  Fields read(JsonParser parser) throws IOException {
    GenericRecord record = new GenericData.Record(schema);
    ObjectNode rest = null;
    int misfits = 0;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      Reader reader = readers.get(name);
      if (reader == null) {
        // The API's description spells some keys with hyphens that the wire has as underscores.
        reader = readers.get(name.replace('-', '_'));
      }
      JsonNode left = null;
      if (reader == null || record.get(reader.position) != null) {
        // Nobody's, or a second value for a column that has one (in the other spelling, perhaps).
        left = Json.MAPPER.readTree(parser);
      } else {
        ValueReader.Read read = reader.values.read(parser);
        record.put(reader.position, read.value());
        left = read.rest();
        misfits += read.misfit() ? 1 : 0;
      }
      if (left != null) {
        rest = rest != null ? rest : Json.MAPPER.createObjectNode();
        rest.set(name, left);
      }
    }
    return new Fields(record, rest, misfits);
  }
}
