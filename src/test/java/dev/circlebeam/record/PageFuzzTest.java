package dev.circlebeam.record;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Column;
import dev.circlebeam.catalog.Endpoint;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.fuzz.Choices;
import dev.circlebeam.fuzz.Fuzzing;
import dev.circlebeam.fuzz.Leaf;
import dev.circlebeam.fuzz.OddJson;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.Timeout;

/** Whatever an answer is: rows that lost nothing, or an {@link IOException}. */
public class PageFuzzTest {
  private static final TableRecordCoder KINDS = TableRecordCoder.of(PageReaderTest.KINDS_ALONE);
  private static final TableRecordCoder BUILT_IN = TableRecordCoder.of(Catalog.builtIn());
  private static final List<Table> TABLES = tables();
  private static final Map<String, PageReader> READERS = new HashMap<>();
  private static final Map<String, List<String>> NAMES = new HashMap<>();

  /** An item with nothing in it, of which all of the key may come from elsewhere. */
  private static final List<Leaf> NOTHING = List.of(new Leaf("", false, "{}"));

  private static final AtomicInteger ROWS = new AtomicInteger();
  private static final AtomicInteger EXTRAS = new AtomicInteger();

  static {
    for (Table table : TABLES) {
      READERS.put(table.name(), new PageReader(table, Set.of(), 1L));
      NAMES.put(table.name(), new ArrayList<>());
      names(table.schema(), NAMES.get(table.name()));
    }
  }

  @Rule public final Timeout limit = Timeout.seconds(600);

  @Test
  public void givenAnyAnswer_thenNothingIsLostAndNothingButIoExceptionsIsThrown() {
    Fuzzing.run("pages", PageFuzzTest::fuzzerTestOneInput);
    assertTrue("rows: " + ROWS, ROWS.get() > 100);
    assertTrue("rows with _extra: " + EXTRAS, EXTRAS.get() > 100);
  }

  /** Reads one answer; what Jazzer calls. */
  public static void fuzzerTestOneInput(byte[] data) throws IOException {
    Choices choices = new Choices(data);
    Table table = choices.of(TABLES);
    byte[] body = body(table, choices);
    boolean isList = table.paginated();
    Page page;
    try {
      page = READERS.get(table.name()).read(body, isList, parent(table));
    } catch (IOException e) {
      return;
    }
    if (!isWholeKept(table)) {
      for (GenericRecord row : page.rows()) {
        travelled(table, row);
      }
      return;
    }
    List<List<Leaf>> items = items(Leaf.of(body), prefix(table));
    assertEquals(items.size(), page.rows().size() + page.rejected().size());
    List<List<Leaf>> kept = new ArrayList<>(items);
    for (Page.Rejected rejected : page.rejected()) {
      if (rejected.item() == null) {
        // Not UTF-8; nobody knows which one it was.
        return;
      }
      assertTrue("another item: " + rejected.item(), kept.remove(Leaf.of(rejected.item())));
    }
    for (int i = 0; i < page.rows().size(); i++) {
      GenericRecord row = travelled(table, page.rows().get(i));
      assertEquals(1L, row.get(Table.SYNCED_AT));
      ROWS.incrementAndGet();
      EXTRAS.addAndGet(row.get(Table.EXTRA) == null ? 0 : 1);
      if (!kept.get(i).equals(NOTHING)) {
        new KeptLeaves(row).assertAll(kept.get(i));
      }
    }
    for (String name : page.extraFields()) {
      assertEquals(name, new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
    }
  }

  /** What the table takes from its parent's row. */
  private static Map<String, Object> parent(Table table) {
    Map<String, Object> parent = new HashMap<>();
    for (Schema.Field column : table.schema().getFields()) {
      String source = Column.fromParent(column);
      if (source != null) {
        boolean isNumber = Column.type(column.schema()).getType() == Schema.Type.LONG;
        parent.put(source, isNumber ? (Object) 77L : "p-1");
      }
    }
    return parent;
  }

  /** Secrets are dropped on purpose; forms that nest rows have tests of their own. */
  private static boolean isWholeKept(Table table) {
    String rows = table.endpoint().rows();
    boolean isFlat = rows.equals(Endpoint.LIST) || table.endpoint().rowFields().size() == 1;
    return !table.sensitive() && isFlat && !rows.equals(Endpoint.VALUES);
  }

  private static byte[] body(Table table, Choices choices) {
    int form = choices.below(8);
    if (form == 7) {
      return choices.rest();
    }
    OddJson odd = new OddJson(choices, NAMES.get(table.name()));
    List<String> items = new ArrayList<>();
    for (int n = 1 + choices.below(3); n > 0; n--) {
      items.add(
          choices.below(8) == 7
              ? odd.value()
              : odd.object("\"id\":\"1\"", "\"created_at\":\"2026-05-04T09:12:31.5Z\""));
    }
    String text = table.paginated() ? list(table, items, choices) : items.get(0);
    return form == 6 ? odd.spoiled(text) : text.getBytes(StandardCharsets.UTF_8);
  }

  private static String list(Table table, List<String> items, Choices choices) {
    String list = "[" + String.join(", ", items) + "]";
    String token =
        ", \"next_page_token\": " + choices.of("null", "\"\"", "\"AAR\"", "5", "\"\\ud83d\"");
    return switch (table.endpoint().rows()) {
      case Endpoint.LIST -> list;
      case Endpoint.VALUES -> "{\"a\": " + list + ", \"b\": " + items.get(0) + "}";
      default -> {
        List<String> fields = table.endpoint().rowFields();
        String within = "\"" + fields.get(fields.size() - 1) + "\": " + list;
        for (int level = fields.size() - 2; level >= 0; level--) {
          within = "\"" + fields.get(level) + "\": [{" + within + "}]";
        }
        yield "{" + within + token + "}";
      }
    };
  }

  /** Where the items of an answer are; null when it is one itself. */
  private static @Nullable String prefix(Table table) {
    if (!table.paginated()) {
      return null;
    }
    String rows = table.endpoint().rows();
    return rows.equals(Endpoint.LIST) ? "/" : "/" + rows + "/";
  }

  /** What each item of an answer holds. */
  private static List<List<Leaf>> items(List<Leaf> body, @Nullable String list) {
    if (list == null) {
      return List.of(body);
    }
    List<List<Leaf>> items = new ArrayList<>();
    for (int i = 0; ; i++) {
      String prefix = list + i;
      List<Leaf> item =
          body.stream()
              .filter(leaf -> leaf.isBelow(prefix))
              .map(leaf -> leaf.below(prefix))
              .toList();
      if (item.isEmpty()) {
        return items;
      }
      items.add(item);
    }
  }

  /** A row as it comes out of the coder, between two workers. */
  private static GenericRecord travelled(Table table, GenericRecord row) throws IOException {
    TableRecordCoder coder = table.name().equals("kinds") ? KINDS : BUILT_IN;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    coder.encode(new TableRecord(table.name(), row, 5L), bytes);
    return coder.decode(new ByteArrayInputStream(bytes.toByteArray())).row();
  }

  private static List<Table> tables() {
    List<Table> tables = new ArrayList<>(Catalog.builtIn().tables());
    tables.add(0, PageReaderTest.KINDS);
    return tables;
  }

  private static void names(Schema schema, Collection<String> names) {
    Schema type = Column.type(schema);
    if (type.getType() == Schema.Type.RECORD) {
      for (Schema.Field field : type.getFields()) {
        names.add(field.name());
        names(field.schema(), names);
      }
    } else if (type.getType() == Schema.Type.ARRAY) {
      names(type.getElementType(), names);
    }
  }
}
