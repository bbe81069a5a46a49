package dev.circlebeam.sample;

import java.util.concurrent.TimeUnit;

/**
 * When a project's pipelines were created.
 *
 * <p>The history is cut into equal slots, one for each pipeline, which lies somewhere inside its
 * slot; after the start clock the slots go on. So numbers ascend in time and either can be computed
 * from the other.
 */
final class Timeline {
  private final long start;
  private final long span;
  private final long pipelines;
  private final long retention;
  private final Noise noise;

  /** The timeline of one project, whose noise it takes. */
  Timeline(SampleConfig config, Noise noise) {
    this.span = TimeUnit.DAYS.toMillis(config.historyDays());
    this.start = config.now().toEpochMilli() - span;
    this.pipelines = config.pipelinesPerProject();
    this.retention = TimeUnit.DAYS.toMillis(config.retentionDays());
    this.noise = noise;
  }

  /** When the pipeline of that number was or will be created, in milliseconds since 1970. */
  long createdAt(int number) {
    long slot = slotStart(number);
    long length = slotStart(number + 1) - slot;
    return slot + length * noise.between(number, 50_000, 900_000) / 1_000_000;
  }

  /** The number of the newest pipeline created at or before the time; 0 if there is none. */
  int newest(long millis) {
    if (millis < start) {
      return 0;
    }
    long slot = Math.min((millis - start) * pipelines / span + 1, IdName.MAX_PIPELINE);
    int number = (int) slot;
    while (number > 0 && createdAt(number) > millis) {
      number--;
    }
    return number;
  }

  /** The number of the oldest pipeline that is not beyond retention at the time. */
  int oldest(long millis) {
    return newest(retainedSince(millis) - 1) + 1;
  }

  /** The earliest creation that is not beyond retention at the time; all in milliseconds. */
  long retainedSince(long millis) {
    return millis - retention;
  }

  private long slotStart(int number) {
    return start + (number - 1L) * span / pipelines;
  }
}
