package dev.circlebeam.record;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
   * @param rest what none took, in its order; a name may be there twice
   * @param misfits how many values had the wrong type
   */
  record Fields(GenericRecord record, List<Json.Field> rest, int misfits) {}

  private record Reader(int position, ValueReader values) {}

  private final Schema schema;
  private final Map<String, Reader> readers = new HashMap<>();

  /**
   * @param schema the record's
   * @param notRead names of the record's fields that no JSON is read into
   */
  FieldReaders(Schema schema, Set<String> notRead) {
    this.schema = schema;
    for (Schema.Field field : schema.getFields()) {
      if (!notRead.contains(field.name())) {
        readers.put(field.name(), new Reader(field.pos(), ValueReader.of(field)));
      }
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
    List<Json.Field> rest = new ArrayList<>(0);
    int misfits = 0;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      Reader reader = readers.get(name);
      if (reader == null) {
        reader = readers.get(underscored(name));
      }
      @Nullable String left;
      if (reader == null || record.get(reader.position) != null) {
        // Nobody's, or a second value for a column that has one (in the other spelling, perhaps).
        left = Json.text(parser);
      } else {
        ValueReader.Read read = reader.values.read(parser);
        record.put(reader.position, read.value());
        left = read.rest();
        misfits += read.misfit() ? 1 : 0;
      }
      if (left != null) {
        rest.add(new Json.Field(name, left));
      }
    }
    return new Fields(record, rest, misfits);
  }

  /** The API's description spells some keys with hyphens that the wire has as underscores. */
  static String underscored(String name) {
    return name.replace('-', '_');
  }
}
