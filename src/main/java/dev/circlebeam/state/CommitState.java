package dev.circlebeam.state;

import dev.circlebeam.catalog.Table;
import dev.circlebeam.report.StateSummary;
import dev.circlebeam.state.SyncState.WrittenBy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;

/**
 * Moves the state on. Its input is one element, which must not be there before all tables are
 * written; what was learned comes from the side.
 *
 * <p>Example: {@code once.apply(Wait.on(written)).apply("CommitState", new CommitState(…))}. Fails
 * the run, with a {@link dev.circlebeam.report.RunFailure}, when another run has written the state
 * meanwhile.
 */
public final class CommitState extends PTransform<PCollection<String>, PCollection<StateSummary>> {
  private static final long serialVersionUID = 1L;

  private final StateStore store;
  private final WrittenBy run;
  private final PCollection<ProjectFacts> facts;
  private final PCollection<String> readVersion;

  /**
   * @param store where the state is
   * @param run the run, and which part of it
   * @param facts what was learned
   * @param readVersion one element, which names the state that the run read when it began
   */
  public CommitState(
      StateStore store,
      WrittenBy run,
      PCollection<ProjectFacts> facts,
      PCollection<String> readVersion) {
    this.store = store;
    this.run = run;
    this.facts = facts;
    this.readVersion = readVersion;
  }

  @Override
  public PCollection<StateSummary> expand(PCollection<String> once) {
    PCollectionView<Iterable<ProjectFacts>> learned = facts.apply("Facts", View.asIterable());
    PCollectionView<String> version = readVersion.apply("ReadVersion", View.asSingleton());
    return once.apply(
            "Replace",
            ParDo.of(new CommitFn(store, run, learned, version)).withSideInputs(learned, version))
        .setCoder(SerializableCoder.of(StateSummary.class));
  }

  private static final class CommitFn extends DoFn<String, StateSummary> {
    private static final long serialVersionUID = 1L;

    private final StateStore store;
    private final WrittenBy run;
    private final PCollectionView<Iterable<ProjectFacts>> learned;
    private final PCollectionView<String> version;

    CommitFn(
        StateStore store,
        WrittenBy run,
        PCollectionView<Iterable<ProjectFacts>> learned,
        PCollectionView<String> version) {
      this.store = store;
      this.run = run;
      this.learned = learned;
      this.version = version;
    }

    @ProcessElement
    public void process(ProcessContext context) {
      List<ProjectFacts> facts = new ArrayList<>();
      context.sideInput(learned).forEach(facts::add);
      new OutputGuard(store.output(), run.runId(), run.startedAt()).checkTaken();
      SyncState before = store.readAgain(context.sideInput(version));
      SyncState after = before.after(facts, run);
      store.replace(context.sideInput(version), after);
      List<ProjectFacts> known = facts.stream().filter(of -> of.project().id() != null).toList();
      long unfinished =
          known.stream()
              .mapToLong(of -> after.projects().get(of.project().id()).unfinished().size())
              .sum();
      long givenUp = known.stream().mapToLong(ProjectFacts::givenUp).sum();
      long read = known.stream().filter(of -> !of.failed().contains(Table.PROJECTS)).count();
      context.output(
          new StateSummary(
              read,
              unfinished,
              givenUp,
              slugs(facts, of -> !of.failed().isEmpty() || of.lists().blocked()),
              slugs(facts, of -> of.lists().left())));
    }

    private static List<String> slugs(List<ProjectFacts> facts, Predicate<ProjectFacts> which) {
      return facts.stream()
          .filter(which)
          .map(of -> of.project().slug())
          .sorted()
          .collect(Collectors.toCollection(ArrayList::new));
    }
  }
}
