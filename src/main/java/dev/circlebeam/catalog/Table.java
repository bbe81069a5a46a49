package dev.circlebeam.catalog;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * One table: an Avro schema, whose fields are the columns, and how its rows are read.
 *
 * @param name the table's name, as in files and flags
 * @param schema every column, {@link #EXTRA} and {@link #SYNCED_AT} at the end
 * @param group the group that {@code --tables} knows the table by
 * @param path where the rows are, below {@code /api/v2/}, with {@code {placeholders}} filled from
 *     the parent's row
 * @param rowPath where a single row is, with {@code {placeholders}} filled from its own key; null
 *     when it cannot be asked for
 * @param parents tables whose rows the table is asked for by, or {@link #PROJECT}
 * @param paginated whether the answer is a list in pages rather than one object
 * @param primaryKey the columns no two rows agree in
 * @param partitionBy the timestamp column whose day a row's partition is; null for none
 * @param clusterBy columns that queries filter by
 * @param refresh how the table is kept up to date
 * @param scope for {@link Refresh#FULL}: the column whose value names the project or organization a
 *     row belongs to; else null
 * @param unfinishedWhen when a row must be read again; null for never
 * @param sensitive whether answers may hold secrets, so that only declared columns are kept
 * @param buckets into how many files a partition is divided
 */
public record Table(
    String name,
    Schema schema,
    String group,
    String path,
    @Nullable String rowPath,
    List<String> parents,
    boolean paginated,
    List<String> primaryKey,
    @Nullable String partitionBy,
    List<String> clusterBy,
    Refresh refresh,
    @Nullable String scope,
    @Nullable Unfinished unfinishedWhen,
    boolean sensitive,
    int buckets) {

  /** The parent of tables that are read once for each project. */
  public static final String PROJECT = "project";

  /** The table of the projects themselves, which is read before anything else. */
  public static final String PROJECTS = "projects";

  /** What a project offers its tables: columns of the rows below {@link #PROJECT}. */
  public static final Map<String, Schema> PROJECT_COLUMNS =
      Map.of(
          "project_id", SchemaBuilder.builder().stringType(),
          "project_slug", SchemaBuilder.builder().stringType(),
          "organization_id", SchemaBuilder.unionOf().nullType().and().stringType().endUnion(),
          "organization_slug", SchemaBuilder.unionOf().nullType().and().stringType().endUnion());

  /** JSON of what no column took; null when there was nothing. */
  public static final String EXTRA = "_extra";

  /** The start of the run that wrote the row. */
  public static final String SYNCED_AT = "_synced_at";

  static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)}");

  /** Copies the lists. */
  public Table {
    parents = List.copyOf(parents);
    primaryKey = List.copyOf(primaryKey);
    clusterBy = List.copyOf(clusterBy);
  }

  /**
   * Tells whether the table is read once for each project, rather than below another table.
   *
   * @return true when its parent is {@link #PROJECT}
   */
  public boolean isRoot() {
    return parents.contains(PROJECT);
  }

  /**
   * Returns the columns of the parent's row that a request for this table needs: the path's
   * placeholders and the sources of inherited columns.
   *
   * @return names of the parent's columns
   */
  public Set<String> parentColumns() {
    Set<String> columns = new java.util.LinkedHashSet<>();
    Matcher placeholders = PLACEHOLDER.matcher(path);
    while (placeholders.find()) {
      columns.add(placeholders.group(1));
    }
    for (Schema.Field field : schema.getFields()) {
      String source = Column.fromParent(field);
      if (source != null) {
        columns.add(source);
      }
    }
    return columns;
  }

  /**
   * Returns the table without some of its columns.
   *
   * @param columns names of columns to leave out
   * @return the schema of what is left, in the same order
   */
  public Schema schemaWithout(Set<String> columns) {
    return Schema.createRecord(
        schema.getName(),
        schema.getDoc(),
        schema.getNamespace(),
        false,
        schema.getFields().stream()
            .filter(field -> !columns.contains(field.name()))
            .map(field -> new Schema.Field(field, field.schema()))
            .toList());
  }
}
