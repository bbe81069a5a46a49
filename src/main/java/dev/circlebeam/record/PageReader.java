package dev.circlebeam.record;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.circlebeam.catalog.Endpoint;
import dev.circlebeam.catalog.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.generic.GenericRecord;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Reads the answers of one table: a list, mostly in CircleCI's envelope ({@code items}, {@code
 * next_page_token}), or one object. Safe for use by many threads.
 */
public final class PageReader {
  private final RowReader rows;
  private final Endpoint endpoint;
  private final List<String> fields;
  private final @Nullable OtherForm otherForm;
  private final boolean showsItems;

  /**
   * @param table the table
   * @param excluded columns that are not to be kept anywhere
   * @param syncedAt the run's start, in microseconds since 1970
   */
  public PageReader(Table table, Set<String> excluded, long syncedAt) {
    this.rows = new RowReader(table, excluded, syncedAt);
    this.endpoint = table.endpoint();
    this.fields = endpoint.rowFields();
    this.otherForm = endpoint.elsewhere() == null ? null : new OtherForm(endpoint.elsewhere());
    this.showsItems = !table.sensitive() && excluded.isEmpty();
  }

  /**
   * Reads an answer that begins its list.
   *
   * @param body UTF-8 JSON
   * @param isList whether it is a list, rather than one object
   * @param parent the parent's columns that the table inherits
   * @return what is in it
   * @throws IOException as {@link #read(byte[], boolean, Map, long)}
   */
  public Page read(byte[] body, boolean isList, Map<String, ?> parent) throws IOException {
    return read(body, isList, parent, 0);
  }

  /**
   * Reads an answer.
   *
   * @param body UTF-8 JSON
   * @param isList whether it is a list, rather than one object
   * @param parent the parent's columns that the table inherits
   * @param before how many items of the list came on earlier pages
   * @return what is in it
   * @throws IOException when it is not JSON, or not of the form that the API documents
   */
  public Page read(byte[] body, boolean isList, Map<String, ?> parent, long before)
      throws IOException {
    return read(body, isList, isList && endpoint.rows().equals(Endpoint.LIST), parent, before);
  }

  /**
   * Reads an answer from where the rows of some projects are instead.
   *
   * @param body UTF-8 JSON
   * @param parent the parent's columns that the table inherits
   * @return what is in it; items that cannot become rows in this table's form
   * @throws IOException when it is not JSON, or not of the form that is declared
   */
  public Page readElsewhere(byte[] body, Map<String, ?> parent) throws IOException {
    return read(otherForm.items(body), true, true, parent, 0);
  }

  private Page read(byte[] body, boolean isList, boolean isBare, Map<String, ?> parent, long before)
      throws IOException {
    try (JsonParser parser = Json.parser(body)) {
      if (parser.nextToken() != (isBare ? JsonToken.START_ARRAY : JsonToken.START_OBJECT)) {
        throw new JsonParseException(parser, isBare ? "not a JSON list" : "not a JSON object");
      }
      Reading reading = new Reading(parser, body, parent, before);
      if (!isList) {
        reading.item();
      } else if (isBare) {
        reading.items();
      } else if (endpoint.rows().equals(Endpoint.VALUES)) {
        reading.values();
      } else {
        reading.envelope();
      }
      if (parser.nextToken() != null) {
        throw new JsonParseException(parser, "something follows the JSON object");
      }
      return reading.page();
    }
  }

  /** One answer being read. */
  private final class Reading {
    private final JsonParser parser;
    private final byte[] body;
    private final Map<String, ?> parent;
    private final List<GenericRecord> read = new ArrayList<>();
    private final List<Page.Rejected> rejected = new ArrayList<>();
    private final Set<String> extraFields = new LinkedHashSet<>();
    private int misfits;
    private @Nullable String nextPageToken;
    private long ordinal;

    Reading(JsonParser parser, byte[] body, Map<String, ?> parent, long before) {
      this.parser = parser;
      this.body = body;
      this.parent = parent;
      this.ordinal = before;
    }

    void envelope() throws IOException {
      boolean hasItems = false;
      boolean hasToken = false;
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (FieldReaders.underscored(name).equals(fields.get(0))) {
          if (hasItems || value != JsonToken.START_ARRAY) {
            throw new JsonParseException(parser, "the items are no list, or are there twice");
          }
          hasItems = true;
          within(1);
        } else if (name.equals("next_page_token")) {
          if (hasToken) {
            throw new JsonParseException(parser, "two page tokens");
          }
          hasToken = true;
          nextPageToken = token(value);
        } else {
          parser.skipChildren();
        }
      }
      if (!hasItems) {
        throw new JsonParseException(parser, "a list without items");
      }
    }

    /** Reads a list, in whose items the rows are so many lists deeper. */
    private void within(int level) throws IOException {
      if (level == fields.size()) {
        items();
        return;
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
          throw new JsonParseException(parser, "a list of objects holds something else");
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          boolean leads = FieldReaders.underscored(parser.currentName()).equals(fields.get(level));
          if (parser.nextToken() == JsonToken.START_ARRAY && leads) {
            within(level + 1);
          } else {
            parser.skipChildren();
          }
        }
      }
    }

    void items() throws IOException {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        item();
      }
    }

    /** Reads an object whose values are items, or lists of them. */
    void values() throws IOException {
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        if (parser.nextToken() == JsonToken.START_ARRAY) {
          items();
        } else {
          item();
        }
      }
    }

    private @Nullable String token(JsonToken value) throws IOException {
      if (value == JsonToken.VALUE_NULL) {
        return null;
      }
      if (value != JsonToken.VALUE_STRING || !Surrogates.arePaired(parser.getText())) {
        throw new JsonParseException(parser, "the page token is no text");
      }
      return parser.getText().isEmpty() ? null : parser.getText();
    }

    void item() throws IOException {
      int start = (int) parser.currentTokenLocation().getByteOffset();
      long position = ordinal++;
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        parser.skipChildren();
        reject("is not an object", start);
        return;
      }
      RowReader.Outcome outcome = rows.read(parser, parent, position);
      if (outcome.row() != null) {
        misfits += outcome.misfits();
        extraFields.addAll(outcome.extraFields());
        read.add(outcome.row());
      } else {
        reject(outcome.problem(), start);
      }
    }

    private void reject(String problem, int start) throws IOException {
      // A scalar's end is only known when the parser has been made to read all of it.
      parser.finishToken();
      int end = (int) parser.currentLocation().getByteOffset();
      // In an answer that is not UTF-8 the parser does not know where it is.
      String item =
          showsItems && start >= 0
              ? new String(body, start, end - start, StandardCharsets.UTF_8)
              : null;
      rejected.add(new Page.Rejected(problem, item));
    }

    Page page() {
      return new Page(read, rejected, nextPageToken, misfits, extraFields);
    }
  }
}
