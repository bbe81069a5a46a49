package dev.circlebeam.record;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.common.base.Splitter;
import dev.circlebeam.catalog.Column;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A column that is taken from others of its row: the first of several places that holds a text.
 *
 * @param name the column's name
 * @param position where it is in the row
 * @param places by column and then by field, where to look
 */
record Derived(String name, int position, List<List<String>> places) {
  /** Returns the columns of a table that are derived. */
  static List<Derived> columns(Schema schema) {
    return schema.getFields().stream()
        .filter(field -> !Column.firstOf(field).isEmpty())
        .map(
            field ->
                new Derived(
                    field.name(),
                    field.pos(),
                    Column.firstOf(field).stream()
                        .map(place -> Splitter.on('.').splitToList(place))
                        .toList()))
        .toList();
  }

  /** Puts it into a row whose other columns are there. */
  void fill(GenericRecord row) {
    for (List<String> place : places) {
      String text = text(row.get(place.get(0)), place.subList(1, place.size()));
      if (text != null && !text.isEmpty()) {
        row.put(position, text);
        return;
      }
    }
  }

  private static @Nullable String text(@Nullable Object value, List<String> fields) {
    if (value == null) {
      return null;
    }
    if (value instanceof GenericRecord struct && !fields.isEmpty()) {
      return text(struct.get(fields.get(0)), fields.subList(1, fields.size()));
    }
    if (fields.isEmpty()) {
      return value instanceof CharSequence ? value.toString() : null;
    }
    try (JsonParser parser = Json.parser(value.toString())) {
      parser.nextToken();
      for (String field : fields) {
        if (!goTo(field, parser)) {
          return null;
        }
      }
      // Half a character, which no column can hold, may be spelled out in JSON.
      boolean isText = parser.currentToken() == JsonToken.VALUE_STRING;
      return isText && Surrogates.arePaired(parser.getText()) ? parser.getText() : null;
    } catch (IOException e) {
      throw new UncheckedIOException("what was read as JSON is none", e);
    }
  }

  /** Goes on to the value of a field, if the parser is at an object that has it. */
  private static boolean goTo(String field, JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      return false;
    }
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      boolean isIt = parser.currentName().equals(field);
      parser.nextToken();
      if (isIt) {
        return true;
      }
      parser.skipChildren();
    }
    return false;
  }
}
