package dev.circlebeam.record;

import dev.circlebeam.catalog.Column;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.fuzz.Leaf;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a row has of an item, leaf by leaf: in {@code _extra} as it came, in a column as the column
 * holds it. Reads JSON without the code that it judges.
 */
final class KeptLeaves {
  private record Held(Schema type, Object value) {}

  private final Map<Leaf, Integer> extra = new HashMap<>();
  private final Map<String, Held> columns = new HashMap<>();
  private final Map<Leaf, Integer> free = new HashMap<>();
  private final Set<String> nulls = new HashSet<>();

  /** Where the row holds something; what was found stays here. */
  private final Set<String> filled = new HashSet<>();

  private final Set<Leaf> filledFree = new HashSet<>();

  KeptLeaves(GenericRecord row) throws IOException {
    for (Schema.Field field : row.getSchema().getFields()) {
      if (!Set.of(Table.EXTRA, Table.SYNCED_AT).contains(field.name())) {
        column("/" + field.name(), Column.type(field.schema()), row.get(field.pos()));
      }
    }
    filled.addAll(columns.keySet());
    filledFree.addAll(free.keySet());
    Object text = row.get(Table.EXTRA);
    if (text != null) {
      Leaf.of(text.toString()).forEach(leaf -> extra.merge(leaf, 1, Integer::sum));
    }
  }

  private void column(String path, Schema type, @Nullable Object value) throws IOException {
    if (value == null) {
      nulls.add(path);
    } else if (Column.isJson(type)) {
      for (Leaf leaf : Leaf.of(value.toString())) {
        free.merge(new Leaf(path + leaf.path(), leaf.isText(), leaf.text()), 1, Integer::sum);
      }
    } else if (type.getType() == Schema.Type.RECORD) {
      GenericRecord record = (GenericRecord) value;
      columns.put(path, new Held(type, value));
      for (Schema.Field field : record.getSchema().getFields()) {
        column(path + "/" + field.name(), Column.type(field.schema()), record.get(field.pos()));
      }
    } else if (type.getType() == Schema.Type.ARRAY) {
      columns.put(path, new Held(type, value));
      int n = 0;
      for (Object element : (List<?>) value) {
        column(path + "/" + n++, Column.type(type.getElementType()), element);
      }
    } else {
      columns.put(path, new Held(type, value));
    }
  }

  /** Asserts that all leaves of an item are here, as often as they came. */
  void assertAll(List<Leaf> item) {
    for (Leaf leaf : item) {
      if (!took(extra, leaf) && !tookFree(leaf) && !tookColumn(leaf)) {
        throw new AssertionError("lost: " + leaf + " of " + extra + " " + columns + " " + free);
      }
    }
  }

  private boolean tookFree(Leaf leaf) {
    int end = leaf.path().indexOf('/', 1);
    String first = end < 0 ? leaf.path() : leaf.path().substring(0, end);
    String rest = leaf.path().substring(first.length());
    Leaf spelled = new Leaf(first.replace('-', '_') + rest, leaf.isText(), leaf.text());
    return took(free, leaf) || took(free, spelled);
  }

  private boolean tookColumn(Leaf leaf) {
    String path = leaf.path().replace('-', '_');
    if (leaf.isNull()) {
      // No column tells a null from what was not there, or from a null before its value.
      return nulls.contains(path) || filled.contains(path) || isFree(path);
    }
    Held held = columns.get(path);
    if (held == null || !isSame(held, leaf)) {
      return false;
    }
    return columns.remove(path, held);
  }

  private boolean isFree(String path) {
    return filledFree.stream().anyMatch(leaf -> leaf.isBelow(path));
  }

  private static boolean isSame(Held held, Leaf leaf) {
    String text = leaf.text();
    try {
      return switch (held.type.getType()) {
        case RECORD -> text.equals("{}") && !leaf.isText();
        case ARRAY -> text.equals("[]") && !leaf.isText();
        case STRING -> held.value.toString().equals(text);
        case BOOLEAN -> held.value.toString().equals(text);
        case DOUBLE -> (Double) held.value == new BigDecimal(text).doubleValue();
        case LONG ->
            Column.isTimestamp(held.type)
                ? held.value.equals(Timestamps.parseMicros(text))
                : new BigDecimal(text).compareTo(BigDecimal.valueOf((Long) held.value)) == 0;
        default -> false;
      };
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static boolean took(Map<Leaf, Integer> leaves, Leaf leaf) {
    Integer count = leaves.get(leaf);
    if (count == null) {
      return false;
    }
    leaves.merge(leaf, -1, (a, b) -> a + b == 0 ? null : a + b);
    return true;
  }
}
