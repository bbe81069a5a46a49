package dev.circlebeam.storage;

import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage.BlobSourceOption;
import com.google.cloud.storage.Storage.BlobTargetOption;
import dev.circlebeam.report.RunFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Timer;
import java.util.TimerTask;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lock of an output in a bucket: a file that is made only if there is none, and that names the
 * run. It is stale as soon as it is known that the holder's job has ended, or when the holder has
 * not refreshed it for five minutes.
 */
final class GcsLock implements RunLock {
  /** The lock's name in the output. */
  static final String FILE = "_lock";

  /** How long a holder that nothing is known of is waited for. */
  static final Duration STALE_AFTER = Duration.ofMinutes(5);

  private static final Logger LOG = LoggerFactory.getLogger(GcsLock.class);
  private static final Duration REFRESH_EVERY = Duration.ofMinutes(1);
  private static final String RUN = "run";
  private static final String HOLDER = "holder";

  private final GcsFolder folder;
  private final OutputGuard run;
  private final Timer refreshing;

  private GcsLock(GcsFolder folder, OutputGuard run) {
    this.folder = folder;
    this.run = run;
    this.refreshing = keep(folder, run);
  }

  /**
   * Takes the lock for this process; see {@link Folder#lock}.
   *
   * @param clock the time
   */
  static GcsLock take(
      GcsFolder folder,
      OutputGuard run,
      @Nullable Consumer<String> broken,
      Supplier<Instant> clock) {
    DataflowJobs jobs = new DataflowJobs(DataflowJobs.Access.GOOGLE);
    take(folder, run, HoldingJob.thisOne(), jobs, broken, clock);
    return new GcsLock(folder, run);
  }

  /**
   * Takes the lock, for whoever refreshes it and gives it back.
   *
   * @param holder who that is
   * @param jobs tell whether the job of another holder has ended
   * @param broken see {@link Folder#lock}
   * @param clock the time
   */
  static void take(
      GcsFolder folder,
      OutputGuard run,
      HoldingJob holder,
      DataflowJobs jobs,
      @Nullable Consumer<String> broken,
      Supplier<Instant> clock) {
    try {
      while (true) {
        Blob there = Gcs.find(folder, FILE);
        boolean isHeld = there != null && !isOf(run, there) && !isStale(there, jobs, clock.get());
        if (isHeld && broken == null) {
          throw run.refused(holder(there));
        }
        if (put(folder, metadata(run, holder), there == null ? 0 : there.getGeneration())) {
          if (isHeld) {
            broken.accept(holder(there));
          }
          return;
        }
        // Somebody else was faster, or the holder has refreshed it.
      }
    } catch (IOException e) {
      throw folder.unwritable(e);
    }
  }

  /** Refreshes a run's lock every minute, until that is cancelled. */
  static Timer keep(GcsFolder folder, OutputGuard run) {
    Timer timer = new Timer("lock", true);
    timer.schedule(
        new TimerTask() {
          @Override
          public void run() {
            refresh(folder, run);
          }
        },
        REFRESH_EVERY.toMillis(),
        REFRESH_EVERY.toMillis());
    return timer;
  }

  /**
   * Makes sure that a run has the lock.
   *
   * @throws IOException when that cannot be found out
   * @throws RunFailure when it has not
   */
  static void check(GcsFolder folder, OutputGuard run) throws IOException {
    Blob there = Gcs.find(folder, FILE);
    if (there == null || !isOf(run, there)) {
      throw run.taken(there == null ? "another run" : metadata(there).getOrDefault(RUN, "a run"));
    }
  }

  private static Map<String, String> metadata(OutputGuard run, HoldingJob holder) {
    Map<String, String> metadata = new HashMap<>(holder.metadata());
    metadata.put(RUN, run.name());
    metadata.put(HOLDER, "run " + run.runId() + ", " + holder.text() + ", since " + Instant.now());
    return metadata;
  }

  /** Puts the lock there if what is there has a generation; 0 for nothing. */
  private static boolean put(GcsFolder folder, Map<String, String> metadata, long generation)
      throws IOException {
    BlobInfo info = Gcs.info(folder, FILE).toBuilder().setMetadata(metadata).build();
    byte[] bytes = (metadata.get(HOLDER) + "\n").getBytes(StandardCharsets.UTF_8);
    return Gcs.ifUnchanged(
        "storage.objects.create and storage.objects.delete",
        () -> folder.client().create(info, bytes, BlobTargetOption.generationMatch(generation)));
  }

  private static boolean isOf(OutputGuard run, Blob there) {
    return run.name().equals(metadata(there).get(RUN));
  }

  private static boolean isStale(Blob there, DataflowJobs jobs, Instant now) {
    Instant refreshed = there.getUpdateTimeOffsetDateTime().toInstant();
    return refreshed.plus(STALE_AFTER).isBefore(now) || HoldingJob.hasEnded(metadata(there), jobs);
  }

  private static String holder(Blob there) {
    return metadata(there).getOrDefault(HOLDER, "another run");
  }

  private static Map<String, String> metadata(Blob there) {
    return Objects.requireNonNullElse(there.getMetadata(), Map.of());
  }

  /** Shows that a run is at work. When another one has the lock nothing is done. */
  static void refresh(GcsFolder folder, OutputGuard run) {
    try {
      Blob there = Gcs.find(folder, FILE);
      if (there != null && isOf(run, there)) {
        put(folder, metadata(there), there.getGeneration());
      }
    } catch (IOException | RunFailure e) {
      LOG.warn("{} cannot be refreshed: {}", folder.address(FILE), e.getMessage());
    }
  }

  /** Gives a run's lock back, unless another one has taken it since. */
  static void giveBack(GcsFolder folder, OutputGuard run) {
    try {
      boolean isRemoved = false;
      while (!isRemoved) {
        Blob there = Gcs.find(folder, FILE);
        // Refused when it is being refreshed at this moment.
        isRemoved = there == null || !isOf(run, there) || remove(folder, there.getGeneration());
      }
    } catch (IOException e) {
      // It is stale when this process has ended; what the run did is done.
      LOG.warn("{} cannot be removed: {}", folder.address(FILE), e.getMessage());
    }
  }

  /** Refreshes it at once; for tests. */
  void refresh() {
    refresh(folder, run);
  }

  @Override
  public void close() {
    refreshing.cancel();
    giveBack(folder, run);
  }

  private static boolean remove(GcsFolder folder, long generation) throws IOException {
    return Gcs.ifUnchanged(
        "storage.objects.delete",
        () ->
            folder
                .client()
                .delete(Gcs.id(folder, FILE), BlobSourceOption.generationMatch(generation)));
  }
}
