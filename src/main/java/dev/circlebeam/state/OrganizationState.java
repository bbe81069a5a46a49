package dev.circlebeam.state;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.Collection;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * How far the exports of an organization are.
 *
 * @param organization how people know it
 * @param complete by table, the days that are complete, each from its first moment to its last
 * @param failed the tables that the last run could not read
 * @param thisRun by table, what the run that wrote the state has done so far; null when it has
 *     ended
 */
public record OrganizationState(
    String organization,
    TreeMap<String, Intervals> complete,
    Collection<String> failed,
    @Nullable TreeMap<String, ExportSoFar> thisRun)
    implements Serializable {
  /** Leaves out nothing: what is missing is empty. */
  public OrganizationState {
    requireNonNull(organization, "organization");
    complete = complete == null ? new TreeMap<>() : complete;
    failed = failed == null ? new TreeSet<>() : new TreeSet<>(failed);
    complete.values().forEach(Objects::requireNonNull);
    if (thisRun != null) {
      thisRun.values().forEach(Objects::requireNonNull);
    }
  }

  /**
   * Returns what is complete of a table.
   *
   * @param table a table's name
   * @return whole days
   */
  public Intervals completeOf(String table) {
    return complete.getOrDefault(table, Intervals.NONE);
  }

  /**
   * Returns what the run that wrote the state has done of a table.
   *
   * @param table a table's name
   * @return that; null when it has done nothing, or has ended
   */
  public @Nullable ExportSoFar soFar(String table) {
    return thisRun == null ? null : thisRun.get(table);
  }

  /** The state after a slice; before it, one of which nothing is known. */
  static OrganizationState after(@Nullable OrganizationState before, OrganizationFacts facts) {
    OrganizationState known =
        before != null ? before : new OrganizationState(facts.organization(), null, null, null);
    TreeMap<String, Intervals> complete = new TreeMap<>(known.complete);
    if (!facts.soFar().read().list().isEmpty()) {
      complete.merge(facts.table(), facts.soFar().read(), Intervals::plus);
    }
    TreeSet<String> failed = new TreeSet<>(known.failed);
    failed.remove(facts.table());
    if (facts.failed()) {
      failed.add(facts.table());
    }
    TreeMap<String, ExportSoFar> thisRun =
        known.thisRun == null ? new TreeMap<>() : new TreeMap<>(known.thisRun);
    thisRun.put(facts.table(), facts.soFar());
    return new OrganizationState(facts.organization(), complete, failed, thisRun);
  }

  /** The same, when the run has ended that wrote it. */
  OrganizationState runEnded() {
    return new OrganizationState(organization, complete, failed, null);
  }
}
