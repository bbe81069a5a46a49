package dev.circlebeam.sample;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The usage exports that were asked for, and how often.
 *
 * <p>The limits pass both with real time and when the server's clock is moved, so that a client
 * that waits and a test that does not can both get on.
 */
final class UsageExports {
  private static final int A_WINDOW = 10;
  private static final long NANOS_A_MILLI = 1_000_000;

  private final Ids ids;
  private final UsageRows rows;
  private final boolean fail;
  private final Duration readyAfter;
  private final long startNanos;
  private final Window creations = new Window(Duration.ofHours(1));
  private final Window readings = new Window(Duration.ofMinutes(1));
  private final Map<String, Export> exports = new HashMap<>();

  /** Exports of these rows, whose limits begin at a reading of {@link System#nanoTime}. */
  UsageExports(Ids ids, UsageRows rows, boolean fail, Duration readyAfter, long nanos) {
    this.ids = ids;
    this.rows = rows;
    this.fail = fail;
    this.readyAfter = readyAfter;
    this.startNanos = nanos;
  }

  /** What has become of an export. */
  enum State {
    CREATED,
    PROCESSING,
    COMPLETED,
    FAILED
  }

  /** An export as it is; its rows are there when it is completed. */
  record Export(
      String id,
      Instant start,
      Instant end,
      long createdAt,
      State state,
      ImmutableList<UsageRow> rows) {}

  /** The seconds to wait before another export may be asked for; 0 if one may be, and is. */
  synchronized long admitCreation(Instant now) {
    return creations.admit(time(now));
  }

  /** The seconds to wait before exports may be looked at again; 0 if they may be, and are. */
  synchronized long admitReading(Instant now) {
    return readings.admit(time(now));
  }

  /** Begins an export of what ran between two times. */
  synchronized Export create(Instant start, Instant end, Instant now) {
    String id = ids.text(new IdName(IdName.Kind.USAGE_EXPORT, 0, exports.size() + 1, 0, 0));
    Export export = new Export(id, start, end, time(now), State.CREATED, ImmutableList.of());
    exports.put(id, export);
    return export;
  }

  /**
   * Looks at an export, which goes on with time and whenever it is looked at; null if there is
   * none.
   */
  synchronized @Nullable Export look(String id, Instant now) {
    Export export = exports.get(id);
    if (export == null) {
      return null;
    }
    boolean isReady = time(now) - export.createdAt() >= readyAfter.toMillis();
    Export next =
        switch (export.state()) {
          case CREATED ->
              isReady ? ended(export, now) : in(export, State.PROCESSING, export.rows());
          case PROCESSING -> ended(export, now);
          case COMPLETED, FAILED -> export;
        };
    exports.put(id, next);
    return next;
  }

  private Export ended(Export export, Instant now) {
    return fail
        ? in(export, State.FAILED, export.rows())
        : in(export, State.COMPLETED, rows.of(export.start(), export.end(), now));
  }

  /** An export that was completed; null if there is none. */
  synchronized @Nullable Export completed(String id) {
    Export export = exports.get(id);
    return export != null && export.state() == State.COMPLETED ? export : null;
  }

  private static Export in(Export export, State state, ImmutableList<UsageRow> rows) {
    return new Export(export.id(), export.start(), export.end(), export.createdAt(), state, rows);
  }

  private long time(Instant now) {
    return now.toEpochMilli() + (System.nanoTime() - startNanos) / NANOS_A_MILLI;
  }

  /** Lets so many pass in any span of that length. */
  private static final class Window {
    private final long millis;
    private final Deque<Long> passed = new ArrayDeque<>();

    private Window(Duration length) {
      this.millis = length.toMillis();
    }

    private long admit(long time) {
      // A clock may also have been set back.
      passed.removeIf(at -> at <= time - millis || at > time);
      if (passed.size() < A_WINDOW) {
        passed.addLast(time);
        return 0;
      }
      return 1 + (passed.getFirst() + millis - time) / 1_000;
    }
  }
}
