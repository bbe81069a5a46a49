package dev.circlebeam.fetch;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.circleci.Failure;
import dev.circlebeam.circleci.FailureKind;
import java.util.function.Consumer;

/**
 * What becomes of requests that failed: a list is begun again or given up, what is gone is counted,
 * and what is not to be had is said once.
 */
final class FailedRequests {
  private final Catalog catalog;
  private final Tally tally;
  private final PipelineLists pipelines;
  private final Asked asked;
  private final Consumer<TableRequest> submit;

  /**
   * @param catalog every table
   * @param tally takes errors
   * @param pipelines the lists of pipelines, which end with a request that is given up
   * @param asked what others need, too
   * @param submit takes requests that are made again
   */
  FailedRequests(
      Catalog catalog,
      Tally tally,
      PipelineLists pipelines,
      Asked asked,
      Consumer<TableRequest> submit) {
    this.catalog = catalog;
    this.tally = tally;
    this.pipelines = pipelines;
    this.asked = asked;
    this.submit = submit;
  }

  /** Takes a request that no attempt has made succeed. */
  void take(TableRequest request, Failure failure, int attempts) {
    if (failure.kind() == FailureKind.UNAUTHORIZED) {
      throw Tally.invalidCredentials(request.request(), failure);
    }
    boolean gone = failure.kind() == FailureKind.NOT_FOUND;
    boolean inMidList = request.pageToken() != null;
    boolean refused = failure.kind() == FailureKind.FORBIDDEN || (gone && !inMidList);
    if (refused && isOrganizationWide(request)) {
      refuse(request, failure, attempts);
    } else if (inMidList && (gone || failure.kind() == FailureKind.BAD_REQUEST)) {
      beginAgain(request, failure, attempts);
    } else if (gone) {
      miss(request);
    } else {
      giveUp(request, failure, failure.kind().label(), attempts);
    }
  }

  /** A list gave a page token that it had given before: it is ended with that page. */
  void repeats(TableRequest request, int attempts) {
    Failure failure = malformed("the list gave a page token for the second time; it is ended here");
    giveUp(request, failure, "page_token_repeated", attempts);
  }

  /** A list has more pages than can be asked for. */
  void truncated(TableRequest request, int attempts) {
    Failure failure =
        malformed("the list has more rows than its first page, and no other can be asked for");
    // No run can do better, so it does not count as what went wrong in this one.
    request.listing().project().fullReads().broke(request.table());
    tally.gaveUp(request, failure, "list_truncated", attempts, true);
  }

  /** A request was not made because the run is being ended. */
  void dropped(TableRequest request) {
    ProjectWalk project = request.listing().project();
    if (request.origin() != null) {
      boolean isRow = request.table().isPipelines();
      project.dropped(request.origin(), request.table().name(), isRow);
    }
    asked.failed(request);
    project.fullReads().broke(request.table());
  }

  private static Failure malformed(String message) {
    return new Failure(FailureKind.MALFORMED, 200, message, null, null);
  }

  private boolean isOrganizationWide(TableRequest request) {
    return !catalog.root(request.table()).equals(Table.PROJECT);
  }

  /** Tells once for an organization and table that it is not to be had. */
  private void refuse(TableRequest request, Failure failure, int attempts) {
    ProjectWalk project = request.listing().project();
    if (project.fullReads().refused(request.table())) {
      tally.refused(request, failure, attempts, project.task().project().organization());
    } else {
      tally.missing(request);
    }
  }

  /** The page token has expired; the second time the list is given up. */
  private void beginAgain(TableRequest request, Failure failure, int attempts) {
    if (!request.listing().restart()) {
      giveUp(request, failure, "page_token_expired", attempts);
    } else if (request.isOfPipelines()) {
      tally.found(request);
      pipelines.restarted(request);
    } else {
      submit.accept(request.again());
    }
  }

  private void miss(TableRequest request) {
    ProjectWalk project = request.listing().project();
    if (request.origin() != null) {
      project.looksAt(request.origin());
    }
    close(request);
    project.fullReads().broke(request.table());
    tally.missing(request);
  }

  private void giveUp(TableRequest request, Failure failure, String kind, int attempts) {
    ProjectWalk project = request.listing().project();
    close(request);
    asked.failed(request);
    project.fullReads().broke(request.table());
    boolean failedBefore = project.failed(request.origin(), request.table().name());
    tally.gaveUp(request, failure, kind, attempts, failedBefore);
  }

  private void close(TableRequest request) {
    if (request.isOfPipelines()) {
      request.listing().project().blocked();
      pipelines.failed(request);
    }
  }
}
