package dev.circlebeam.catalog;

import com.google.common.base.Splitter;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Reads what a declaration says of requests: where to, for which rows, and what comes back. */
final class EndpointDeclaration {
  private final DeclaredProperties properties;

  EndpointDeclaration(DeclaredProperties properties) {
    this.properties = properties;
  }

  /** Where the rows are. */
  Endpoint endpoint() {
    String api = properties.text("api") == null ? Endpoint.V2 : properties.text("api");
    properties.check(
        Set.of(Endpoint.V2, Endpoint.V1).contains(api), "api is '%s'; give v2 or v1.1", api);
    String path = properties.text("path");
    properties.check(path != null, "no path");
    PathDeclaration paths = new PathDeclaration(properties, api);
    paths.check(path);
    String rowPath = properties.text("rowPath");
    if (rowPath != null) {
      paths.check(rowPath);
      Matcher placeholders = Table.PLACEHOLDER.matcher(rowPath);
      while (placeholders.find()) {
        properties.check(
            properties.declared().getField(placeholders.group(1)) != null,
            "rowPath names no column: '%s'",
            placeholders.group(1));
      }
    }
    Paging paging = Paging.of(properties.file(), properties.value("paginated"));
    return new Endpoint(
        api, path, rowPath, paging, rows(paging), elsewhere(), isExport(api, path, paging));
  }

  /** Where rows of some projects are instead; null for nowhere else. */
  private @Nullable Elsewhere elsewhere() {
    Map<String, Object> elsewhere =
        properties.object("elsewhere", List.of("slug", "api", "path", "rows", "names", "words"));
    if (elsewhere == null) {
      return null;
    }
    Object slug = elsewhere.get("slug");
    Object api = elsewhere.get("api");
    Object path = elsewhere.get("path");
    properties.check(
        slug instanceof String && api instanceof String && path instanceof String,
        "elsewhere has no slug, api or path");
    properties.check(
        Set.of(Endpoint.V2, Endpoint.V1, Endpoint.V3).contains(api),
        "elsewhere.api is '%s'; give v2, v1.1 or v3",
        api);
    new PathDeclaration(properties, (String) api).check((String) path);
    List<String> rows = properties.strings("elsewhere.rows", elsewhere.get("rows"));
    Map<String, List<String>> names = new HashMap<>();
    map("elsewhere.names", elsewhere.get("names"))
        .forEach(
            (column, fields) -> {
              properties.check(
                  properties.declared().getField(column) != null,
                  "elsewhere.names names no column: '%s'",
                  column);
              names.put(column, properties.strings("elsewhere.names", fields));
            });
    Map<String, String> words = new HashMap<>();
    map("elsewhere.words", elsewhere.get("words"))
        .forEach((word, own) -> words.put(word, String.valueOf(own)));
    return new Elsewhere((String) slug, (String) api, (String) path, rows, names, words);
  }

  private Map<String, Object> map(String property, @Nullable Object value) {
    properties.check(value == null || value instanceof Map<?, ?>, "%s is no object", property);
    Map<String, Object> map = new HashMap<>();
    if (value != null) {
      ((Map<?, ?>) value).forEach((name, its) -> map.put(String.valueOf(name), its));
    }
    return map;
  }

  /** There is one thing that is asked for by a POST: nobody is to send others by a declaration. */
  private boolean isExport(String api, String path, Paging paging) {
    boolean isExport = properties.flag("export");
    properties.check(
        !isExport || (api.equals(Endpoint.V2) && path.equals(Endpoint.USAGE_EXPORT)),
        "only %s is an export",
        Endpoint.USAGE_EXPORT);
    properties.check(
        !isExport || (paging == Paging.TOKEN && Endpoint.LIST.equals(properties.text("rows"))),
        "an export is paginated, and its rows are []");
    return isExport;
  }

  private String rows(Paging paging) {
    String rows = properties.text("rows");
    if (rows == null) {
      return Endpoint.DEFAULT_ROWS;
    }
    properties.check(paging != Paging.NONE, "rows are in lists; give paginated");
    properties.check(
        rows.equals(Endpoint.LIST)
            || rows.equals(Endpoint.VALUES)
            || Endpoint.FIELDS.matcher(rows).matches(),
        "rows is '%s'; give a field, field[].field, [] or {}",
        rows);
    return rows;
  }

  /** For which rows of the parents; null for all. */
  @Nullable Condition condition() {
    Map<String, Object> when = properties.object("when", List.of("final", "set", "field", "notIn"));
    if (when == null) {
      return null;
    }
    Object field = when.get("field");
    List<String> notIn = properties.strings("when.notIn", when.get("notIn"));
    properties.check(
        (field == null || field instanceof String) && (field == null) == notIn.isEmpty(),
        "when has a field without notIn, or notIn without a field");
    return new Condition(
        Boolean.TRUE.equals(when.get("final")),
        new LinkedHashSet<>(properties.strings("when.set", when.get("set"))),
        (String) field,
        new LinkedHashSet<>(notIn));
  }

  /** How often by one row; null for once. */
  @Nullable Each each(List<String> primaryKey) {
    Map<String, Object> each =
        properties.object("each", List.of("name", "values", "columns", "knownFor"));
    if (each == null) {
      return null;
    }
    String name = String.valueOf(each.get("name"));
    List<String> values = properties.strings("each.values", each.get("values"));
    List<String> columns = properties.strings("each.columns", each.get("columns"));
    properties.check(TableDeclaration.NAME.matcher(name).matches(), "each has the name '%s'", name);
    properties.check(
        values.isEmpty() != columns.isEmpty(), "each has values or columns, one of the two");
    Object knownFor = each.get("knownFor");
    properties.check(
        knownFor == null || (primaryKey.size() == 1 && !columns.isEmpty()),
        "each.knownFor needs columns, and one column as the key");
    for (String value : values) {
      for (String part : Splitter.on('/').split(value)) {
        properties.check(
            !part.isEmpty() && !part.equals(".") && !part.equals(".."),
            "each.values has '%s', which can be no part of a path",
            value);
      }
    }
    try {
      Duration known = knownFor == null ? null : Duration.parse(knownFor.toString());
      return new Each(name, values, columns, known);
    } catch (DateTimeException e) {
      throw properties.refusal("each.knownFor is '%s'; give a duration such as P30D", knownFor);
    }
  }
}
