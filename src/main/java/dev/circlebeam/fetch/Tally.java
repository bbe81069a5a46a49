package dev.circlebeam.fetch;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.circleci.ApiRequest;
import dev.circlebeam.circleci.DispatchFigures;
import dev.circlebeam.circleci.Dispatcher;
import dev.circlebeam.circleci.Failure;
import dev.circlebeam.circleci.FailureKind;
import dev.circlebeam.circleci.RateCourse;
import dev.circlebeam.plan.RerunSearch;
import dev.circlebeam.record.Page;
import dev.circlebeam.record.ScopeRead;
import dev.circlebeam.record.TableRecord;
import dev.circlebeam.record.Timestamps;
import dev.circlebeam.report.FetchFigures;
import dev.circlebeam.report.Progress;
import dev.circlebeam.report.RequestError;
import dev.circlebeam.report.RunFailure;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.avro.generic.GenericRecord;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Hands on rows and errors, and counts them on the way. */
final class Tally {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final FetchSpec spec;
  private final FetchOutput output;
  private final Progress progress;
  private final Clock clock;
  private final Map<String, FetchFigures.OfTable> tables = new TreeMap<>();
  private long errors;
  private long countedErrors;
  private long pipelines;
  private long rerunsFound;

  Tally(FetchSpec spec, FetchOutput output, Clock clock) {
    this.spec = spec;
    this.output = output;
    this.clock = clock;
    this.progress = Progress.of(spec.runId());
  }

  /** A request more will be made. */
  void found(TableRequest request) {
    progress.table(request.table().name()).found();
  }

  /** Hands on the rows of a good answer that are wanted, and the items that are none. */
  void took(
      TableRequest request, Page page, List<GenericRecord> wanted, Instant arrived, int attempts) {
    String table = request.table().name();
    count(request, FetchFigures.OfTable.answer(wanted.size(), page.misfits(), page.extraFields()));
    progress.table(table).done(wanted.size());
    for (Page.Rejected rejected : page.rejected()) {
      unusable(request, "an item " + rejected.problem(), rejected.item(), attempts);
    }
    if (spec.written().contains(table) && !wanted.isEmpty()) {
      long micros = Timestamps.micros(arrived);
      output.page(wanted.stream().map(row -> new TableRecord(table, row, micros)).toList());
    }
  }

  /** Hands on pipelines that were held back when their page was taken. */
  void released(List<PipelineLists.Listed> pipelines) {
    if (pipelines.isEmpty()) {
      return;
    }
    this.pipelines += pipelines.size();
    TableRequest any = pipelines.get(0).request();
    count(any, FetchFigures.OfTable.rows(pipelines.size()));
    progress.table(any.table().name()).rows(pipelines.size());
    listedAgain(pipelines);
  }

  /** Hands on what pipelines are now that were handed on before; they are not counted again. */
  void listedAgain(List<PipelineLists.Listed> pipelines) {
    List<TableRecord> rows = new ArrayList<>();
    for (PipelineLists.Listed listed : pipelines) {
      String table = listed.request().table().name();
      rows.add(new TableRecord(table, listed.row(), Timestamps.micros(listed.arrived())));
    }
    if (!rows.isEmpty() && spec.written().contains(rows.get(0).table())) {
      output.page(rows);
    }
  }

  /** Hands on a failed request of the search for reruns. */
  void searchFailed(ProjectWalk project, ApiRequest request, Failure failure, int attempts) {
    ObjectNode ids = JSON.createObjectNode().put("project_id", project.task().project().id());
    gaveUp(RerunSearch.TABLE, ids, request, failure, attempts, true);
  }

  /** Hands on a failed request of the search for an organization's projects. */
  void discoveryFailed(ApiRequest request, Failure failure, int attempts, boolean isCounted) {
    gaveUp(Table.PROJECTS, JSON.createObjectNode(), request, failure, attempts, isCounted);
  }

  private void gaveUp(
      String table,
      ObjectNode ids,
      ApiRequest request,
      Failure failure,
      int attempts,
      boolean isCounted) {
    errors++;
    countedErrors += isCounted ? 1 : 0;
    progress.failed();
    output.error(
        new RequestError(
            clock.instant(),
            table,
            ids.toString(),
            request.shown(),
            failure.status(),
            failure.kind().label(),
            failure.message(),
            attempts,
            failure.body(),
            isCounted));
  }

  /** A rerun was found under an old pipeline. */
  void rerunFound() {
    rerunsFound++;
  }

  /** Hands on an item of a good answer that nothing can be made of. */
  void unusable(TableRequest request, String problem, @Nullable String item, int attempts) {
    String url = request.request().shown();
    unusable(request.table(), parentIds(request), url, 200, problem, item, attempts);
  }

  /** Hands on that a table cannot be asked for by a row that an earlier run has written. */
  void unusable(Table table, Map<String, Object> parent, String problem) {
    unusable(table, ids(parent).toString(), table.path(), 0, problem, null, 0);
  }

  private void unusable(
      Table table,
      String ids,
      String url,
      int status,
      String problem,
      @Nullable String item,
      int attempts) {
    errors++;
    progress.failed();
    output.error(
        new RequestError(
            clock.instant(),
            table.name(),
            ids,
            url,
            status,
            "unusable_item",
            problem,
            attempts,
            item,
            false));
  }

  /** Hands on that a full-refresh table was read whole for one project or organization. */
  void readWhole(Table table, String scope) {
    if (spec.written().contains(table.name())) {
      output.scope(new ScopeRead(table.name(), scope));
    }
  }

  /** Counts an answer 404 below a project: what was asked for is gone. */
  void missing(TableRequest request) {
    count(request, FetchFigures.OfTable.missing());
    progress.table(request.table().name()).done(0);
  }

  /**
   * Hands on that an organization's table is not to be had.
   *
   * @param organization how people know the organization; null when nobody does
   */
  void refused(TableRequest request, Failure failure, int attempts, @Nullable String organization) {
    String why = failure.kind() == FailureKind.FORBIDDEN ? "not permitted" : "not found";
    String whose = organization == null ? "the token's user" : organization;
    count(request, FetchFigures.OfTable.refused(why + " for " + whose));
    gaveUp(request, failure, failure.kind().label(), attempts, true);
  }

  /** Hands on a request that is given up. */
  void gaveUp(
      TableRequest request, Failure failure, String kind, int attempts, boolean failedBefore) {
    errors++;
    if (!failedBefore) {
      countedErrors++;
    }
    String table = request.table().name();
    progress.failed();
    progress.table(table).done(0);
    // A body of a good answer may hold columns that nobody is to see.
    boolean secret =
        request.table().sensitive()
            || (failure.status() / 100 == 2 && spec.excluded().containsKey(table));
    output.error(
        new RequestError(
            clock.instant(),
            table,
            parentIds(request),
            request.request().shown(),
            failure.status(),
            kind,
            request.table().sensitive() ? plain(failure) : failure.message(),
            attempts,
            secret ? null : failure.body(),
            !failedBefore));
  }

  /** What can be said of a failure without a word of the answer. */
  private static String plain(Failure failure) {
    if (failure.status() == 0) {
      return failure.message();
    }
    String status = "HTTP " + failure.status();
    return failure.status() / 100 == 2 ? status + ", " + failure.kind().label() : status;
  }

  /** Returns what was counted, with what the dispatcher counted. */
  FetchFigures figures(Dispatcher<?, ?> dispatcher, long nanos) {
    long millis = TimeUnit.NANOSECONDS.toMillis(nanos);
    return new FetchFigures(
            0,
            0,
            0,
            0,
            millis,
            errors,
            countedErrors,
            pipelines,
            rerunsFound,
            tables,
            RateCourse.NONE,
            List.of())
        .plus(sent(spec, dispatcher.figures()));
  }

  /** Returns what a dispatcher counted, for no table in particular. */
  static FetchFigures sent(FetchSpec spec, DispatchFigures sent) {
    return new FetchFigures(
        sent.requests(),
        sent.retries(),
        sent.rateLimited(),
        sent.waitedMillis(),
        0,
        0,
        0,
        0,
        0,
        Map.of(),
        sent.course(System.nanoTime(), Duration.between(spec.startedAt(), Instant.now())),
        List.of());
  }

  /** Makes the failure that ends a run whose token is not accepted. */
  static RunFailure invalidCredentials(ApiRequest request, Failure failure) {
    return RunFailure.failed(
        "invalid_credentials",
        "CircleCI does not accept the token (" + request.path() + ": " + failure.message() + ")",
        "put a personal API token where --token points (by default the environment variable"
            + " CIRCLECI_TOKEN): project tokens do not work on API v2, and tokens expire after at"
            + " most a year");
  }

  private void count(TableRequest request, FetchFigures.OfTable figures) {
    tables.merge(request.table().name(), figures, FetchFigures.OfTable::plus);
  }

  private static String parentIds(TableRequest request) {
    ObjectNode ids = ids(request.parent());
    if (request.origin() != null) {
      ids.put("pipeline_id", request.origin().id());
    }
    return ids.toString();
  }

  private static ObjectNode ids(Map<String, ?> parent) {
    ObjectNode ids = JSON.createObjectNode();
    new TreeMap<>(parent)
        .forEach(
            (name, value) -> {
              if (value instanceof CharSequence) {
                ids.put(name, value.toString());
              }
            });
    return ids;
  }
}
