package dev.circlebeam.record;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;

/**
 * JSON copied as it came: numbers to the digit, fields in their order, a name that stands there
 * twice twice. A tree would make something else of {@code 1e400}, {@code -0} and the like.
 */
final class Json {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          // Copied, however long; who makes numbers of them looks at the length first.
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNumberLength(Integer.MAX_VALUE).build())
          // Some names are data that never comes again, as the ids of jobs in "requires".
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  /**
   * A field as it came.
   *
   * @param name its name
   * @param value its value's JSON
   */
  record Field(String name, String value) {}

  private Json() {}

  static JsonParser parser(byte[] json) throws IOException {
    return FACTORY.createParser(json);
  }

  static JsonGenerator generator(OutputStream out) throws IOException {
    return FACTORY.createGenerator(out);
  }

  static JsonParser parser(String json) throws IOException {
    return FACTORY.createParser(json);
  }

  /**
   * Copies the value at the parser's current token, to its end.
   *
   * @param parser at the value's first token
   * @return the value's JSON, without blanks; can be written as UTF-8 without loss
   * @throws IOException when the JSON is broken
   */
  static String text(JsonParser parser) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = FACTORY.createGenerator(text)) {
      int depth = 0;
      for (JsonToken token = parser.currentToken(); ; token = parser.nextToken()) {
        if (token.isNumeric()) {
          out.writeNumber(parser.getText());
        } else {
          out.copyCurrentEvent(parser);
        }
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (depth == 0) {
          break;
        }
      }
    }
    return Surrogates.escape(text.toString());
  }

  /**
   * Makes an object of fields.
   *
   * @param fields in their order
   * @return its JSON
   */
  static String object(Iterable<Field> fields) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = FACTORY.createGenerator(text)) {
      out.writeStartObject();
      for (Field field : fields) {
        out.writeFieldName(field.name);
        out.writeRawValue(field.value);
      }
      out.writeEndObject();
    }
    return Surrogates.escape(text.toString());
  }
}
