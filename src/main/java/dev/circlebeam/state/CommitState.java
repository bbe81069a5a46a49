package dev.circlebeam.state;

import dev.circlebeam.catalog.Table;
import dev.circlebeam.report.StateSummary;
import dev.circlebeam.state.SyncState.WrittenBy;
import dev.circlebeam.storage.OutputGuard;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Moves the state on, by what a slice has learned. Travels to the step that does it. */
public final class CommitState implements Serializable {
  private static final long serialVersionUID = 1L;

  private final StateStore store;
  private final WrittenBy run;

  /**
   * @param store where the state is
   * @param run the run, and which part of it
   */
  public CommitState(StateStore store, WrittenBy run) {
    this.store = store;
    this.run = run;
  }

  /**
   * Replaces the state. All tables must be written. Doing it twice is doing it once.
   *
   * @param facts what was learned of projects
   * @param exports what was learned of organizations' exports
   * @param readVersion names the state that the slice read when it began
   * @return how things stand now
   * @throws dev.circlebeam.report.RunFailure when another run has written the state meanwhile
   */
  public StateSummary commit(
      List<ProjectFacts> facts, List<OrganizationFacts> exports, String readVersion) {
    new OutputGuard(store.lockedIn(), run.runId(), run.startedAt()).checkTaken();
    SyncState before = store.readAgain(readVersion);
    SyncState after = before.after(facts, exports, run);
    store.replace(readVersion, after);
    List<ProjectFacts> known = facts.stream().filter(of -> of.project().id() != null).toList();
    long unfinished =
        known.stream()
            .mapToLong(of -> after.projects().get(of.project().id()).unfinished().size())
            .sum();
    long givenUp = known.stream().mapToLong(ProjectFacts::givenUp).sum();
    long read = known.stream().filter(of -> !of.failed().contains(Table.PROJECTS)).count();
    List<String> incomplete = slugs(facts, of -> !of.failed().isEmpty() || of.lists().blocked());
    exports.stream()
        .filter(of -> of.failed() || of.postponed())
        .forEach(of -> incomplete.add(of.shown()));
    List<String> left = slugs(facts, of -> of.lists().left());
    exports.stream().filter(of -> of.soFar().left()).forEach(of -> left.add(of.shown()));
    return new StateSummary(read, unfinished, givenUp, incomplete, left);
  }

  private static List<String> slugs(List<ProjectFacts> facts, Predicate<ProjectFacts> which) {
    return facts.stream()
        .filter(which)
        .map(of -> of.project().slug())
        .sorted()
        .collect(Collectors.toCollection(ArrayList::new));
  }
}
