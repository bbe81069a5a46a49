package dev.circlebeam.fetch;

import dev.circlebeam.catalog.Table;
import dev.circlebeam.plan.PipelineList;
import dev.circlebeam.plan.ProjectTask;
import dev.circlebeam.record.Timestamps;
import dev.circlebeam.state.Continuation;
import dev.circlebeam.state.Interval;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.generic.GenericRecord;
import org.checkerframework.checker.nullness.qual.Nullable;

/** How far a list of pipelines has been read; from its newest end, page by page. */
final class ListReading {
  /** A page that was asked for: by which token, and when the last row before it was created. */
  private record PageStart(@Nullable String token, Instant since, Instant last) {}

  private final ProjectTask task;
  private final PipelineList plan;
  private final @Nullable String branch;
  private final List<PageStart> pages = new ArrayList<>();
  private Instant newest;
  private Instant last;
  private @Nullable Instant oldestWanted;
  private @Nullable String nextToken;
  private boolean ended;

  ListReading(ProjectTask task, PipelineList plan, @Nullable String branch) {
    this.task = task;
    this.plan = plan;
    this.branch = branch;
    this.nextToken = plan.from() == null ? null : plan.from().pageToken();
    this.last = plan.from() == null ? Instant.MAX : plan.from().since();
    this.newest = plan.from() == null ? Instant.MIN : plan.from().since();
  }

  /** The page to be asked for next; null for the first one. */
  @Nullable String nextToken() {
    return nextToken;
  }

  /** The list is begun again at its top. */
  void restart() {
    pages.clear();
    nextToken = null;
    last = Instant.MAX;
    newest = Instant.MIN;
  }

  /**
   * Notes a page.
   *
   * @param rows all its rows, newest first
   * @param next the token of the next one; null when it was the last
   */
  void page(Table table, List<GenericRecord> rows, @Nullable String next) {
    Instant since = last;
    for (GenericRecord row : rows) {
      Instant createdAt = createdAt(table, row);
      newest = createdAt.isAfter(newest) ? createdAt : newest;
      last = createdAt.isBefore(last) ? createdAt : last;
      boolean isOldest = oldestWanted == null || createdAt.isBefore(oldestWanted);
      oldestWanted = isOldest && task.wants(createdAt) ? createdAt : oldestWanted;
    }
    pages.add(new PageStart(nextToken, since, last));
    nextToken = next;
    ended = next == null || !last.isAfter(plan.until());
  }

  /** Tells whether all was read that was to be. */
  boolean hasEnded() {
    return ended;
  }

  /** Returns a moment after which nothing wanted is left in the list. */
  Instant wantedUntil() {
    if (last.equals(Instant.MAX)) {
      return last;
    }
    Interval done = task.done().at(last);
    return done == null ? last : done.from();
  }

  /**
   * Tells whether all was read that was to be, and all that is wanted of it counts.
   *
   * @param from nothing before it counts; null for no such bound
   */
  boolean isWhole(@Nullable Instant from) {
    return ended && (from == null || oldestWanted == null || !oldestWanted.isBefore(from));
  }

  /**
   * Returns the stretch that was read.
   *
   * @param from nothing before it counts; null for no such bound
   * @return the stretch; null when it is empty
   */
  @Nullable Interval read(@Nullable Instant from) {
    Instant bottom;
    if (isWhole(from)) {
      bottom = plan.until().plus(1, ChronoUnit.MICROS);
    } else if (last.equals(Instant.MAX)) {
      return null;
    } else {
      // The next page may begin with the very same time.
      bottom = last.plus(1, ChronoUnit.MICROS);
      bottom = from != null && from.isAfter(bottom) ? from : bottom;
    }
    return bottom.isAfter(newest) ? null : new Interval(bottom, newest);
  }

  /**
   * Returns where another slice goes on.
   *
   * @param from what was created since need not be read again; null when that is all that was read
   * @return the place; null for the top
   */
  @Nullable Continuation next(@Nullable Instant from) {
    for (PageStart page : pages) {
      if (from != null && page.last().isBefore(from)) {
        return at(page.token(), page.since());
      }
    }
    return at(nextToken, last);
  }

  private @Nullable Continuation at(@Nullable String token, Instant since) {
    return token == null ? null : new Continuation(token, since, branch);
  }

  static Instant createdAt(Table table, GenericRecord row) {
    return Timestamps.instant((Long) row.get(table.partitionBy()));
  }
}
