package dev.circlebeam.record;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import com.google.common.base.Ascii;
import dev.circlebeam.catalog.Column;
import dev.circlebeam.catalog.Table;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.avro.Schema;

/**
 * Reads CSV with a header into rows: columns by name, in whatever order and case. A field that is
 * empty, or {@code \N}, is null; {@code Y} and {@code N} are true and false; a date is its first
 * moment. All else is as in JSON: what does not fit its column, or has none, is in {@code _extra}.
 */
public final class CsvPages {
  /** Enough that a page is worth its costs, and few enough to be held. */
  private static final int PAGE = 1000;

  private static final char BYTE_ORDER_MARK = '\uFEFF';
  private static final int DATE = "2026-01-31".length();
  private static final CsvMapper CSV =
      CsvMapper.builder().enable(CsvParser.Feature.SKIP_EMPTY_LINES).build();
  private static final CsvSchema BY_NAME =
      CsvSchema.emptySchema().withHeader().withNullValue("\\N");

  private final Table table;
  private final PageReader rows;

  /** Takes the rows of a file, a page at a time. */
  @FunctionalInterface
  public interface Pages {
    /**
     * Takes rows.
     *
     * @param page some of the file's rows, and what cannot become one
     * @throws IOException to read no further
     */
    void page(Page page) throws IOException;
  }

  /**
   * @param table what the rows are of
   * @param rows reads items into rows
   */
  public CsvPages(Table table, PageReader rows) {
    this.table = table;
    this.rows = rows;
  }

  /**
   * Reads a file to its end.
   *
   * @param in the file; closed by the caller
   * @param parent the parent's columns that the table inherits
   * @param pages takes what comes
   * @throws IOException when the file breaks off or is no CSV; pages before that were taken
   */
  public void read(InputStream in, Map<String, ?> parent, Pages pages) throws IOException {
    // A byte that is no UTF-8 must not cost a file of a million rows.
    PushbackReader text = new PushbackReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    if (!skipByteOrderMark(text)) {
      return;
    }
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    try (MappingIterator<Map<String, String>> lines =
        CSV.readerForMapOf(String.class)
            .with(BY_NAME)
            .without(JsonParser.Feature.AUTO_CLOSE_SOURCE)
            .readValues(text)) {
      while (lines.hasNextValue()) {
        json.reset();
        try (JsonGenerator page = Json.generator(json)) {
          page.writeStartArray();
          for (int n = 0; n < PAGE && lines.hasNextValue(); n++) {
            write(lines.nextValue(), page);
          }
          page.writeEndArray();
        }
        pages.page(rows.read(json.toByteArray(), true, parent, 0));
      }
    }
  }

  /** Comes to the header; tells whether there is one. */
  private static boolean skipByteOrderMark(PushbackReader text) throws IOException {
    int first = text.read();
    if (first >= 0 && first != BYTE_ORDER_MARK) {
      text.unread(first);
    }
    return first >= 0;
  }

  private void write(Map<String, String> line, JsonGenerator page) throws IOException {
    page.writeStartObject();
    for (Map.Entry<String, String> field : line.entrySet()) {
      String value = field.getValue();
      if (value == null || value.isEmpty()) {
        continue;
      }
      String name = Ascii.toLowerCase(field.getKey()).strip();
      Schema.Field column = table.schema().getField(name);
      page.writeStringField(name, column == null ? value : inJson(value, column));
    }
    page.writeEndObject();
  }

  private static String inJson(String value, Schema.Field column) {
    Schema type = Column.type(column.schema());
    if (type.getType() == Schema.Type.BOOLEAN) {
      return switch (value) {
        case "Y", "y" -> "true";
        case "N", "n" -> "false";
        default -> Ascii.toLowerCase(value);
      };
    }
    boolean isDate = Column.isTimestamp(type) && value.length() == DATE;
    return isDate ? value + "T00:00:00Z" : value;
  }
}
