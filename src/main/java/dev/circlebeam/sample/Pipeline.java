package dev.circlebeam.sample;

import com.google.common.base.Supplier;
import com.google.common.base.Suppliers;
import com.google.common.collect.ImmutableList;
import java.util.concurrent.TimeUnit;
import org.checkerframework.checker.nullness.qual.Nullable;

/** What there is to know about one pipeline; made when asked for and forgotten afterwards. */
final class Pipeline {
  private static final ImmutableList<String> WORDS =
      ImmutableList.of("checkout", "größe", "cache", "login", "retry", "émoji", "parser", "ui");
  private static final int ERRORED_OF_THOUSAND = 50;
  private static final int SKIPPED_OF_THOUSAND = 30;
  private static final long PENDING_MILLIS = TimeUnit.MINUTES.toMillis(1);

  private static final int FATE = 2;
  private static final int DYNAMIC = 3;
  private static final int REF = 4;
  private static final int WORD = 5;
  private static final int TICKET = 6;
  private static final int TRIGGER = 7;
  private static final int SHAPE = 8;

  private final Project project;
  private final int number;
  private final long createdAt;
  private final Noise noise;
  private final Supplier<ImmutableList<Workflow>> workflows;

  /** The pipeline of that number in a project whose workflows have so many jobs on average. */
  Pipeline(Project project, int number, double averageJobs) {
    this.project = project;
    this.number = number;
    this.createdAt = project.timeline().createdAt(number);
    this.noise = project.noise().child(number);
    this.workflows = Suppliers.memoize(() -> new WorkflowPlan(this, averageJobs).workflows());
  }

  /** The project that it belongs to. */
  Project project() {
    return project;
  }

  /** Its number in the project, from 1. */
  int number() {
    return number;
  }

  /** When it was created, in milliseconds since 1970. */
  long createdAt() {
    return createdAt;
  }

  /** Until when it is pending, in milliseconds since 1970. */
  long pendingUntil() {
    return createdAt + PENDING_MILLIS;
  }

  /** The noise from which all that belongs to it is made. */
  Noise noise() {
    return noise;
  }

  /** Whether its configuration could not be used, so that nothing ran. */
  boolean errored() {
    return noise.below(FATE, 1_000) < ERRORED_OF_THOUSAND;
  }

  /** Whether it has any workflows: not if it errored or its commit asked to be skipped. */
  boolean runsWorkflows() {
    return noise.below(FATE, 1_000) >= ERRORED_OF_THOUSAND + SKIPPED_OF_THOUSAND;
  }

  /** Whether a setup workflow comes first and decides what else runs. */
  boolean dynamic() {
    return noise.chance(DYNAMIC, 120);
  }

  /** The type of its trigger. */
  String triggerType() {
    if (errored()) {
      return "Decoupled Ingestion System";
    }
    int roll = noise.below(TRIGGER, 100);
    if (roll < 74) {
      return "webhook";
    }
    if (roll < 86) {
      return "api";
    }
    return roll < 97 ? "scheduled_pipeline" : "explicit";
  }

  /** Whether the source is described in {@code trigger_parameters} and not in {@code vcs}. */
  boolean describedByParameters() {
    return project.standalone() || noise.below(SHAPE, 1_000) < 60;
  }

  /** The tag that was pushed; null for a branch. */
  @Nullable String tag() {
    return noise.below(REF, 100) < 5 ? "v" + noise.below(WORD, 9) + "." + number : null;
  }

  /** The branch; null for a tag. */
  @Nullable String branch() {
    int roll = noise.below(REF, 100);
    if (roll < 5) {
      return null;
    }
    if (roll < 50) {
      return Project.DEFAULT_BRANCH;
    }
    return roll < 65
        ? "develop"
        : "feature/" + noise.pick(WORD, WORDS) + "-" + noise.below(TICKET, 900);
  }

  /** All workflows there will ever be; a workflow's position is its index. */
  ImmutableList<Workflow> workflows() {
    return workflows.get();
  }

  /** The state at a time in milliseconds since 1970. */
  String stateAt(long millis) {
    if (millis < pendingUntil()) {
      return "pending";
    }
    if (errored()) {
      return "errored";
    }
    if (!dynamic() || !runsWorkflows()) {
      return "created";
    }
    long continuedAt = Job.NEVER;
    long setupAt = Job.NEVER;
    for (Workflow workflow : workflows()) {
      if (workflow.spec().setup()) {
        setupAt = Math.min(setupAt, workflow.createdAt());
      } else {
        continuedAt = Math.min(continuedAt, workflow.createdAt());
      }
    }
    long seconds = millis / 1_000;
    if (seconds >= continuedAt) {
      return "created";
    }
    return seconds >= setupAt ? "setup" : "setup-pending";
  }
}
