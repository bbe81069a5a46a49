package dev.circlebeam.state;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/**
 * A pipeline that a later run must look at again.
 *
 * @param createdAt when the pipeline was created
 * @param since when a run first found it unfinished
 * @param lastRead when a run last looked at it
 * @param why the tables with rows that are not final, {@code failed:<table>} for those that could
 *     not be read, and {@code unread:<table>} for those that a run that did not write them left
 *     behind
 */
public record UnfinishedPipeline(
    Instant createdAt, Instant since, Instant lastRead, TreeSet<String> why)
    implements Serializable {
  private static final String FAILED = "failed:";
  private static final String UNREAD = "unread:";
  private static final Duration YOUNG = Duration.ofDays(1);

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
   * Spells that a table was not read.
   *
   * @param table the table
   * @return an entry of {@link #why}
   */
  public static String unread(String table) {
    return UNREAD + table;
  }

  /**
   * Tells which tables could not be read.
   *
   * @return names of tables
   */
  public Set<String> failedTables() {
    return tables(FAILED);
  }

  /**
   * Tells which tables were not read.
   *
   * @return names of tables
   */
  public Set<String> unreadTables() {
    return tables(UNREAD);
  }

  private Set<String> tables(String prefix) {
    Set<String> tables = new TreeSet<>();
    why.stream()
        .filter(reason -> reason.startsWith(prefix))
        .forEach(reason -> tables.add(reason.substring(prefix.length())));
    return tables;
  }

  /**
   * Tells whether a run is to look again. What is young is looked at by every run; what is older,
   * the more seldom the older it is, so that thousands of approvals that nobody will ever give cost
   * little. What could not be read counts its age from when that was first so.
   *
   * @param now the time
   * @param backoff the share of its age that must have passed since it was last looked at
   * @param tables the tables that the run writes
   * @return true when it is time
   */
  public boolean isDue(Instant now, double backoff, Collection<String> tables) {
    if (unreadTables().stream().anyMatch(tables::contains)) {
      return true;
    }
    if (why.size() == unreadTables().size()) {
      return false;
    }
    Duration age = Duration.between(failedTables().isEmpty() ? createdAt : since, now);
    double passed = Duration.between(lastRead, now).toMillis();
    return age.compareTo(YOUNG) < 0 || passed >= age.toMillis() * backoff;
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
