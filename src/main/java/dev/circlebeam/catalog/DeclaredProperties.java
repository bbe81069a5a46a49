package dev.circlebeam.catalog;

import com.google.common.base.CharMatcher;
import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The extra properties of one declaration, each of the type that it must have. */
final class DeclaredProperties {
  private static final CharMatcher CONTROL = CharMatcher.javaIsoControl();

  private final String file;
  private final Schema declared;

  /**
   * @param file the file's name, for messages
   * @param declared the record
   */
  DeclaredProperties(String file, Schema declared) {
    this.file = file;
    this.declared = declared;
  }

  Schema declared() {
    return declared;
  }

  String file() {
    return file;
  }

  @Nullable Object value(String property) {
    return declared.getObjectProp(property);
  }

  boolean flag(String property) {
    Object value = value(property);
    check(value == null || value instanceof Boolean, "%s is neither true nor false", property);
    return value != null && (Boolean) value;
  }

  @Nullable String text(String property) {
    Object value = value(property);
    check(value == null || value instanceof String, "%s is not a text", property);
    return value == null ? null : plain(property, (String) value);
  }

  /** Names of columns that are there. */
  List<String> columns(String property) {
    List<String> names = strings(property);
    for (String name : names) {
      check(declared.getField(name) != null, "%s names no column: '%s'", property, name);
    }
    return names;
  }

  List<String> strings(String property) {
    return strings(property, value(property));
  }

  List<String> strings(String property, @Nullable Object value) {
    if (value == null) {
      return List.of();
    }
    if (value instanceof String text) {
      return List.of(plain(property, text));
    }
    check(value instanceof List<?>, "%s is neither a text nor a list", property);
    List<String> texts = new ArrayList<>();
    ((List<?>) value).forEach(v -> texts.add(plain(property, String.valueOf(v))));
    return texts;
  }

  /** Refuses what a terminal would obey, or would be a line of its own. */
  String plain(String what, String text) {
    check(CONTROL.matchesNoneOf(text), "%s holds a control character or the end of a line", what);
    return text;
  }

  /**
   * Returns an object's properties.
   *
   * @param known what it may have
   * @return the properties; null when it is not there
   */
  @Nullable Map<String, Object> object(String property, List<String> known) {
    Object value = value(property);
    if (value == null) {
      return null;
    }
    check(
        value instanceof Map<?, ?> map && Set.copyOf(known).containsAll(map.keySet()),
        "%s is not {%s}",
        property,
        String.join(", ", known));
    return ((Map<?, ?>) value)
        .entrySet().stream()
            .collect(Collectors.toMap(e -> String.valueOf(e.getKey()), e -> (Object) e.getValue()));
  }

  @FormatMethod
  void check(boolean holds, @FormatString String format, Object... args) {
    if (!holds) {
      throw refusal(format, args);
    }
  }

  @FormatMethod
  CatalogException refusal(@FormatString String format, Object... args) {
    return new CatalogException(file + ": " + String.format(format, args));
  }
}
