package dev.circlebeam.record;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.JsonTokenId;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.circlebeam.catalog.Column;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Reads one JSON value into one column. A value that does not fit is not bent: the column becomes
 * null and the value is handed back.
 */
abstract class ValueReader {
  /**
   * What a value was read into.
   *
   * @param value the column's value; may be null
   * @param rest what the column could not take, as JSON; null when it took all
   * @param misfit whether the rest is a value of the wrong type, not a field nobody knows
   */
  record Read(@Nullable Object value, @Nullable JsonNode rest, boolean misfit) {
    static Read of(@Nullable Object value) {
      return new Read(value, null, false);
    }
  }

  private static final Read NULL = Read.of(null);

  /**
   * Reads the value at the parser's current token, to its end.
   *
   * @param parser at the value's first token
   * @return what was read
   * @throws IOException when the JSON is broken
   */
  final Read read(JsonParser parser) throws IOException {
    return parser.currentToken() == JsonToken.VALUE_NULL ? NULL : readValue(parser);
  }

  /** Reads a value that is not null. */
  abstract Read readValue(JsonParser parser) throws IOException;

  static ValueReader of(Schema schema) {
    Schema type = Column.type(schema);
    if (Column.isJson(type)) {
      return new FreeForm();
    }
    if (Column.isTimestamp(type)) {
      return new Moment();
    }
    return switch (type.getType()) {
      case STRING -> new Text();
      case LONG -> new Whole();
      case DOUBLE -> new Fraction();
      case BOOLEAN -> new Truth();
      case RECORD -> new Struct(type);
      case ARRAY -> new Items(type);
      default -> throw new IllegalArgumentException("no column has the type " + type);
    };
  }

  private static Read misfit(JsonParser parser) throws IOException {
    return new Read(null, Json.MAPPER.readTree(parser), true);
  }

  private static Read orMisfit(@Nullable Object value, JsonParser parser) throws IOException {
    return value != null ? Read.of(value) : misfit(parser);
  }

  private static final class Text extends ValueReader {
    @Override
    Read readValue(JsonParser parser) throws IOException {
      return orMisfit(parser.currentToken().isScalarValue() ? parser.getText() : null, parser);
    }
  }

  private static final class FreeForm extends ValueReader {
    @Override
    Read readValue(JsonParser parser) throws IOException {
      JsonNode tree = Json.MAPPER.readTree(parser);
      return Read.of(tree.toString());
    }
  }

  private static final class Moment extends ValueReader {
    @Override
    Read readValue(JsonParser parser) throws IOException {
      boolean text = parser.currentToken() == JsonToken.VALUE_STRING;
      return orMisfit(text ? Timestamps.parseMicros(parser.getText()) : null, parser);
    }
  }

  private static final class Whole extends ValueReader {
    @Override
    Read readValue(JsonParser parser) throws IOException {
      return orMisfit(whole(parser), parser);
    }

    private static @Nullable Long whole(JsonParser parser) throws IOException {
      try {
        return switch (parser.currentTokenId()) {
          case JsonTokenId.ID_NUMBER_INT, JsonTokenId.ID_NUMBER_FLOAT ->
              exact(parser.getDecimalValue());
          case JsonTokenId.ID_STRING -> Long.valueOf(parser.getText());
          default -> null;
        };
      } catch (ArithmeticException | NumberFormatException e) {
        return null;
      }
    }

    private static @Nullable Long exact(BigDecimal value) {
      // 1e999999999 would be written out before it is found too large.
      return value.precision() - value.scale() > 19 ? null : (Long) value.longValueExact();
    }
  }

  private static final class Fraction extends ValueReader {
    @Override
    Read readValue(JsonParser parser) throws IOException {
      return orMisfit(fraction(parser), parser);
    }

    private static @Nullable Double fraction(JsonParser parser) throws IOException {
      try {
        double value =
            switch (parser.currentTokenId()) {
              case JsonTokenId.ID_NUMBER_INT, JsonTokenId.ID_NUMBER_FLOAT ->
                  parser.getDecimalValue().doubleValue();
              case JsonTokenId.ID_STRING -> Double.parseDouble(parser.getText());
              default -> Double.NaN;
            };
        return Double.isFinite(value) ? value : null;
      } catch (NumberFormatException e) {
        return null;
      }
    }
  }

  private static final class Truth extends ValueReader {
    @Override
    Read readValue(JsonParser parser) throws IOException {
      Boolean value =
          switch (parser.currentTokenId()) {
            case JsonTokenId.ID_TRUE -> Boolean.TRUE;
            case JsonTokenId.ID_FALSE -> Boolean.FALSE;
            case JsonTokenId.ID_STRING ->
                switch (parser.getText()) {
                  case "true" -> Boolean.TRUE;
                  case "false" -> Boolean.FALSE;
                  default -> null;
                };
            default -> null;
          };
      return orMisfit(value, parser);
    }
  }

  private static final class Struct extends ValueReader {
    private final FieldReaders fields;

    Struct(Schema type) {
      this.fields = new FieldReaders(type);
    }

    @Override
    Read readValue(JsonParser parser) throws IOException {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        return misfit(parser);
      }
      FieldReaders.Fields read = fields.read(parser);
      return new Read(read.record(), read.rest(), read.misfits() > 0);
    }
  }

  private static final class Items extends ValueReader {
    private final ValueReader item;
    private final Schema type;

    Items(Schema type) {
      this.type = type;
      this.item = of(type.getElementType());
    }

    @Override
    Read readValue(JsonParser parser) throws IOException {
      JsonNode whole = Json.MAPPER.readTree(parser);
      if (!whole.isArray()) {
        return new Read(null, whole, true);
      }
      List<Object> values = new ArrayList<>();
      ArrayNode rests = Json.MAPPER.createArrayNode();
      boolean anyRest = false;
      boolean misfit = false;
      for (JsonNode element : whole) {
        Read read = readElement(element);
        if (read.value() == null) {
          // A list of which one element does not fit is kept whole rather than with a hole.
          return new Read(null, whole, true);
        }
        values.add(read.value());
        anyRest |= read.rest() != null;
        misfit |= read.misfit();
        rests.add(read.rest() != null ? read.rest() : emptyObject());
      }
      Object list = new org.apache.avro.generic.GenericData.Array<>(type, values);
      return new Read(list, anyRest ? rests : null, misfit);
    }

    private Read readElement(JsonNode element) throws IOException {
      try (JsonParser parser = element.traverse(Json.MAPPER)) {
        parser.nextToken();
        return item.read(parser);
      }
    }

    private static ObjectNode emptyObject() {
      return Json.MAPPER.createObjectNode();
    }
  }
}
