package dev.circlebeam.fetch;

import com.google.common.collect.EvictingQueue;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.circleci.ApiRequest;
import dev.circlebeam.circleci.Failure;
import dev.circlebeam.circleci.FailureKind;
import dev.circlebeam.plan.ExportTask;
import dev.circlebeam.record.CsvPages;
import dev.circlebeam.state.ExportSoFar;
import dev.circlebeam.state.Interval;
import dev.circlebeam.state.Intervals;
import dev.circlebeam.state.OrganizationFacts;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Reads an organization's export: asks for some days, the newest first, waits until their files are
 * ready, reads them, and goes on with the days before, until the slice is full. What CircleCI
 * allows (ten exports an hour, ten looks a minute) is kept by counting, not by being refused.
 */
final class ExportReading {
  private static final int EXPORTS_AN_HOUR = 10;
  private static final int LOOKS = 10;
  private static final Duration LOOKS_IN = Duration.ofMinutes(1);
  private static final Duration SELDOM = Duration.ofSeconds(15);

  /** CircleCI's own limit for an export is four hours. */
  private static final Duration LONGEST = Duration.ofHours(5);

  private static final Failure NO_MORE =
      new Failure(
          FailureKind.RATE_LIMITED,
          0,
          "CircleCI makes ten exports an hour; a run in an hour goes on",
          null,
          null);

  /** How the reading of some days ended. */
  private enum End {
    READ,
    FAILED,
    POSTPONED,
    REFUSED,
    STOPPED
  }

  private final ExportTask task;
  private final ApiRequest exports;
  private final ExportAccess access;
  private final CsvPages pages;
  private final ExportTally tally;
  private final Duration firstLook;
  private final BooleanSupplier isStopped;
  private final LongSupplier nanoTime;
  private final EvictingQueue<Long> looks = EvictingQueue.create(LOOKS);

  /**
   * @param task what to read
   * @param table the table that the export fills
   * @param access asks
   * @param pages reads files
   * @param tally takes rows and errors
   * @param firstLook how long after it was asked for to look for an export; later waits grow
   * @param isStopped whether somebody ends the run
   * @param nanoTime the time
   */
  ExportReading(
      ExportTask task,
      Table table,
      ExportAccess access,
      CsvPages pages,
      ExportTally tally,
      Duration firstLook,
      BooleanSupplier isStopped,
      LongSupplier nanoTime) {
    this.task = task;
    this.exports =
        ApiRequest.of(table.endpoint().api(), table.path(), Map.of("organization_id", task.id()));
    this.access = access;
    this.pages = pages;
    this.tally = tally;
    this.firstLook = firstLook;
    this.isStopped = isStopped;
    this.nanoTime = nanoTime;
  }

  /**
   * Reads what the slice is to read.
   *
   * @return what the run has done by now
   * @throws dev.circlebeam.report.RunFailure when the token is not accepted
   */
  OrganizationFacts read() throws InterruptedException {
    ExportSoFar soFar = task.soFar();
    End end = End.READ;
    Interval days = task.next(soFar);
    while (days != null && end == End.READ) {
      boolean isFull = tally.rows() >= task.rowsOfSlice();
      if (isFull || isStopped.getAsBoolean()) {
        break;
      }
      if (soFar.asked() >= EXPORTS_AN_HOUR) {
        end = postponed(exports, NO_MORE, 0);
        break;
      }
      long before = tally.rows();
      end = read(days);
      soFar = end == End.READ ? plus(soFar, days, tally.rows() - before) : soFar;
      days = task.next(soFar);
    }
    boolean goesOn = days != null && (end == End.READ || end == End.STOPPED);
    return new OrganizationFacts(
        task.id(),
        task.organization(),
        task.table(),
        new ExportSoFar(soFar.read(), soFar.asked(), soFar.rowsADay(), goesOn),
        end == End.FAILED,
        end == End.POSTPONED);
  }

  private static ExportSoFar plus(ExportSoFar soFar, Interval days, long rows) {
    long count = Duration.between(days.from(), days.to()).toDays() + 1;
    Intervals read = soFar.read().plus(days);
    return new ExportSoFar(read, soFar.asked() + 1, rows / count, false);
  }

  private End read(Interval days) throws InterruptedException {
    tally.found();
    ExportAccess.Outcome<ExportAccess.Export> created = access.create(exports, days);
    if (created.value() == null) {
      return failed(exports, created.failure(), created.attempts(), true);
    }
    ApiRequest request = ExportAccess.export(exports, created.value().id());
    long begun = nanoTime.getAsLong();
    Duration wait = firstLook;
    while (true) {
      if (!access.pause(wait) || !waitForLook()) {
        return End.STOPPED;
      }
      ExportAccess.Outcome<ExportAccess.Export> seen = access.look(request);
      if (seen.value() == null) {
        return failed(request, seen.failure(), seen.attempts(), false);
      }
      switch (seen.value().state()) {
        case "completed" -> {
          return fetch(request, seen.value());
        }
        case "failed" -> {
          return failed(request, said(seen.value().reason()), seen.attempts(), false);
        }
        default -> {
          if (nanoTime.getAsLong() - begun > LONGEST.toNanos()) {
            return failed(request, said("it is not ready after five hours"), 1, false);
          }
        }
      }
      wait = wait.multipliedBy(2).compareTo(SELDOM) < 0 ? wait.multipliedBy(2) : SELDOM;
    }
  }

  /** Waits until another look is within what CircleCI allows. */
  private boolean waitForLook() throws InterruptedException {
    if (looks.remainingCapacity() == 0) {
      long since = nanoTime.getAsLong() - looks.peek();
      Duration wait = LOOKS_IN.minusNanos(since);
      if (!wait.isNegative() && !access.pause(wait)) {
        return false;
      }
    }
    looks.add(nanoTime.getAsLong());
    return true;
  }

  private End fetch(ApiRequest request, ExportAccess.Export export) throws InterruptedException {
    for (String url : export.files()) {
      long[] had = {0};
      ExportAccess.Outcome<Boolean> file =
          access.fetch(url, () -> in -> pages.read(in, Map.of(), pageTaker(request, had)));
      if (file.value() == null) {
        return lost(request, file.failure(), file.attempts());
      }
    }
    tally.done();
    return End.READ;
  }

  /** A file cannot be had; what its server thinks of tokens says nothing of ours. */
  private End lost(ApiRequest request, @Nullable Failure failure, int attempts) {
    tally.done();
    if (failure == null || isStopped.getAsBoolean()) {
      return End.STOPPED;
    }
    tally.failed(request, failure, attempts, !task.failedBefore());
    return End.FAILED;
  }

  /** Hands on what an earlier try has not handed on. */
  private CsvPages.Pages pageTaker(ApiRequest request, long[] had) {
    long[] seen = {0};
    return page -> {
      if (isStopped.getAsBoolean()) {
        throw new InterruptedIOException("the run is being ended");
      }
      if (seen[0]++ >= had[0]) {
        had[0]++;
        tally.took(request, page);
      }
    };
  }

  private static Failure said(@Nullable String reason) {
    String why = reason == null ? "" : ": " + reason;
    return new Failure(FailureKind.SERVER_ERROR, 200, "the export failed" + why, null, null);
  }

  private End failed(ApiRequest request, @Nullable Failure failure, int attempts, boolean isFirst) {
    tally.done();
    if (failure == null) {
      return End.STOPPED;
    }
    FailureKind kind = failure.kind();
    if (kind == FailureKind.UNAUTHORIZED) {
      throw Tally.invalidCredentials(request, failure);
    }
    if (isFirst && (kind == FailureKind.FORBIDDEN || kind == FailureKind.NOT_FOUND)) {
      String why = kind == FailureKind.FORBIDDEN ? "not permitted for " : "not found for ";
      tally.refused(request, failure, attempts, why + task.organization());
      return End.REFUSED;
    }
    if (kind == FailureKind.RATE_LIMITED) {
      return postponed(request, failure, attempts);
    }
    tally.failed(request, failure, attempts, !task.failedBefore());
    return End.FAILED;
  }

  private End postponed(ApiRequest request, Failure failure, int attempts) {
    tally.refused(
        request,
        failure,
        attempts,
        "not read whole for " + task.organization() + ": " + NO_MORE.message());
    return End.POSTPONED;
  }
}
