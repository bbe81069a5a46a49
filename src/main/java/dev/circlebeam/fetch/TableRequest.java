package dev.circlebeam.fetch;

import dev.circlebeam.catalog.Elsewhere;
import dev.circlebeam.catalog.Paging;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.circleci.ApiRequest;
import dev.circlebeam.record.Page;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.avro.generic.GenericRecord;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A request for rows of a table.
 *
 * @param table the table
 * @param parent the parent's columns that the table needs
 * @param path what is asked for, without the page token
 * @param isList whether the answer is a page of a list
 * @param pageToken which page; null for the first
 * @param before how many items of the list came on earlier pages
 * @param listing the list that the page is of
 * @param origin the pipeline below which the request is; null for none
 * @param subtree the row below that pipeline below which the request is; null for none
 */
record TableRequest(
    Table table,
    Map<String, Object> parent,
    ApiRequest path,
    boolean isList,
    @Nullable String pageToken,
    long before,
    Listing listing,
    @Nullable PipelineOrigin origin,
    @Nullable Subtree subtree) {

  /** What is to be remembered from page to page of a list. */
  static final class Listing {
    private final @Nullable ProjectWalk project;
    private final @Nullable ListReading reading;
    private final Set<String> tokens = new HashSet<>();
    private boolean restarted;

    /**
     * @param project whose list it is; null while projects themselves are read
     * @param reading how far a list of pipelines is read; null for other lists
     */
    Listing(@Nullable ProjectWalk project, @Nullable ListReading reading) {
      this.project = project;
      this.reading = reading;
    }

    @Nullable ListReading reading() {
      return reading;
    }

    boolean isRestarted() {
      return restarted;
    }

    ProjectWalk project() {
      return project;
    }

    /**
     * Notes a page token.
     *
     * @return false when the list has given it before
     */
    boolean isNew(String token) {
      return tokens.add(token);
    }

    /**
     * Begins the list again.
     *
     * @return false when that was done before
     */
    boolean restart() {
      tokens.clear();
      boolean first = !restarted;
      restarted = true;
      if (first && reading != null) {
        reading.restart();
      }
      return first;
    }
  }

  /**
   * Makes the request for a list's first page, or for an object.
   *
   * @param origin the pipeline below which it is; null for none
   * @param subtree the row below that pipeline below which it is; null for none
   * @param project whose it is; null while projects themselves are read
   */
  static TableRequest first(
      Table table,
      Map<String, Object> parent,
      @Nullable PipelineOrigin origin,
      @Nullable Subtree subtree,
      @Nullable ProjectWalk project) {
    Elsewhere elsewhere = elsewhere(table, parent);
    ApiRequest path =
        elsewhere == null
            ? ApiRequest.of(table.endpoint().api(), table.path(), parent)
            : ApiRequest.of(elsewhere.api(), elsewhere.path(), parent);
    Listing listing = new Listing(project, null);
    return new TableRequest(
        table, parent, path, table.paginated(), null, 0, listing, origin, subtree);
  }

  /** Makes the request for the first page that is to be read of a list of pipelines. */
  static TableRequest list(
      Table table, ProjectWalk project, ListReading reading, @Nullable String branch) {
    Map<String, Object> parent = project.columns();
    ApiRequest path = ApiRequest.of(table.endpoint().api(), table.path(), parent);
    if (branch != null) {
      path = path.with(Map.of("branch", branch));
    }
    Listing listing = new Listing(project, reading);
    return new TableRequest(table, parent, path, true, reading.nextToken(), 0, listing, null, null);
  }

  /** Makes the request for one row that is known by its key. */
  static TableRequest row(Table table, PipelineOrigin origin, ProjectWalk project) {
    ApiRequest path =
        ApiRequest.of(table.endpoint().rowPath(), Map.of(table.primaryKey().get(0), origin.id()));
    Listing listing = new Listing(project, null);
    return new TableRequest(table, project.columns(), path, false, null, 0, listing, origin, null);
  }

  /** Where the rows are instead of the table's own endpoint; null when they are there. */
  @Nullable Elsewhere elsewhere() {
    return elsewhere(table, parent);
  }

  private static @Nullable Elsewhere elsewhere(Table table, Map<String, Object> parent) {
    return table.endpoint().elsewhere(parent.get("project_slug"));
  }

  /** Tells whether it is for a page of a list of pipelines. */
  boolean isOfPipelines() {
    return listing.reading() != null;
  }

  /** Makes the request for the same list from its beginning. */
  TableRequest again() {
    return new TableRequest(table, parent, path, isList, null, 0, listing, origin, subtree);
  }

  /**
   * Makes the request for the next page of the same list.
   *
   * @param token what names it
   * @param items how many items were on this page
   */
  TableRequest page(String token, int items) {
    return new TableRequest(
        table, parent, path, isList, token, before + items, listing, origin, subtree);
  }

  /**
   * Returns what names the next page.
   *
   * @param page the answer
   * @return the name; null when it was the last, or no other can be had
   */
  @Nullable String next(Page page) {
    if (!isList) {
      return null;
    }
    return switch (table.endpoint().paging()) {
      case TOKEN -> page.nextPageToken();
      case OFFSET -> page.items() == 0 ? null : String.valueOf(before + page.items());
      case NONE, FIRST_PAGE -> null;
    };
  }

  /**
   * Tells whether the list goes on with something new.
   *
   * @param page the answer
   * @param next what names the page after it
   */
  boolean repeats(Page page, String next) {
    if (table.endpoint().paging() != Paging.OFFSET) {
      return !listing.isNew(next);
    }
    // A server that does not know offsets gives the same page for ever.
    return !page.rows().isEmpty() && !listing.isNew(key(page.rows().get(0)));
  }

  private String key(GenericRecord row) {
    return table.primaryKey().stream().map(row::get).toList().toString();
  }

  /** What is sent. */
  ApiRequest request() {
    if (pageToken == null) {
      return path;
    }
    boolean isOffset = table.endpoint().paging() == Paging.OFFSET;
    return path.with(Map.of(isOffset ? "offset" : "page-token", pageToken));
  }
}
