package dev.circlebeam.fetch;

import dev.circlebeam.catalog.Table;
import dev.circlebeam.circleci.ApiSession;
import dev.circlebeam.circleci.DispatchFigures;
import dev.circlebeam.circleci.Dispatcher;
import dev.circlebeam.plan.ExportPlanner;
import dev.circlebeam.plan.ExportTask;
import dev.circlebeam.plan.Organizations;
import dev.circlebeam.plan.Planner;
import dev.circlebeam.plan.ProjectTask;
import dev.circlebeam.record.Page;
import dev.circlebeam.report.Attendant;
import dev.circlebeam.report.FetchFigures;
import dev.circlebeam.report.Progress;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.state.CommittedRuns;
import dev.circlebeam.state.ExportSoFar;
import dev.circlebeam.state.OrganizationState;
import dev.circlebeam.state.ProjectName;
import dev.circlebeam.state.ProjectState;
import dev.circlebeam.state.RunSoFar;
import dev.circlebeam.state.StateStore;
import dev.circlebeam.state.SyncState;
import java.time.Clock;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Begins a run: proves the token, reads the projects, and plans from the state what to read of
 * each. Later slices of the run only plan. Its input is one list of project slugs; nothing else is
 * fetched before this step has found all of them sound.
 *
 * <p>Fails the run, with a {@link dev.circlebeam.report.RunFailure}, when the token is not
 * accepted, when a project is unknown to CircleCI and to the state, or when no project can be read.
 * A project that merely fails goes to {@link FetchTags#ERRORS}.
 */
public final class ReadProjects extends PTransform<PCollection<List<String>>, PCollectionTuple> {
  private static final long serialVersionUID = 1L;

  /** What to read of each project, by shard. */
  public static final TupleTag<KV<Integer, ProjectTask>> TASKS = new TupleTag<>("tasks") {};

  /** What to read of organizations' exports, by organization. */
  public static final TupleTag<KV<String, ExportTask>> EXPORTS = new TupleTag<>("exports") {};

  /** Names the state that the plan was made from: one element. */
  public static final TupleTag<String> STATE_VERSION = new TupleTag<>("stateVersion") {};

  private final FetchSpec spec;
  private final StateStore store;
  private final Planner planner;
  private final Organizations organizations;
  private final Attendant attendant;

  /**
   * @param spec what the run reads, and how
   * @param store where the state is
   * @param planner decides how far back to read
   */
  public ReadProjects(FetchSpec spec, StateStore store, Planner planner) {
    this(spec, store, planner, Organizations.NONE, Attendant.NONE);
  }

  /**
   * @param spec what the run reads, and how
   * @param store where the state is
   * @param planner decides how far back to read
   * @param organizations whose projects are read, beside those that are named
   * @param attendant looks after a run whose launcher has gone away
   */
  public ReadProjects(
      FetchSpec spec,
      StateStore store,
      Planner planner,
      Organizations organizations,
      Attendant attendant) {
    this.spec = spec;
    this.store = store;
    this.planner = planner;
    this.organizations = organizations;
    this.attendant = attendant;
  }

  @Override
  public PCollectionTuple expand(PCollection<List<String>> slugs) {
    PCollectionTuple outputs =
        slugs.apply(
            "Plan",
            ParDo.of(new PlanFn(spec, store, planner, organizations, attendant))
                .withOutputTags(
                    TASKS,
                    TupleTagList.of(STATE_VERSION)
                        .and(EXPORTS)
                        .and(FetchTags.PAGES)
                        .and(FetchTags.SCOPES)
                        .and(FetchTags.ERRORS)
                        .and(FetchTags.FACTS)
                        .and(FetchTags.FIGURES)));
    outputs
        .get(TASKS)
        .setCoder(KvCoder.of(VarIntCoder.of(), SerializableCoder.of(ProjectTask.class)));
    outputs
        .get(EXPORTS)
        .setCoder(KvCoder.of(StringUtf8Coder.of(), SerializableCoder.of(ExportTask.class)));
    outputs.get(STATE_VERSION).setCoder(StringUtf8Coder.of());
    return FetchTags.withCoders(outputs, spec.catalog());
  }

  private static final class PlanFn extends DoFn<List<String>, KV<Integer, ProjectTask>> {
    private static final long serialVersionUID = 1L;

    /**
     * Not the order in which answers come: rows of an organization bear the slug that the first of
     * its projects has for it, and projects without a repository have an opaque one.
     */
    private static final Comparator<ProjectName> READABLE_FIRST =
        Comparator.comparing((ProjectName project) -> project.slug().startsWith("circleci/"))
            .thenComparing(ProjectName::slug);

    /** A slice holds about as many rows of an export as of the jobs of its pipelines. */
    private static final long ROWS_OF_A_PIPELINE = 20;

    private final FetchSpec spec;
    private final StateStore store;
    private final Planner planner;
    private final Organizations organizations;
    private final Attendant attendant;

    PlanFn(
        FetchSpec spec,
        StateStore store,
        Planner planner,
        Organizations organizations,
        Attendant attendant) {
      this.spec = spec;
      this.store = store;
      this.planner = planner;
      this.organizations = organizations;
      this.attendant = attendant;
    }

    @ProcessElement
    public void process(@Element List<String> slugs, MultiOutputReceiver receiver)
        throws InterruptedException {
      try (Attendant.AtWork atWork = attendant.atWork()) {
        read(slugs, receiver);
      } catch (RunFailure e) {
        attendant.failed(e);
        throw e;
      }
    }

    private void read(List<String> slugs, MultiOutputReceiver receiver)
        throws InterruptedException {
      long begun = System.nanoTime();
      Progress progress = Progress.of(spec.runId());
      progress.phase("planning");
      StateStore.Versioned state = store.read();
      if (spec.slice() == 0) {
        Tally tally = new Tally(spec, FetchTags.into(receiver), Clock.systemUTC());
        try (ApiSession session = Sessions.open(spec.api())) {
          Dispatcher<TableRequest, Page> dispatcher =
              session.dispatcher(
                  0,
                  session.retries(),
                  client -> new TableAccess(client, spec)::send,
                  progress::paused);
          DispatchFigures proof = TokenProof.prove(session, progress);
          ProjectReading reading = new ProjectReading(spec, dispatcher, tally, state.state());
          Runnable stop = dispatcher::stop;
          progress.onStop(stop);
          reading.readNamed(slugs);
          OrganizationReading ofOrganizations =
              new OrganizationReading(spec, organizations, planner, state.state());
          FetchFigures found = ofOrganizations.read(session, progress, tally, reading);
          plan(reading.projects(), ofOrganizations::wants, state.state(), false, receiver);
          progress.forget(stop);
          reading.facts().forEach(receiver.get(FetchTags.FACTS)::output);
          receiver
              .get(FetchTags.FIGURES)
              .output(
                  tally
                      .figures(dispatcher, System.nanoTime() - begun)
                      .plus(Tally.sent(spec, proof))
                      .plus(found));
        }
      } else {
        plan(state.state().projectsOfRun(), of -> false, state.state(), true, receiver);
      }
      receiver.get(STATE_VERSION).output(state.version());
    }

    private void plan(
        Collection<ProjectName> projects,
        Predicate<String> organizationsWanted,
        SyncState state,
        boolean isLaterSlice,
        MultiOutputReceiver receiver) {
      // Its own earlier slices are committed, and this one has written nothing yet.
      CommittedRuns committed =
          isLaterSlice ? state.committed().plus(spec.startedAt()) : state.committed();
      int next = 0;
      Set<String> seen = new HashSet<>();
      if (isLaterSlice) {
        state.organizations().forEach((id, of) -> planExports(id, null, of, true, receiver));
      }
      for (ProjectName project : projects.stream().sorted(READABLE_FIRST).toList()) {
        ProjectState known = state.projects().get(project.id());
        RunSoFar soFar = isLaterSlice ? known.thisRun() : null;
        ProjectTask task = planner.plan(project, known, soFar, committed);
        if (task.isFirstSlice()) {
          Set<String> more = new HashSet<>();
          if (next == 0) {
            more.add(Table.TOKEN);
          }
          String organization = project.organizationId();
          if (organizationsWanted.test(organization) && seen.add(organization)) {
            more.add(Table.ORGANIZATION);
            OrganizationState exported = state.organizations().get(organization);
            planExports(organization, project.organizationSlug(), exported, false, receiver);
          }
          task = task.with(more);
        }
        receiver.get(TASKS).output(KV.of(next++ % spec.api().shards(), task));
      }
    }

    private void planExports(
        String id,
        @Nullable String slug,
        @Nullable OrganizationState state,
        boolean isLaterSlice,
        MultiOutputReceiver receiver) {
      for (String table : spec.written()) {
        ExportSoFar soFar = isLaterSlice ? state.soFar(table) : null;
        boolean goesOn = !isLaterSlice || (soFar != null && soFar.left());
        if (goesOn && spec.catalog().table(table).endpoint().isExport()) {
          long rows = ROWS_OF_A_PIPELINE * spec.slicePipelines();
          String name = slug == null && state != null ? state.organization() : slug;
          ExportTask task = new ExportPlanner(table, planner, rows).plan(id, name, state, soFar);
          if (task != null) {
            receiver.get(EXPORTS).output(KV.of(id, task));
          }
        }
      }
    }
  }
}
