package dev.circlebeam.fetch;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.circleci.ApiRequest;
import dev.circlebeam.circleci.Failure;
import dev.circlebeam.circleci.RateCourse;
import dev.circlebeam.plan.ExportTask;
import dev.circlebeam.record.Page;
import dev.circlebeam.record.TableRecord;
import dev.circlebeam.record.Timestamps;
import dev.circlebeam.report.FetchFigures;
import dev.circlebeam.report.Progress;
import dev.circlebeam.report.RequestError;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Hands on an export's rows and errors, and counts them on the way. */
final class ExportTally {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ExportTask task;
  private final Table table;
  private final FetchOutput output;
  private final Progress progress;
  private final Clock clock;
  private FetchFigures.OfTable counted = FetchFigures.OfTable.NONE;
  private long rows;
  private long errors;
  private long countedErrors;

  ExportTally(ExportTask task, Table table, FetchOutput output, Progress progress, Clock clock) {
    this.task = task;
    this.table = table;
    this.output = output;
    this.progress = progress;
    this.clock = clock;
  }

  /** An export will be asked for. */
  void found() {
    progress.table(table.name()).found();
  }

  /** An export is done with. */
  void done() {
    progress.table(table.name()).done(0);
    counted = counted.plus(FetchFigures.OfTable.answer(0, 0, Set.of()));
  }

  /** Hands on some of a file's rows. */
  void took(ApiRequest request, Page page) {
    long micros = Timestamps.micros(clock.instant());
    rows += page.rows().size();
    progress.table(table.name()).rows(page.rows().size());
    FetchFigures.OfTable its =
        new FetchFigures.OfTable(
            0,
            page.rows().size(),
            0,
            page.misfits(),
            new TreeSet<>(page.extraFields()),
            new TreeSet<>());
    counted = counted.plus(its);
    if (!page.rows().isEmpty()) {
      output.page(
          page.rows().stream().map(row -> new TableRecord(table.name(), row, micros)).toList());
    }
    for (Page.Rejected rejected : page.rejected()) {
      String problem = "a row " + rejected.problem();
      error(request, 200, "unusable_item", problem, 1, rejected.item(), false);
    }
  }

  /** Hands on that the export is not to be had, or not yet; people are told in a line. */
  void refused(ApiRequest request, Failure failure, int attempts, String why) {
    counted = counted.plus(FetchFigures.OfTable.refused(why));
    failed(request, failure, attempts, false);
  }

  /** Hands on a request that is given up. */
  void failed(ApiRequest request, Failure failure, int attempts, boolean isCounted) {
    error(
        request,
        failure.status(),
        failure.kind().label(),
        failure.message(),
        attempts,
        failure.body(),
        isCounted);
  }

  private void error(
      ApiRequest request,
      int status,
      String kind,
      String message,
      int attempts,
      @Nullable String body,
      boolean isCounted) {
    errors++;
    countedErrors += isCounted ? 1 : 0;
    progress.failed();
    String ids = JSON.createObjectNode().put("organization_id", task.id()).toString();
    output.error(
        new RequestError(
            clock.instant(),
            table.name(),
            ids,
            request.shown(),
            status,
            kind,
            message,
            attempts,
            body,
            isCounted));
  }

  /** How many rows were handed on. */
  long rows() {
    return rows;
  }

  /** Returns what was counted, with what the requests were. */
  FetchFigures figures(ExportAccess access) {
    return new FetchFigures(
        access.requests(),
        access.retries(),
        access.rateLimited(),
        0,
        0,
        errors,
        countedErrors,
        0,
        0,
        Map.of(table.name(), counted),
        RateCourse.NONE,
        List.of());
  }
}
