package dev.circlebeam.state;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import org.checkerframework.checker.nullness.qual.Nullable;

/** A state's form in its file. What is read is what was written, or is refused. */
final class StateJson {
  private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999999Z");
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .addModule(
              new SimpleModule()
                  .addDeserializer(Instant.class, new Moment())
                  .addKeyDeserializer(Instant.class, new MomentAsKey()))
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .withCoercionConfigDefaults(
              defaults -> defaults.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail))
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .build();

  private StateJson() {}

  /**
   * Writes a state.
   *
   * @param state the state
   * @return the file's bytes
   * @throws JsonProcessingException never, for a state that was made of what a run has read
   */
  static byte[] write(SyncState state) throws JsonProcessingException {
    return JSON.writeValueAsBytes(state);
  }

  /**
   * Reads a state.
   *
   * @param bytes the file's
   * @return the state; null when it is of another version
   * @throws IOException when it is none
   */
  static @Nullable SyncState read(byte[] bytes) throws IOException {
    // The version first: what another one wrote need not fit this one's form.
    JsonNode json = JSON.readTree(bytes);
    if (!json.path("version").isInt()) {
      throw new IOException("it names no version");
    }
    boolean readable = json.path("version").asInt() == SyncState.VERSION;
    return readable ? JSON.treeToValue(json, SyncState.class) : null;
  }

  /** Reads a moment that can be reckoned with: Java's own go a billion years either way. */
  private static Instant moment(String text) {
    Instant moment = Instant.parse(text);
    if (moment.isBefore(FIRST) || moment.isAfter(LAST)) {
      throw new DateTimeException("no moment of the years 1 to 9999");
    }
    return moment;
  }

  private static final class Moment extends StdScalarDeserializer<Instant> {
    private static final long serialVersionUID = 1L;

    Moment() {
      super(Instant.class);
    }

    @Override
    public Instant deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      String text = parser.getText();
      try {
        return moment(text);
      } catch (DateTimeException e) {
        return (Instant) context.handleWeirdStringValue(Instant.class, text, "no time");
      }
    }
  }

  private static final class MomentAsKey extends KeyDeserializer {
    @Override
    public Object deserializeKey(String key, DeserializationContext context) throws IOException {
      try {
        return moment(key);
      } catch (DateTimeException e) {
        return context.handleWeirdKey(Instant.class, key, "no time");
      }
    }
  }
}
