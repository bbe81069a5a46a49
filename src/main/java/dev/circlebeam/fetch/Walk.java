package dev.circlebeam.fetch;

import dev.circlebeam.catalog.Table;
import dev.circlebeam.circleci.Answer;
import dev.circlebeam.circleci.Dispatcher;
import dev.circlebeam.plan.ProjectTask;
import dev.circlebeam.record.Page;
import dev.circlebeam.record.StoredTables;
import dev.circlebeam.record.Timestamps;
import dev.circlebeam.state.ProjectFacts;
import dev.circlebeam.state.UnfinishedPipeline;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.generic.GenericRecord;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Reads projects from the top down: lists of pipelines, below each pipeline its workflows, below
 * each workflow its jobs, and whatever else the catalogue declares. All of it goes on at once, so
 * that the slow part (a list, whose pages come one after the other) is hidden behind the many
 * requests of the levels below. One thread; no request is made twice.
 */
final class Walk {
  /** Lists first: the longest chain decides when all is done. Then the deepest, to be rid of it. */
  private static final int LIST_PRIORITY = 0;

  private static final int DEPTHS = 1000;

  private final FetchSpec spec;
  private final Dispatcher<TableRequest, Page> dispatcher;
  private final Tally tally;
  private final TableTree tree;
  private final PipelineLists pipelines;
  private final Descent descent;
  private final FailedRequests failures;
  private final Asked asked = new Asked();
  private final List<ProjectWalk> projects = new ArrayList<>();

  Walk(
      FetchSpec spec, Dispatcher<TableRequest, Page> dispatcher, Tally tally, StoredTables stored) {
    this.spec = spec;
    this.dispatcher = dispatcher;
    this.tally = tally;
    this.tree = new TableTree(spec.catalog(), spec.read());
    this.pipelines = new PipelineLists(spec.pipelinesOfShard());
    this.descent =
        new Descent(
            tree,
            tally,
            new StoredParents(stored),
            new KnownRows(stored, spec.startedAt()),
            this::submit);
    this.failures = new FailedRequests(spec.catalog(), tally, pipelines, asked, this::submit);
  }

  /**
   * Reads projects.
   *
   * @param tasks what to read
   * @throws InterruptedException when the thread is asked to stop
   */
  void run(Iterable<ProjectTask> tasks) throws InterruptedException {
    for (ProjectTask task : tasks) {
      begin(new ProjectWalk(task, spec.branch()));
    }
    finish();
  }

  /**
   * Reads single pipelines again, whatever is known of them.
   *
   * @param project whose they are
   * @param pipelines their ids, each with a time about when it was created
   * @throws InterruptedException when the thread is asked to stop
   */
  void again(ProjectWalk project, Map<String, Instant> pipelines) throws InterruptedException {
    Map<String, UnfinishedPipeline> unfinished = project.task().unfinished();
    for (Table table : lists()) {
      pipelines.forEach(
          (id, about) -> {
            Instant createdAt = unfinished.containsKey(id) ? unfinished.get(id).createdAt() : about;
            submit(TableRequest.row(table, new PipelineOrigin(id, createdAt), project));
          });
    }
    finish();
  }

  /** The projects, and what is known of them so far. */
  List<ProjectWalk> projects() {
    return projects;
  }

  /** Ends the walk: hands on what was read whole, and returns what was learned of each project. */
  List<ProjectFacts> facts() {
    if (dispatcher.isStopped()) {
      noteWhatIsLeft();
    }
    projects.forEach(this::handOnFullReads);
    Set<String> following = new HashSet<>(spec.written());
    following.removeIf(name -> !spec.catalog().followsPipelines(spec.catalog().table(name)));
    return projects.stream().map(project -> project.facts(following, pipelines.cut())).toList();
  }

  private void handOnFullReads(ProjectWalk project) {
    for (String name : spec.written()) {
      Table table = spec.catalog().table(name);
      String root = spec.catalog().root(table);
      // Of the projects themselves it is known since they were read.
      if (table.scope() != null
          && !name.equals(Table.PROJECTS)
          && project.task().roots().contains(root)
          && project.fullReads().isWhole(spec.catalog(), table)) {
        tally.readWhole(table, project.columns(root).get(root + "_id").toString());
      }
    }
  }

  /** Returns where the slice ends; null when it takes all there is. */
  @Nullable Instant cut() {
    return pipelines.cut();
  }

  private void noteWhatIsLeft() {
    dispatcher.dropped().forEach(failures::dropped);
    for (PipelineLists.Listed listed : pipelines.held()) {
      if (pipelines.cut() == null || !listed.createdAt().isBefore(pipelines.cut())) {
        listed.project().notRead(listed.createdAt());
      }
    }
    descent.noteWhatIsLeft();
  }

  /** The tables that are lists of pipelines; there is one. */
  private List<Table> lists() {
    return tree.children(Table.PROJECT).stream().filter(Table::isPipelines).toList();
  }

  private void begin(ProjectWalk project) {
    projects.add(project);
    ProjectTask task = project.task();
    for (Table table : lists()) {
      for (ListReading list : project.lists()) {
        pipelines.open(TableRequest.list(table, project, list, spec.branch()));
      }
      task.due().forEach(id -> lookAgain(project, table, id, task.unfinished().get(id)));
    }
    for (String root : task.roots()) {
      for (Table table : tree.children(root)) {
        // The projects' own rows were read to plan this; exports have a step of their own.
        if (!table.isPipelines()
            && !table.name().equals(Table.PROJECTS)
            && !table.endpoint().isExport()) {
          descent.at(project, table, project.columns(root));
        }
      }
    }
  }

  /** Asks for what is below a pipeline that was unfinished, and for itself if it was not final. */
  private void lookAgain(ProjectWalk project, Table table, String id, UnfinishedPipeline known) {
    PipelineOrigin origin = new PipelineOrigin(id, known.createdAt());
    Map<String, Object> columns = project.columns();
    columns.put(table.primaryKey().get(0), id);
    columns.put(table.partitionBy(), Timestamps.micros(known.createdAt()));
    columns.put(Table.PIPELINE_CREATED_AT, Timestamps.micros(known.createdAt()));
    boolean needsRow =
        known.why().contains(table.name())
            || known.failedTables().contains(table.name())
            || known.unreadTables().contains(table.name());
    for (Table child : tree.children(table.name())) {
      needsRow |= !columns.keySet().containsAll(child.neededOf(table));
    }
    if (needsRow) {
      submit(TableRequest.row(table, origin, project));
      return;
    }
    project.looksAt(origin);
    for (Table child : tree.children(table.name())) {
      submit(TableRequest.first(child, columns, origin, null, project));
    }
  }

  private void finish() throws InterruptedException {
    advance();
    while (true) {
      Dispatcher.Completion<TableRequest, Page> done = dispatcher.next();
      if (done != null) {
        take(done);
        advance();
      } else if (dispatcher.isStopped() || !descent.lookUp()) {
        return;
      }
    }
  }

  /** Asks for the pages, and goes below the pipelines, whose time has come. */
  private void advance() {
    if (dispatcher.isStopped()) {
      return;
    }
    pipelines.toAsk().forEach(this::submit);
    tally.listedAgain(pipelines.listedAgain());
    List<PipelineLists.Listed> released = pipelines.release();
    tally.released(released);
    for (PipelineLists.Listed listed : released) {
      Set<String> done = listed.project().task().doneAt(listed.createdAt());
      descent.below(listed.request(), listed.row(), done);
    }
  }

  private void take(Dispatcher.Completion<TableRequest, Page> done) {
    if (done.answer() instanceof Answer.Ok<Page> ok) {
      take(done.request(), ok, done.attempts());
    } else if (done.answer() instanceof Answer.Failed<Page> failed) {
      failures.take(done.request(), failed.failure(), done.attempts());
    }
  }

  private void take(TableRequest request, Answer.Ok<Page> ok, int attempts) {
    Page page = ok.body();
    String next = request.next(page);
    boolean repeats = next != null && request.repeats(page, next);
    if (request.isOfPipelines()) {
      // Its rows are handed on when they are known to belong to the slice.
      tally.took(request, page, List.of(), ok.arrived(), attempts);
      pipelines.took(request, page, ok.arrived(), repeats);
      repeats &= !request.listing().reading().hasEnded();
    } else {
      List<GenericRecord> rows = page.rows().stream().filter(r -> isWanted(request, r)).toList();
      tally.took(request, page, rows, ok.arrived(), attempts);
      rows.forEach(row -> descent.below(request, row, Set.of()));
    }
    if (repeats) {
      failures.repeats(request, attempts);
    } else if (next != null && !request.isOfPipelines()) {
      submit(request.page(next, page.items()));
    } else if (next == null && page.nextPageToken() != null) {
      failures.truncated(request, attempts);
    }
  }

  /** A rerun may have led to a pipeline that is older than what is wanted. */
  private static boolean isWanted(TableRequest request, GenericRecord row) {
    if (!request.table().isPipelines()) {
      return true;
    }
    Instant createdAt = ListReading.createdAt(request.table(), row);
    ProjectWalk project = request.listing().project();
    UnfinishedPipeline known = project.task().unfinished().get(request.origin().id());
    // Of a pipeline whose row was never read, only about the time is known.
    boolean wasRead = known != null && known.createdAt().equals(createdAt);
    if (wasRead || !createdAt.isBefore(project.task().startDate())) {
      return true;
    }
    project.looksAt(request.origin());
    return false;
  }

  private void submit(TableRequest request) {
    boolean isNew = asked.isNew(request);
    boolean isFurther = request.pageToken() != null || request.listing().isRestarted();
    if (!isNew && !isFurther && !request.isOfPipelines()) {
      if (tree.children(request.table().name()).isEmpty()
          && request.table().unfinishedWhen() == null) {
        asked.share(request);
      } else if (request.subtree() != null) {
        // It was asked for on behalf of the same row, listed twice, and may fail there.
        request.subtree().unsettle();
      }
      return;
    }
    tally.found(request);
    int depth = request.isOfPipelines() ? 0 : tree.depth(request.table().name());
    dispatcher.submit(request, depth == 0 ? LIST_PRIORITY : DEPTHS - depth);
  }
}
