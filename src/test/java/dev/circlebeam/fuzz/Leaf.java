package dev.circlebeam.fuzz;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A value of a JSON text that holds no other: scalars, and objects and lists without anything in
 * them.
 *
 * @param path the names and numbers that lead to it, as a JSON pointer
 * @param isText whether it is a string
 * @param text a string's characters; anything else as it is written
 */
public record Leaf(String path, boolean isText, String text) {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNumberLength(Integer.MAX_VALUE).build())
          .build();

  /** Returns all leaves of a text, in their order. */
  public static List<Leaf> of(byte[] json) throws IOException {
    try (JsonParser parser = FACTORY.createParser(json)) {
      return all(parser);
    }
  }

  /** Returns all leaves of a text, in their order. */
  public static List<Leaf> of(String json) throws IOException {
    try (JsonParser parser = FACTORY.createParser(json)) {
      return all(parser);
    }
  }

  private static List<Leaf> all(JsonParser parser) throws IOException {
    List<Leaf> leaves = new ArrayList<>();
    parser.nextToken();
    value(parser, "", leaves);
    if (parser.nextToken() != null) {
      throw new IOException("more than one value");
    }
    return leaves;
  }

  private static void value(JsonParser parser, String path, List<Leaf> leaves) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == null) {
      throw new IOException("no value");
    }
    if (!token.isStructStart()) {
      leaves.add(new Leaf(path, token == JsonToken.VALUE_STRING, parser.getText()));
      return;
    }
    int n = 0;
    while (!parser.nextToken().isStructEnd()) {
      if (parser.currentToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName().replace("~", "~0").replace("/", "~1");
        parser.nextToken();
        value(parser, path + "/" + name, leaves);
      } else {
        value(parser, path + "/" + n, leaves);
      }
      n++;
    }
    if (n == 0) {
      leaves.add(new Leaf(path, false, token == JsonToken.START_OBJECT ? "{}" : "[]"));
    }
  }

  /** Returns the same leaf below a path, without what leads to that. */
  public Leaf below(String prefix) {
    return new Leaf(path.substring(prefix.length()), isText, text);
  }

  /** Tells whether it lies below a path. */
  public boolean isBelow(String prefix) {
    return path.equals(prefix) || path.startsWith(prefix + "/");
  }

  /** Tells whether it is null. */
  public boolean isNull() {
    return !isText && text.equals("null");
  }
}
