package dev.circlebeam.catalog;

import com.google.common.base.Splitter;
import java.io.Serializable;
import java.util.List;
import java.util.regex.Pattern;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Where a table's rows are, and where in an answer.
 *
 * @param api the API's version, as in its address: {@code v2} or {@code v1.1}
 * @param path below {@code /api/<version>/}, with {@code {placeholders}} filled from the parent's
 *     row; may end in a query
 * @param rowPath where a single row is, with {@code {placeholders}} filled from its own key; null
 *     when it cannot be asked for
 * @param paging how rows are divided among answers
 * @param rows where the rows are in an answer that is a list: the name of a field, or several with
 *     lists in between ({@code steps[].actions}); {@code []} when the answer itself is the list,
 *     and {@code {}} when it is an object whose values are rows, or lists of them
 * @param elsewhere where rows of some projects are instead; null for nowhere else
 * @param isExport whether rows are asked for by a POST, made ready, and fetched as CSV files
 */
public record Endpoint(
    String api,
    String path,
    @Nullable String rowPath,
    Paging paging,
    String rows,
    @Nullable Elsewhere elsewhere,
    boolean isExport)
    implements Serializable {
  /** The API that nearly everything is read from. */
  public static final String V2 = "v2";

  /** The newer one, of which little is read. */
  public static final String V3 = "v3";

  /** The older one. */
  public static final String V1 = "v1.1";

  /** An answer that is itself the list. */
  public static final String LIST = "[]";

  /** An answer whose values are rows, or lists of them. */
  public static final String VALUES = "{}";

  /** The one path that is sent a POST, which changes nothing: circlebeam only reads. */
  static final String USAGE_EXPORT = "organizations/{organization_id}/usage_export_job";

  static final String DEFAULT_ROWS = "items";
  static final Pattern FIELDS = Pattern.compile("[a-z][a-z0-9_]*(\\[]\\.[a-z][a-z0-9_]*)*");

  /**
   * Returns the fields that lead to the rows, each but the last a list of objects.
   *
   * @return names of fields
   */
  public List<String> rowFields() {
    return Splitter.on("[].").splitToList(rows);
  }

  /**
   * Returns the request that rows are asked for by.
   *
   * @return such as {@code GET /api/v2/project/{project_slug}}
   */
  public String request() {
    return (isExport ? "POST " : "GET ") + address();
  }

  /**
   * Returns where the rows of a project are.
   *
   * @param slug the project's slug; null for what is no project's
   * @return where, instead of here; null when they are here
   */
  public @Nullable Elsewhere elsewhere(@Nullable Object slug) {
    boolean isElsewhere =
        elsewhere != null && slug != null && slug.toString().startsWith(elsewhere.slug());
    return isElsewhere ? elsewhere : null;
  }

  /**
   * Returns the address below the server's.
   *
   * @return such as {@code /api/v2/project/{project_slug}}
   */
  public String address() {
    return "/api/" + api + "/" + path;
  }
}
