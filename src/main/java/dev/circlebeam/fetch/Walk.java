package dev.circlebeam.fetch;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Column;
import dev.circlebeam.catalog.Refresh;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.circleci.Answer;
import dev.circlebeam.circleci.Dispatcher;
import dev.circlebeam.circleci.Failure;
import dev.circlebeam.circleci.FailureKind;
import dev.circlebeam.plan.ProjectTask;
import dev.circlebeam.record.Page;
import dev.circlebeam.record.Timestamps;
import dev.circlebeam.state.ProjectFacts;
import dev.circlebeam.state.UnfinishedPipeline;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.generic.GenericRecord;

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
  private final Set<String> asked = new HashSet<>();
  private final Map<String, List<Table>> children = new HashMap<>();
  private final Map<String, Integer> depths = new HashMap<>();
  private final List<ProjectWalk> projects = new ArrayList<>();

  Walk(FetchSpec spec, Dispatcher<TableRequest, Page> dispatcher, Tally tally) {
    this.spec = spec;
    this.dispatcher = dispatcher;
    this.tally = tally;
    Catalog catalog = spec.catalog();
    for (String name : spec.read()) {
      children.put(name, wanted(catalog.children(name)));
      depths.put(name, catalog.depth(catalog.table(name)));
    }
  }

  /**
   * Reads projects.
   *
   * @param tasks what to read
   * @return what was learned of each project
   * @throws InterruptedException when the thread is asked to stop
   */
  List<ProjectFacts> run(Iterable<ProjectTask> tasks) throws InterruptedException {
    for (ProjectTask task : tasks) {
      begin(new ProjectWalk(task, spec.startedAt()));
    }
    for (Dispatcher.Completion<TableRequest, Page> done = dispatcher.next();
        done != null;
        done = dispatcher.next()) {
      take(done);
    }
    List<ProjectFacts> facts = new ArrayList<>();
    Set<String> incremental = new HashSet<>(spec.written());
    incremental.removeIf(name -> spec.catalog().table(name).refresh() == Refresh.FULL);
    for (ProjectWalk project : projects) {
      facts.add(project.facts(incremental, spec.branch() == null));
    }
    return facts;
  }

  private void begin(ProjectWalk project) {
    projects.add(project);
    for (Table table : wanted(spec.catalog().children(Table.PROJECT))) {
      // The projects' own rows were read to plan this.
      if (table.refresh() == Refresh.INCREMENTAL) {
        submit(TableRequest.feed(table, project, spec.branch()));
        project.task().unfinished().forEach((id, known) -> lookAgain(project, table, id, known));
      } else if (!table.name().equals(Table.PROJECTS)) {
        submit(TableRequest.first(table, project.columns(), null, project));
      }
    }
  }

  /** Asks for what is below a pipeline that was unfinished, and for itself if it was not final. */
  private void lookAgain(ProjectWalk project, Table table, String id, UnfinishedPipeline known) {
    PipelineOrigin origin = new PipelineOrigin(id, known.createdAt());
    Map<String, Object> columns = project.columns();
    columns.put(table.primaryKey().get(0), id);
    columns.put(table.partitionBy(), Timestamps.micros(known.createdAt()));
    boolean needsRow = known.why().contains(table.name());
    for (Table child : children.get(table.name())) {
      needsRow |= !columns.keySet().containsAll(child.parentColumns());
    }
    if (needsRow) {
      submit(TableRequest.row(table, origin, project));
      return;
    }
    project.looksAt(origin);
    for (Table child : children.get(table.name())) {
      submit(TableRequest.first(child, columns, origin, project));
    }
  }

  private void take(Dispatcher.Completion<TableRequest, Page> done) {
    if (done.answer() instanceof Answer.Ok<Page> ok) {
      take(done.request(), ok, done.attempts());
    } else if (done.answer() instanceof Answer.Failed<Page> failed) {
      fail(done.request(), failed.failure(), done.attempts());
    }
  }

  private void take(TableRequest request, Answer.Ok<Page> ok, int attempts) {
    ProjectWalk project = request.listing().project();
    Page page = ok.body();
    List<GenericRecord> rows = page.rows();
    boolean goesOn = true;
    if (request.isFeed()) {
      goesOn = project.page(request.table(), rows);
      rows = rows.stream().filter(row -> project.wants(request.table(), row)).toList();
    }
    tally.took(request, page, rows, ok.arrived(), attempts);
    rows.forEach(row -> below(request, row));
    String next = page.nextPageToken();
    if (next == null || !goesOn) {
      ended(request);
    } else if (request.listing().isNew(next)) {
      submit(request.page(next));
    } else {
      Failure failure =
          new Failure(
              FailureKind.MALFORMED,
              200,
              "the list gave a page token for the second time; it is ended here",
              null,
              null);
      giveUp(request, failure, "page_token_repeated", attempts);
    }
  }

  private void ended(TableRequest request) {
    if (request.isFeed()) {
      request.listing().project().listRead();
    }
    String scope = request.table().scope();
    if (scope != null) {
      String source = Column.fromParent(request.table().schema().getField(scope));
      tally.readWhole(request, request.parent().get(source).toString());
    }
  }

  private void below(TableRequest request, GenericRecord row) {
    ProjectWalk project = request.listing().project();
    Table table = request.table();
    PipelineOrigin origin = request.origin();
    if (table.isRoot() && table.refresh() == Refresh.INCREMENTAL) {
      String id = row.get(table.primaryKey().get(0)).toString();
      origin = new PipelineOrigin(id, ProjectWalk.createdAt(table, row));
      project.looksAt(origin);
    }
    if (table.unfinishedWhen() != null && table.unfinishedWhen().matches(row)) {
      project.unfinished(origin, table.name());
    }
    for (Table child : children.get(table.name())) {
      Map<String, Object> parent = new HashMap<>();
      for (String column : child.parentColumns()) {
        parent.put(column, row.get(column));
      }
      TableRequest next;
      try {
        next = TableRequest.first(child, parent, origin, project);
      } catch (IllegalArgumentException e) {
        // An id that is no part of a path, such as "..": nobody can ask for what is below it.
        tally.unusable(request, "an item: " + e.getMessage(), null, 1);
        continue;
      }
      submit(next);
    }
  }

  private void fail(TableRequest request, Failure failure, int attempts) {
    if (failure.kind() == FailureKind.UNAUTHORIZED) {
      throw Tally.invalidCredentials(request.request(), failure);
    }
    boolean gone = failure.kind() == FailureKind.NOT_FOUND;
    boolean inMidList = request.pageToken() != null;
    if (inMidList && (gone || failure.kind() == FailureKind.BAD_REQUEST)) {
      if (request.listing().restart()) {
        submit(request.page(null));
      } else {
        giveUp(request, failure, "page_token_expired", attempts);
      }
    } else if (gone) {
      if (request.origin() != null) {
        request.listing().project().looksAt(request.origin());
      }
      tally.missing(request);
    } else {
      giveUp(request, failure, failure.kind().label(), attempts);
    }
  }

  private void giveUp(TableRequest request, Failure failure, String kind, int attempts) {
    boolean failedBefore =
        request.listing().project().failed(request.origin(), request.table().name());
    tally.gaveUp(request, failure, kind, attempts, failedBefore);
  }

  private void submit(TableRequest request) {
    boolean isNew = asked.add(request.path().path());
    if (!isNew && request.pageToken() == null && !request.listing().isRestarted()) {
      return;
    }
    tally.found(request);
    int priority = request.isFeed() ? LIST_PRIORITY : DEPTHS - depths.get(request.table().name());
    dispatcher.submit(request, priority);
  }

  private List<Table> wanted(List<Table> tables) {
    return tables.stream().filter(table -> spec.read().contains(table.name())).toList();
  }
}
