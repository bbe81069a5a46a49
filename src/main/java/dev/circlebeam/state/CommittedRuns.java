package dev.circlebeam.state;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.TreeSet;

/**
 * The runs whose rows can be relied on: what is below them is there, or the state knows of it. Rows
 * of others may lack what is below them: those runs have died while they wrote, and nobody knows
 * what they had found unfinished, or were to leave out tables that other runs write.
 *
 * @param until all runs that began until then count, since so far back nobody remembers
 * @param since when the later ones began, to the microsecond, as rows tell it
 */
public record CommittedRuns(Instant until, TreeSet<Instant> since) implements Serializable {
  /** No run at all. */
  public static final CommittedRuns NONE = new CommittedRuns(Instant.EPOCH, new TreeSet<>());

  private static final int REMEMBERED = 1000;

  /** Refuses what is incomplete. */
  public CommittedRuns {
    requireNonNull(until, "until");
    requireNonNull(since, "since");
  }

  /**
   * Adds a run.
   *
   * @param startedAt when it began
   * @return these and that one
   */
  public CommittedRuns plus(Instant startedAt) {
    TreeSet<Instant> all = new TreeSet<>(since);
    all.add(startedAt.truncatedTo(ChronoUnit.MICROS));
    Instant end = until;
    while (all.size() > REMEMBERED) {
      end = all.pollFirst();
    }
    return new CommittedRuns(end, all);
  }

  /**
   * Tells whether a run's rows can be relied on.
   *
   * @param startedAt when it began, as its rows tell it
   * @return true when it has, for all that is remembered
   */
  public boolean contains(Instant startedAt) {
    return !startedAt.isAfter(until) || since.contains(startedAt);
  }
}
