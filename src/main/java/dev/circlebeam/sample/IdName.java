package dev.circlebeam.sample;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What an id stands for.
 *
 * @param kind the sort of thing
 * @param project index of the project, or of the thing itself where it belongs to none
 * @param pipeline number of the pipeline, or 0
 * @param workflow index of the workflow in its pipeline, or 0
 * @param job index of the job in its workflow, or 0
 */
record IdName(Kind kind, int project, int pipeline, int workflow, int job) {
  /** The sorts of things that have ids. The code is part of every id and must never change. */
  enum Kind {
    ORGANIZATION(0),
    PROJECT(1),
    PIPELINE(2),
    WORKFLOW(3),
    JOB(4),
    APPROVAL(5),
    USER(6),
    CONTEXT(7),
    RESTRICTION(8),
    WEBHOOK(9),
    SCHEDULE(10),
    DEFINITION(11),
    TRIGGER(12),
    GROUP(13),
    ENVIRONMENT(14),
    COMPONENT(15),
    DECISION(16),
    USAGE_EXPORT(17);

    private final int code;

    Kind(int code) {
      this.code = code;
    }
  }

  static final int MAX_PROJECT = (1 << 10) - 1;
  static final int MAX_PIPELINE = (1 << 24) - 1;
  static final int MAX_WORKFLOW = (1 << 6) - 1;
  static final int MAX_JOB = (1 << 10) - 1;

  private static final ImmutableMap<Long, Kind> KINDS =
      Arrays.stream(Kind.values())
          .collect(ImmutableMap.toImmutableMap(kind -> (long) kind.code, kind -> kind));

  /** All parts in 55 bits. */
  long pack() {
    long packed = kind.code;
    packed = packed << 10 | project;
    packed = packed << 24 | pipeline;
    packed = packed << 6 | workflow;
    return packed << 10 | job;
  }

  /** The reverse of {@link #pack}; null if the bits are nothing that it returns. */
  static @Nullable IdName unpack(long packed) {
    Kind kind = KINDS.get(packed >>> 50);
    if (kind == null) {
      return null;
    }
    return new IdName(
        kind,
        (int) (packed >>> 40) & MAX_PROJECT,
        (int) (packed >>> 16) & MAX_PIPELINE,
        (int) (packed >>> 10) & MAX_WORKFLOW,
        (int) packed & MAX_JOB);
  }
}
