package dev.circlebeam.state;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;

/**
 * A pipeline that a later run must look at again.
 *
 * @param createdAt when the pipeline was created
 * @param since when a run first found it unfinished
 * @param lastRead when a run last looked at it
 * @param why the tables with rows that are not final, and {@code failed:<table>} for those that
 *     could not be read
 */
public record UnfinishedPipeline(
    Instant createdAt, Instant since, Instant lastRead, TreeSet<String> why)
    implements Serializable {
  private static final String FAILED = "failed:";

  /** Refuses what is incomplete. */
  public UnfinishedPipeline {
    requireNonNull(createdAt, "created_at");
    requireNonNull(since, "since");
    requireNonNull(lastRead, "last_read");
    requireNonNull(why, "why");
  }

  /**
   * Spells that a table could not be read.
   *
   * @param table the table
   * @return an entry of {@link #why}
   */
  public static String failed(String table) {
    return FAILED + table;
  }

  /**
   * Tells which tables could not be read.
   *
   * @return names of tables
   */
  public Set<String> failedTables() {
    Set<String> tables = new TreeSet<>();
    why.stream()
        .filter(reason -> reason.startsWith(FAILED))
        .forEach(reason -> tables.add(reason.substring(FAILED.length())));
    return tables;
  }

  /**
   * Tells whether a run need not look again. What runs is ended by CircleCI itself after 90 days;
   * what could not be read is asked for as long from when that was first so.
   *
   * @param oldest older than this is given up
   * @return true when it is too old
   */
  public boolean isOlderThan(Instant oldest) {
    return (failedTables().isEmpty() ? createdAt : since).isBefore(oldest);
  }

  UnfinishedPipeline knownSince(Instant earlier) {
    return new UnfinishedPipeline(createdAt, earlier, lastRead, why);
  }
}
