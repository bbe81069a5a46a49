package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableSet;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A workflow as Insights remembers it after its end. It keeps nothing of the workflow's jobs, so
 * that a long list of runs is small. Times are milliseconds since 1970.
 *
 * @param project index of the project
 * @param pipeline number of the pipeline
 * @param workflow index of the workflow in its pipeline
 * @param name the workflow's name
 * @param branch the branch; null if a tag was pushed
 * @param createdAt when the workflow was created
 * @param stoppedAt when it ended
 * @param status how it ended, in the words of Insights
 * @param credits what it used
 * @param held whether an approval gate belongs to it
 */
record InsightsRun(
    int project,
    int pipeline,
    int workflow,
    String name,
    @Nullable String branch,
    long createdAt,
    long stoppedAt,
    String status,
    int credits,
    boolean held) {
  /** How far back Insights looks. */
  static final long MEMORY_MILLIS = TimeUnit.DAYS.toMillis(90);

  static final String SUCCESS = Job.SUCCESS;
  static final String FAILED = "failed";

  /** The order of lists. */
  static final Comparator<InsightsRun> NEWEST_FIRST =
      Comparator.comparingLong(InsightsRun::createdAt)
          .thenComparingInt(InsightsRun::pipeline)
          .thenComparingInt(InsightsRun::workflow)
          .reversed();

  private static final ImmutableSet<String> STATUSES =
      ImmutableSet.of(SUCCESS, FAILED, "error", Job.CANCELED, Job.UNAUTHORIZED);
  private static final int FRACTION = 300;

  /** What Insights keeps of a workflow, once it has ended. */
  static InsightsRun of(Workflow workflow) {
    Pipeline pipeline = workflow.pipeline();
    int tag = FRACTION + 2 * workflow.index();
    return new InsightsRun(
        pipeline.project().index(),
        pipeline.number(),
        workflow.index(),
        workflow.spec().name(),
        pipeline.branch(),
        // The workflow itself shows whole seconds, Insights the fraction that was cut off.
        workflow.createdAt() * 1_000 + pipeline.noise().below(tag, 1_000),
        workflow.endAt() * 1_000 + pipeline.noise().below(tag + 1, 1_000),
        // Insights has no word for a workflow of which nothing ran; it did not fail either.
        STATUSES.contains(workflow.outcome()) ? workflow.outcome() : Job.CANCELED,
        credits(workflow),
        workflow.spec().approval() >= 0);
  }

  /** A number that no other run of the project has. */
  long position() {
    return (long) pipeline << 6 | workflow;
  }

  /** From creation to end, in seconds. */
  int seconds() {
    return (int) ((stoppedAt - createdAt) / 1_000);
  }

  /** Whether the list of a branch has it; null for the list of all branches. */
  boolean isOn(@Nullable String wanted) {
    return wanted == null || wanted.equals(branch);
  }

  /** The item of the list of runs. */
  ObjectNode json(Ids ids) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", ids.text(new IdName(IdName.Kind.WORKFLOW, project, pipeline, workflow, 0)))
        .put("branch", branch == null ? "" : branch)
        .put("duration", seconds())
        .put("created_at", Times.millis(createdAt))
        .put("stopped_at", Times.millis(stoppedAt))
        .put("credits_used", credits)
        .put("status", status)
        .put("is_approval", held);
  }

  /** Paid by the minute of each job, also of those that failed; what a rerun kept costs nothing. */
  private static int credits(Workflow workflow) {
    long credits = 0;
    for (Job job : workflow.jobs()) {
      if (job.owner() == workflow.index() && job.startedAt() != Job.NEVER) {
        credits += new JobRun(workflow, job).credits();
      }
    }
    return (int) credits;
  }
}
