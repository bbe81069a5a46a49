package dev.circlebeam.report;

import dev.circlebeam.circleci.RateCourse;
import dev.circlebeam.report.FetchFigures.OfTable;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a fetching step counted. It travels through the Beam pipeline as an element, together with
 * the rows that it speaks of: if those are thrown away and fetched again, so is it.
 *
 * @param requests how many requests were sent
 * @param retries how many of them because an earlier try failed
 * @param rateLimited how many were answered 429
 * @param waitedMillis how long nothing was sent because of that
 * @param fetchMillis how long fetching took
 * @param errors how many requests or items were given up
 * @param countedErrors how many of those count towards {@code --maxErrors}
 * @param pipelines how many pipelines of the lists were read, or read again
 * @param rerunsFound how many reruns under old pipelines were found
 * @param tables by table, what was counted for it
 * @param course how fast requests were sent over time
 * @param organizations what was found of the organizations whose projects are read
 */
public record FetchFigures(
    long requests,
    long retries,
    long rateLimited,
    long waitedMillis,
    long fetchMillis,
    long errors,
    long countedErrors,
    long pipelines,
    long rerunsFound,
    Map<String, OfTable> tables,
    RateCourse course,
    List<OfOrganization> organizations)
    implements Serializable {
  /**
   * How many projects of an organization were found, each way; null for a way that did not answer.
   *
   * @param organization its slug, or what it was asked for by
   * @param listed in the third version's list, which is complete
   * @param named in Insights
   * @param built in the feed of recent pipelines, as far as it was read
   * @param read how many projects were read because of it
   */
  public record OfOrganization(
      String organization,
      @Nullable Long listed,
      @Nullable Long named,
      @Nullable Long built,
      long read)
      implements Serializable {}

  /**
   * What was counted for one table.
   *
   * @param requests how many answers were taken for it
   * @param rows how many rows were in them
   * @param notFound how many requests were answered 404, below a project
   * @param misfits how many values had the wrong type for their column
   * @param extraFields names of fields that no column took
   * @param refused why it is not to be had, and for whom, as in "not permitted for gh/acme"
   */
  public record OfTable(
      long requests,
      long rows,
      long notFound,
      long misfits,
      TreeSet<String> extraFields,
      TreeSet<String> refused)
      implements Serializable {
    /** Nothing counted yet. */
    public static final OfTable NONE = new OfTable(0, 0, 0, 0, new TreeSet<>(), new TreeSet<>());

    /**
     * Adds figures.
     *
     * @param more what to add
     * @return the sum
     */
    public OfTable plus(OfTable more) {
      TreeSet<String> fields = new TreeSet<>(extraFields);
      fields.addAll(more.extraFields);
      TreeSet<String> reasons = new TreeSet<>(refused);
      reasons.addAll(more.refused);
      return new OfTable(
          requests + more.requests,
          rows + more.rows,
          notFound + more.notFound,
          misfits + more.misfits,
          fields,
          reasons);
    }

    /**
     * Makes the figures of one answer.
     *
     * @param rows how many rows were in it
     * @param misfits how many values did not fit
     * @param extraFields names of fields that no column took
     * @return the figures
     */
    public static OfTable answer(long rows, long misfits, Set<String> extraFields) {
      return new OfTable(1, rows, 0, misfits, new TreeSet<>(extraFields), new TreeSet<>());
    }

    /**
     * Makes the figures of rows that were held back when their answer was counted.
     *
     * @param rows how many
     * @return the figures
     */
    public static OfTable rows(long rows) {
      return new OfTable(0, rows, 0, 0, new TreeSet<>(), new TreeSet<>());
    }

    /**
     * Makes the figures of an answer 404.
     *
     * @return the figures
     */
    public static OfTable missing() {
      return new OfTable(1, 0, 1, 0, new TreeSet<>(), new TreeSet<>());
    }

    /**
     * Makes the figures of a table that is not to be had.
     *
     * @param why and for whom
     * @return the figures
     */
    public static OfTable refused(String why) {
      return new OfTable(1, 0, 0, 0, new TreeSet<>(), new TreeSet<>(Set.of(why)));
    }
  }

  /** Nothing counted yet. */
  public static final FetchFigures NONE = of(List.of());

  /**
   * Makes figures of organizations alone.
   *
   * @param found what was found of them
   * @return the figures
   */
  public static FetchFigures of(List<OfOrganization> found) {
    return new FetchFigures(
        0, 0, 0, 0, 0, 0, 0, 0, 0, new TreeMap<>(), RateCourse.NONE, List.copyOf(found));
  }

  /**
   * Adds figures.
   *
   * @param more what to add
   * @return the sum
   */
  public FetchFigures plus(FetchFigures more) {
    Map<String, OfTable> sum = new TreeMap<>(tables);
    more.tables.forEach((table, figures) -> sum.merge(table, figures, OfTable::plus));
    List<OfOrganization> all = new ArrayList<>(organizations);
    all.addAll(more.organizations);
    return new FetchFigures(
        requests + more.requests,
        retries + more.retries,
        rateLimited + more.rateLimited,
        waitedMillis + more.waitedMillis,
        fetchMillis + more.fetchMillis,
        errors + more.errors,
        countedErrors + more.countedErrors,
        pipelines + more.pipelines,
        rerunsFound + more.rerunsFound,
        sum,
        course.plus(more.course),
        all);
  }
}
