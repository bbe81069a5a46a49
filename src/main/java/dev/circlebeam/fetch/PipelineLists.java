package dev.circlebeam.fetch;

import dev.circlebeam.plan.SliceWindow;
import dev.circlebeam.record.Page;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import org.apache.avro.generic.GenericRecord;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The lists of pipelines of all projects, read side by side from their newest ends until they hold
 * what a slice is to hold. A pipeline is held back until it is certain that it belongs to the
 * slice.
 */
final class PipelineLists {
  /**
   * A pipeline of a list.
   *
   * @param request the page that it was on
   * @param row the pipeline
   * @param createdAt when it was created
   * @param arrived when the page arrived
   */
  record Listed(TableRequest request, GenericRecord row, Instant createdAt, Instant arrived) {
    ProjectWalk project() {
      return request.listing().project();
    }

    private String id() {
      return row.get(request.table().primaryKey().get(0)).toString();
    }
  }

  private final SliceWindow window;
  private final PriorityQueue<Listed> held =
      new PriorityQueue<>(Comparator.comparing(Listed::createdAt).reversed());
  private final List<TableRequest> waiting = new ArrayList<>();
  private final Set<String> known = new HashSet<>();
  private List<Listed> again = new ArrayList<>();

  PipelineLists(int slicePipelines) {
    this.window = new SliceWindow(slicePipelines);
  }

  /** Adds a list; nothing is asked for yet. */
  void open(TableRequest first) {
    ListReading reading = first.listing().reading();
    window.open(reading, reading.wantedUntil());
    waiting.add(first);
  }

  /**
   * Takes a page; what it asks for next is decided by {@link #toAsk}.
   *
   * @param isLast whether the list cannot be read on
   */
  void took(TableRequest request, Page page, Instant arrived, boolean isLast) {
    ListReading reading = request.listing().reading();
    for (GenericRecord row : page.rows()) {
      Instant createdAt = ListReading.createdAt(request.table(), row);
      if (request.listing().project().task().wants(createdAt)) {
        Listed listed = new Listed(request, row, createdAt, arrived);
        if (known.add(listed.id())) {
          window.found(createdAt);
          held.add(listed);
        } else if (held.removeIf(before -> before.id().equals(listed.id()))) {
          held.add(listed);
        } else {
          again.add(listed);
        }
      }
    }
    reading.page(request.table(), page.rows(), page.nextPageToken());
    if (reading.hasEnded() || isLast) {
      window.close(reading);
    } else {
      window.reached(reading, reading.wantedUntil());
      waiting.add(request.page(page.nextPageToken(), page.items()));
    }
  }

  /** A list is begun again at its top. */
  void restarted(TableRequest request) {
    ListReading reading = request.listing().reading();
    window.open(reading, reading.wantedUntil());
    waiting.add(request.again());
  }

  /** A list cannot be read on. */
  void failed(TableRequest request) {
    window.close(request.listing().reading());
  }

  /** Returns the pages to be asked for now. */
  List<TableRequest> toAsk() {
    List<TableRequest> now = new ArrayList<>();
    for (Iterator<TableRequest> all = waiting.iterator(); all.hasNext(); ) {
      TableRequest request = all.next();
      if (window.isWanted(request.listing().reading())) {
        now.add(request);
        all.remove();
      }
    }
    return now;
  }

  /** Returns the pipelines that are now known to belong to the slice, newest first. */
  List<Listed> release() {
    List<Listed> now = new ArrayList<>();
    while (!held.isEmpty() && window.holds(held.peek().createdAt())) {
      now.add(held.poll());
    }
    return now;
  }

  /**
   * Returns the pipelines that were released before and have been listed again since: by a list
   * that was begun again, or that moved on between two pages. What they say now counts.
   */
  List<Listed> listedAgain() {
    List<Listed> now = again;
    again = new ArrayList<>();
    return now;
  }

  /** Returns where the slice ends; null when it takes all there is. */
  @Nullable Instant cut() {
    return window.cut();
  }

  /** Returns what is still held back: pipelines for later slices, unless the run is being ended. */
  Iterable<Listed> held() {
    return held;
  }
}
