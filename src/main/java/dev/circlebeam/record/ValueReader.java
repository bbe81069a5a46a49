package dev.circlebeam.record;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.JsonTokenId;
import dev.circlebeam.catalog.Column;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
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
  record Read(@Nullable Object value, @Nullable String rest, boolean misfit) {
    static Read of(@Nullable Object value) {
      return new Read(value, null, false);
    }
  }

  private static final int LONGEST_NUMBER = 1000;
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

  static ValueReader of(Schema.Field field) {
    return Column.isMasked(field) ? new MaskedAddress() : of(field.schema());
  }

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
    return new Read(null, Json.text(parser), true);
  }

  private static BigDecimal decimal(String text) {
    if (text.length() > LONGEST_NUMBER) {
      // Its value would cost the square of its length.
      throw new NumberFormatException("too long");
    }
    return new BigDecimal(text);
  }

  private static Read orMisfit(@Nullable Object value, JsonParser parser) throws IOException {
    return value != null ? Read.of(value) : misfit(parser);
  }

  private static final class Text extends ValueReader {
    @Override
    Read readValue(JsonParser parser) throws IOException {
      String text = parser.currentToken().isScalarValue() ? parser.getText() : null;
      return orMisfit(text != null && Surrogates.arePaired(text) ? text : null, parser);
    }
  }

  /** An address of which only scheme and host are shown: people put secrets into the rest. */
  private static final class MaskedAddress extends ValueReader {
    private static final Pattern SERVER =
        Pattern.compile("^(https?)://(?:[^/?#@]*@)?([^/?#@\\s]+)");

    @Override
    Read readValue(JsonParser parser) throws IOException {
      String text = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getText() : null;
      if (text == null) {
        return misfit(parser);
      }
      Matcher server = SERVER.matcher(text);
      boolean isAddress = server.find() && Surrogates.arePaired(server.group(2));
      return Read.of(isAddress ? server.group(1) + "://" + server.group(2) + "/…" : "…");
    }
  }

  private static final class FreeForm extends ValueReader {
    @Override
    Read readValue(JsonParser parser) throws IOException {
      return Read.of(Json.text(parser));
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
              exact(decimal(parser.getText()));
          case JsonTokenId.ID_STRING -> Long.valueOf(parser.getText());
          default -> null;
        };
      } catch (ArithmeticException | NumberFormatException e) {
        return null;
      }
    }

    private static @Nullable Long exact(BigDecimal value) {
      // 1e999999999 would be written out before it is found too large.
      long digits = (long) value.precision() - value.scale();
      return digits > 19 ? null : (Long) value.longValueExact();
    }
  }

  private static final class Fraction extends ValueReader {
    @Override
    Read readValue(JsonParser parser) throws IOException {
      return orMisfit(fraction(parser), parser);
    }

    private static @Nullable Double fraction(JsonParser parser) throws IOException {
      try {
        BigDecimal exact =
            switch (parser.currentTokenId()) {
              case JsonTokenId.ID_NUMBER_INT, JsonTokenId.ID_NUMBER_FLOAT, JsonTokenId.ID_STRING ->
                  decimal(parser.getText());
              default -> null;
            };
        return exact == null ? null : nearest(exact);
      } catch (NumberFormatException e) {
        return null;
      }
    }

    private static @Nullable Double nearest(BigDecimal exact) {
      double value = exact.doubleValue();
      boolean isTooSmall = value == 0 && exact.signum() != 0;
      return Double.isFinite(value) && !isTooSmall ? value : null;
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
      this.fields = new FieldReaders(type, Set.of());
    }

    @Override
    Read readValue(JsonParser parser) throws IOException {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        return misfit(parser);
      }
      FieldReaders.Fields read = fields.read(parser);
      String rest = read.rest().isEmpty() ? null : Json.object(read.rest());
      return new Read(read.record(), rest, read.misfits() > 0);
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
      boolean isList = parser.currentToken() == JsonToken.START_ARRAY;
      String whole = Json.text(parser);
      if (!isList) {
        return new Read(null, whole, true);
      }
      List<Object> values = new ArrayList<>();
      List<String> rests = new ArrayList<>();
      boolean anyRest = false;
      boolean misfit = false;
      try (JsonParser elements = Json.parser(whole)) {
        elements.nextToken();
        while (elements.nextToken() != JsonToken.END_ARRAY) {
          Read read = item.read(elements);
          if (read.value() == null) {
            // A list of which one element does not fit is kept whole rather than with a hole.
            return new Read(null, whole, true);
          }
          values.add(read.value());
          anyRest |= read.rest() != null;
          misfit |= read.misfit();
          rests.add(read.rest() != null ? read.rest() : "{}");
        }
      }
      Object list = new GenericData.Array<>(type, values);
      return new Read(list, anyRest ? "[" + String.join(",", rests) + "]" : null, misfit);
    }
  }
}
