package dev.circlebeam.catalog;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Reads one declaration ({@code <table>.avsc}) into a {@link Table} and refuses what cannot be
 * meant. What concerns other tables as well is checked by {@link Catalog}.
 */
final class TableDeclaration {
  static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*");
  static final Set<String> PROPERTIES =
      Set.of(
          "group",
          "optIn",
          "api",
          "path",
          "rowPath",
          "parent",
          "paginated",
          "rows",
          "when",
          "each",
          "elsewhere",
          "export",
          "primaryKey",
          "partitionBy",
          "clusterBy",
          "refresh",
          "scope",
          "unfinishedWhen",
          "sensitive",
          "dropped",
          "buckets");

  private static final Set<Schema.Type> COMPARABLE =
      Set.of(Schema.Type.STRING, Schema.Type.LONG, Schema.Type.BOOLEAN);
  private static final int MOST_CLUSTERED = 4;

  /** In the names of folders: {@code dt=2026-05-04}. */
  private static final String DAY = "dt";

  private final String file;
  private final Schema declared;
  private final DeclaredProperties properties;

  private TableDeclaration(String file, Schema declared) {
    this.file = file;
    this.declared = declared;
    this.properties = new DeclaredProperties(file, declared);
  }

  /**
   * Reads a declaration.
   *
   * @param file the file's name, for messages; its stem must be the table's name
   * @param json the file's text
   * @return the table
   * @throws CatalogException when the declaration is wrong, with file and reason
   */
  static Table read(String file, String json) {
    Schema declared;
    try {
      declared = new Schema.Parser().setValidateDefaults(true).parse(json);
    } catch (SchemaParseException e) {
      throw new CatalogException(file + ": not an Avro schema: " + firstLine(e));
    } catch (AvroRuntimeException e) {
      throw new CatalogException(file + ": not a valid Avro schema: " + firstLine(e));
    }
    return new TableDeclaration(file, declared).table();
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private Table table() {
    properties.check(declared.getType() == Schema.Type.RECORD, "not a record");
    String name = declared.getName();
    properties.check(NAME.matcher(name).matches(), "the name '%s' is not [a-z][a-z0-9_]*", name);
    properties.check(
        file.equals(name + ".avsc"), "declares '%s'; the file must be %s.avsc", name, name);
    properties.check(
        declared.getDoc() != null && !declared.getDoc().isBlank(), "the table has no doc");
    properties.plain("the doc", declared.getDoc());
    properties.check(declared.getAliases().isEmpty(), "aliases: a table has one name");
    for (String property : declared.getObjectProps().keySet()) {
      properties.check(PROPERTIES.contains(property), "unknown property '%s'", property);
    }
    declared.getFields().forEach(column -> new ColumnDeclaration(file).check(declared, column));

    EndpointDeclaration requests = new EndpointDeclaration(properties);
    Endpoint endpoint = requests.endpoint();
    Refresh refresh = refresh();
    List<String> primaryKey = properties.columns("primaryKey");
    properties.check(!primaryKey.isEmpty(), "no primaryKey");
    for (String column : primaryKey) {
      properties.check(
          !Column.isNullable(declared.getField(column)), "the key column '%s' may be null", column);
    }
    checkComparable("primaryKey", primaryKey);
    List<String> clusterBy = properties.columns("clusterBy");
    checkComparable("clusterBy", clusterBy);
    properties.check(
        clusterBy.size() <= MOST_CLUSTERED, "clusterBy: BigQuery takes %d columns", MOST_CLUSTERED);
    Each each = requests.each(primaryKey);
    properties.check(
        refresh != Refresh.FULL || each == null || each.knownFor() == null,
        "each.knownFor is for incremental tables: of a full refresh what is not read is removed");
    String partitionBy = partitionBy(refresh, each);
    for (Schema.Field column : declared.getFields()) {
      // What the API leaves out must not end the run.
      properties.check(
          Column.isNullable(column)
              || Column.fromParent(column) != null
              || primaryKey.contains(column.name())
              || column.name().equals(partitionBy),
          "the column '%s' is neither in the key nor the partition: give it [\"null\", type]",
          column.name());
    }
    boolean sensitive = properties.flag("sensitive");
    checkSecrets(sensitive);
    List<String> parents = properties.strings("parent");
    properties.check(!parents.isEmpty(), "no parent");
    boolean optIn = properties.flag("optIn");
    String group = properties.text("group");
    properties.check(!optIn || group == null, "an optIn table is in no group");
    return new Table(
        name,
        SystemColumns.after(declared),
        group == null ? name : group,
        optIn,
        endpoint,
        parents,
        requests.condition(),
        each,
        primaryKey,
        partitionBy,
        clusterBy,
        refresh,
        scope(refresh, parents),
        unfinished(),
        sensitive,
        Set.copyOf(properties.strings("dropped")),
        buckets(refresh));
  }

  private void checkComparable(String property, List<String> columns) {
    for (String column : columns) {
      Schema type = Column.type(declared.getField(column).schema());
      properties.check(
          COMPARABLE.contains(type.getType()) && !Column.isJson(type),
          "%s: the column '%s' is neither a text, a whole number, a boolean nor a timestamp",
          property,
          column);
    }
  }

  /** Where something is kept from everybody, nothing that is not understood may be shown either. */
  private void checkSecrets(boolean sensitive) {
    List<String> dropped = properties.strings("dropped");
    properties.check(sensitive || dropped.isEmpty(), "dropped is for sensitive tables");
    for (String field : dropped) {
      properties.check(declared.getField(field) == null, "'%s' is dropped, and a column", field);
    }
    properties.check(
        sensitive || declared.getFields().stream().noneMatch(Column::hasMask),
        "mask is for columns of sensitive tables");
  }

  private @Nullable String partitionBy(Refresh refresh, @Nullable Each each) {
    String column = properties.text("partitionBy");
    if (column == null) {
      // What is looked up by its key before it is asked for has no day to be looked up in.
      boolean isLookedUp = each != null && each.knownFor() != null;
      properties.check(
          refresh == Refresh.FULL || isLookedUp, "an incremental table needs partitionBy");
      return null;
    }
    properties.check(
        refresh == Refresh.INCREMENTAL, "a full-refresh table has one file, not partitions");
    Schema.Field field = declared.getField(column);
    properties.check(field != null, "partitionBy names no column: '%s'", column);
    properties.check(
        declared.getField(DAY) == null,
        "the column '%s' bears the name by which readers know the day of a file",
        DAY);
    properties.check(
        !Column.isNullable(field) && Column.isTimestamp(field.schema()),
        "the partition column '%s' must be a timestamp-micros that is never null",
        column);
    return column;
  }

  private @Nullable String scope(Refresh refresh, List<String> parents) {
    String column = properties.text("scope");
    if (refresh == Refresh.INCREMENTAL) {
      properties.check(column == null, "only full-refresh tables have a scope");
      return null;
    }
    if (parents.contains(Table.TOKEN)) {
      properties.check(column == null, "what a token sees is no scope: another may see more");
      return null;
    }
    properties.check(
        column != null,
        "a full-refresh table needs a scope: the column of its project's or organization's id");
    Schema.Field field = declared.getField(column);
    properties.check(field != null, "scope names no column: '%s'", column);
    properties.check(!Column.isNullable(field), "the scope column '%s' may be null", column);
    return column;
  }

  private @Nullable Unfinished unfinished() {
    Object value = declared.getObjectProp("unfinishedWhen");
    if (value == null) {
      return null;
    }
    properties.check(
        value instanceof Map<?, ?> map
            && map.get("field") instanceof String
            && map.get("notIn") instanceof List<?>
            && (map.get("unlessSet") == null || map.get("unlessSet") instanceof String)
            && Set.of("field", "notIn", "unlessSet").containsAll(map.keySet()),
        "unfinishedWhen is not {field, notIn, unlessSet}");
    Map<?, ?> map = (Map<?, ?>) value;
    Set<String> finals = new LinkedHashSet<>();
    ((List<?>) map.get("notIn")).forEach(v -> finals.add(String.valueOf(v)));
    Unfinished unfinished =
        new Unfinished((String) map.get("field"), finals, (String) map.get("unlessSet"));
    properties.check(
        declared.getField(unfinished.field()) != null
            && (unfinished.unlessSet() == null
                || declared.getField(unfinished.unlessSet()) != null),
        "unfinishedWhen names a column that is not there");
    return unfinished;
  }

  private Refresh refresh() {
    String text = properties.text("refresh");
    for (Refresh refresh : Refresh.values()) {
      if (refresh.declared().equals(text)) {
        return refresh;
      }
    }
    throw properties.refusal("refresh is '%s'; give incremental or full", text);
  }

  private int buckets(Refresh refresh) {
    Object value = declared.getObjectProp("buckets");
    properties.check(
        value == null || refresh != Refresh.FULL, "a full-refresh table has one file, no buckets");
    properties.check(
        value == null || (value instanceof Integer n && n > 0), "buckets is not positive");
    return value == null ? 1 : (Integer) value;
  }
}
