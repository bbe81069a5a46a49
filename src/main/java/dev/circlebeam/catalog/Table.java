package dev.circlebeam.catalog;

import java.util.LinkedHashSet;
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
 * @param optIn whether the table is chosen only by its name, or with all others
 * @param endpoint where the rows are
 * @param parents tables whose rows the table is asked for by, or {@link #PROJECT}, {@link
 *     #ORGANIZATION} or {@link #TOKEN}
 * @param when for which of the parents' rows it is asked for; null for all
 * @param each what it is asked for by several times for one row; null for once
 * @param primaryKey the columns no two rows agree in
 * @param partitionBy the timestamp column whose day a row's partition is; null for none
 * @param clusterBy columns that queries filter by
 * @param refresh how the table is kept up to date
 * @param scope for {@link Refresh#FULL}: the column whose value names the project or organization a
 *     row belongs to; else null
 * @param unfinishedWhen when a row must be read again; null for never
 * @param sensitive whether answers may hold secrets, so that only declared columns are kept
 * @param dropped fields of the answer that are secret, and so are no columns
 * @param buckets into how many files a partition is divided
 */
public record Table(
    String name,
    Schema schema,
    String group,
    boolean optIn,
    Endpoint endpoint,
    List<String> parents,
    @Nullable Condition when,
    @Nullable Each each,
    List<String> primaryKey,
    @Nullable String partitionBy,
    List<String> clusterBy,
    Refresh refresh,
    @Nullable String scope,
    @Nullable Unfinished unfinishedWhen,
    boolean sensitive,
    Set<String> dropped,
    int buckets) {

  /** The parent of tables that are read once for each project. */
  public static final String PROJECT = "project";

  /** The parent of tables that are read once for each organization. */
  public static final String ORGANIZATION = "organization";

  /** The parent of tables that are read once: what the token's user sees. */
  public static final String TOKEN = "token";

  /** What is no table, and yet has tables below it. */
  public static final Set<String> ROOTS = Set.of(PROJECT, ORGANIZATION, TOKEN);

  /** The column that all tables below pipelines may take: when the pipeline was created. */
  public static final String PIPELINE_CREATED_AT = "pipeline_created_at";

  /** The table of the projects themselves, which is read before anything else. */
  public static final String PROJECTS = "projects";

  /** The table whose rows are pipelines. */
  public static final String PIPELINES = "pipelines";

  /** What a project offers its tables: columns of the rows below {@link #PROJECT}. */
  public static final Map<String, Schema> PROJECT_COLUMNS =
      Map.of(
          "project_id", SchemaBuilder.builder().stringType(),
          "project_slug", SchemaBuilder.builder().stringType(),
          "organization_id", SchemaBuilder.unionOf().nullType().and().stringType().endUnion(),
          "organization_slug", SchemaBuilder.unionOf().nullType().and().stringType().endUnion());

  /** What an organization offers its tables. */
  public static final Map<String, Schema> ORGANIZATION_COLUMNS =
      Map.of(
          "organization_id", SchemaBuilder.builder().stringType(),
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
    dropped = Set.copyOf(dropped);
  }

  /**
   * Returns where the rows are.
   *
   * @return a path with placeholders
   */
  public String path() {
    return endpoint.path();
  }

  /**
   * Tells whether answers are lists rather than one row.
   *
   * @return true unless an answer is a row
   */
  public boolean paginated() {
    return endpoint.paging() != Paging.NONE;
  }

  /**
   * Tells whether the table is the list of pipelines, from which all incremental reading begins.
   *
   * @return true when each project has one that is read from its newest row on
   */
  public boolean isPipelines() {
    return parents.contains(PROJECT) && refresh == Refresh.INCREMENTAL;
  }

  /**
   * Returns the columns of the parent's row that a request for this table needs: the path's
   * placeholders and the sources of inherited columns.
   *
   * @return names of the parent's columns
   */
  public Set<String> parentColumns() {
    Set<String> columns = placeholders();
    for (Schema.Field field : schema.getFields()) {
      String source = Column.fromParent(field);
      if (source != null) {
        columns.add(source);
      }
    }
    return columns;
  }

  /** Returns what the paths' placeholders name, in their order. */
  Set<String> placeholders() {
    Set<String> names = new LinkedHashSet<>();
    Elsewhere elsewhere = endpoint.elsewhere();
    String paths = elsewhere == null ? path() : path() + "?" + elsewhere.path();
    Matcher placeholders = PLACEHOLDER.matcher(paths);
    while (placeholders.find()) {
      names.add(placeholders.group(1));
    }
    return names;
  }

  /**
   * Returns the columns of a parent's row that a request needs; others come from elsewhere.
   *
   * @param parent one of the parents
   * @return names of the parent's columns
   */
  public Set<String> takenFrom(Table parent) {
    Set<String> columns = parentColumns();
    columns.removeIf(column -> parent.schema.getField(column) == null);
    return columns;
  }

  /**
   * Returns the columns of a parent's row that must be known to ask for this table by it: those
   * that a request needs, and those that decide whether there is one.
   *
   * @param parent one of the parents
   * @return names of the parent's columns
   */
  public Set<String> neededOf(Table parent) {
    Set<String> columns = takenFrom(parent);
    if (each != null) {
      columns.addAll(each.columns());
      columns.removeIf(column -> parent.schema.getField(column) == null);
    }
    if (when != null) {
      columns.addAll(when.columns(parent));
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
