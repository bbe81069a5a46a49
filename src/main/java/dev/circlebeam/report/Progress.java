package dev.circlebeam.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * How far a run is, for a display in the same JVM. (Beam's own counters move only when a bundle
 * ends, which may be at the very end.) Steps write it, the display reads it; nothing depends on it.
 */
public final class Progress {
  private static final ConcurrentMap<String, Progress> RUNS = new ConcurrentHashMap<>();

  /** What is known of one table. */
  public static final class OfTable {
    private final AtomicLong known = new AtomicLong();
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong rows = new AtomicLong();
    private final int order;

    OfTable(int order) {
      this.order = order;
    }

    /** Its place among the tables: parents were heard of before their children. */
    int order() {
      return order;
    }

    /** A request more is to be made. */
    public void found() {
      known.incrementAndGet();
    }

    /**
     * A request is done with.
     *
     * @param newRows how many rows it brought
     */
    public void done(int newRows) {
      done.incrementAndGet();
      rows.addAndGet(newRows);
    }

    /**
     * Rows came that were held back when their request was done with.
     *
     * @param more how many
     */
    public void rows(int more) {
      rows.addAndGet(more);
    }

    /**
     * Returns how many requests are known of.
     *
     * @return those done included
     */
    public long known() {
      return known.get();
    }

    /**
     * Returns how many requests are done with.
     *
     * @return a count
     */
    public long done() {
      return done.get();
    }

    /**
     * Returns how many rows came.
     *
     * @return a count
     */
    public long rows() {
      return rows.get();
    }
  }

  private final AtomicReference<String> phase = new AtomicReference<>("starting");
  private final ConcurrentMap<String, OfTable> tables = new ConcurrentHashMap<>();
  private final AtomicLong mergedFiles = new AtomicLong();
  private final AtomicInteger slice = new AtomicInteger();
  private final AtomicInteger order = new AtomicInteger();
  private final AtomicLong errors = new AtomicLong();
  private final AtomicLong pausedUntil = new AtomicLong(System.nanoTime());
  private final List<Runnable> onStop = new ArrayList<>();
  private boolean stopped;

  private Progress() {}

  /**
   * Returns a run's progress.
   *
   * @param runId the run
   * @return the one of this JVM
   */
  public static Progress of(String runId) {
    return RUNS.computeIfAbsent(runId, id -> new Progress());
  }

  /**
   * Says what the run is at.
   *
   * @param what a few words, such as "fetching"
   */
  public void phase(String what) {
    phase.set(what);
  }

  /**
   * Returns what the run is at.
   *
   * @return a few words
   */
  public String phase() {
    return phase.get();
  }

  /**
   * Another slice begins.
   *
   * @param number which one, from 0
   */
  public void slice(int number) {
    slice.set(number);
  }

  /**
   * Returns which slice the run is at.
   *
   * @return its number, from 0
   */
  public int slice() {
    return slice.get();
  }

  /**
   * Returns a table's progress.
   *
   * @param table its name
   * @return its counters
   */
  public OfTable table(String table) {
    return tables.computeIfAbsent(table, name -> new OfTable(order.incrementAndGet()));
  }

  /**
   * Returns the tables that anything is known of.
   *
   * @return by name, their counters
   */
  public Map<String, OfTable> tables() {
    return tables;
  }

  /** A file was merged. */
  public void merged() {
    mergedFiles.incrementAndGet();
  }

  /**
   * Returns how many files were merged.
   *
   * @return a count
   */
  public long mergedFiles() {
    return mergedFiles.get();
  }

  /** A request was given up. */
  public void failed() {
    errors.incrementAndGet();
  }

  /**
   * Returns how many requests were given up.
   *
   * @return a count
   */
  public long errors() {
    return errors.get();
  }

  /** Asks all steps of the run to end soon: nothing new is begun, what was read is kept. */
  public synchronized void stop() {
    stopped = true;
    onStop.forEach(Runnable::run);
  }

  /**
   * Tells whether the run was asked to end.
   *
   * @return true when it was
   */
  public synchronized boolean isStopped() {
    return stopped;
  }

  /**
   * Has something done when the run is asked to end; at once when it was already.
   *
   * @param action what; called by another thread, must not block
   */
  public synchronized void onStop(Runnable action) {
    onStop.add(action);
    if (stopped) {
      action.run();
    }
  }

  /**
   * Takes an action back.
   *
   * @param action as it was given to {@link #onStop}
   */
  public synchronized void forget(Runnable action) {
    onStop.remove(action);
  }

  /**
   * The server's refusals hold everything up.
   *
   * @param nanos for how long from now
   */
  public void paused(long nanos) {
    pausedUntil.set(System.nanoTime() + nanos);
  }

  /**
   * Tells how much longer everything is held up.
   *
   * @return nanoseconds; zero or less when nothing is
   */
  public long pausedFor() {
    return pausedUntil.get() - System.nanoTime();
  }
}
