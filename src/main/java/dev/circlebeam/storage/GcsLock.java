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
  private final Timer timer = new Timer("lock", true);

  private GcsLock(GcsFolder folder, OutputGuard run) {
    this.folder = folder;
    this.run = run;
    timer.schedule(
        new TimerTask() {
          @Override
          public void run() {
            refresh();
          }
        },
        REFRESH_EVERY.toMillis(),
        REFRESH_EVERY.toMillis());
  }

  /**
   * Takes the lock; see {@link Folder#lock}.
   *
   * @param clock the time
   */
  static GcsLock take(
      GcsFolder folder,
      OutputGuard run,
      @Nullable Consumer<String> broken,
      Supplier<Instant> clock) {
    try {
      while (true) {
        Blob there = Gcs.find(folder, FILE);
        boolean isHeld = there != null && !isOf(run, there) && !isStale(there, clock.get());
        if (isHeld && broken == null) {
          throw run.refused(holder(there));
        }
        if (put(folder, run, there == null ? 0 : there.getGeneration())) {
          if (isHeld) {
            broken.accept(holder(there));
          }
          return new GcsLock(folder, run);
        }
        // Somebody else was faster, or the holder has refreshed it.
      }
    } catch (IOException e) {
      throw folder.unwritable(e);
    }
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

  /** Puts the lock there if what is there has a generation; 0 for nothing. */
  private static boolean put(GcsFolder folder, OutputGuard run, long generation)
      throws IOException {
    HoldingJob job = HoldingJob.thisOne();
    String holder = "run " + run.runId() + ", " + job.text() + ", since " + Instant.now();
    Map<String, String> metadata = new HashMap<>(job.metadata());
    metadata.put(RUN, run.name());
    metadata.put(HOLDER, holder);
    BlobInfo info = Gcs.info(folder, FILE).toBuilder().setMetadata(metadata).build();
    byte[] bytes = (holder + "\n").getBytes(StandardCharsets.UTF_8);
    return Gcs.ifUnchanged(
        "storage.objects.create and storage.objects.delete",
        () -> folder.client().create(info, bytes, BlobTargetOption.generationMatch(generation)));
  }

  private static boolean isOf(OutputGuard run, Blob there) {
    return run.name().equals(metadata(there).get(RUN));
  }

  private static boolean isStale(Blob there, Instant now) {
    Instant refreshed = there.getUpdateTimeOffsetDateTime().toInstant();
    return HoldingJob.hasEnded(metadata(there)) || refreshed.plus(STALE_AFTER).isBefore(now);
  }

  private static String holder(Blob there) {
    return metadata(there).getOrDefault(HOLDER, "another run");
  }

  private static Map<String, String> metadata(Blob there) {
    return Objects.requireNonNullElse(there.getMetadata(), Map.of());
  }

  /** Shows that the run is at work. When another one has the lock nothing is done. */
  void refresh() {
    try {
      Blob there = Gcs.find(folder, FILE);
      if (there != null && isOf(run, there)) {
        put(folder, run, there.getGeneration());
      }
    } catch (IOException | RunFailure e) {
      LOG.warn("{} cannot be refreshed: {}", folder.address(FILE), e.getMessage());
    }
  }

  @Override
  public void close() {
    timer.cancel();
    try {
      boolean isRemoved = false;
      while (!isRemoved) {
        Blob there = Gcs.find(folder, FILE);
        // Refused when it is being refreshed at this moment.
        isRemoved = there == null || !isOf(run, there) || remove(there.getGeneration());
      }
    } catch (IOException e) {
      // It is stale when this process has ended; what the run did is done.
      LOG.warn("{} cannot be removed: {}", folder.address(FILE), e.getMessage());
    }
  }

  private boolean remove(long generation) throws IOException {
    return Gcs.ifUnchanged(
        "storage.objects.delete",
        () ->
            folder
                .client()
                .delete(Gcs.id(folder, FILE), BlobSourceOption.generationMatch(generation)));
  }
}
