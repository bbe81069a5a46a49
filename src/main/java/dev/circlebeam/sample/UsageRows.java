package dev.circlebeam.sample;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Finds what the usage export tells of: each run of a job that started before the clock's day, also
 * of pipelines that the lists do not have any more.
 */
final class UsageRows {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);
  private static final int SAMPLED_SECONDS = 15;
  // A job may wait at a gate in the last of a pipeline's reruns.
  private static final long LATEST_MILLIS =
      TimeUnit.SECONDS.toMillis(WorkflowPlan.LATEST_SECONDS) + TimeUnit.DAYS.toMillis(8);

  private final SampleOrganization organization;

  /** The rows of an organization. */
  UsageRows(SampleOrganization organization) {
    this.organization = organization;
  }

  /** The rows of jobs that started from the first time to the second, when one looks at a third. */
  ImmutableList<UsageRow> of(Instant start, Instant end, Instant now) {
    long today = now.truncatedTo(ChronoUnit.DAYS).getEpochSecond();
    return organization.projectList().stream()
        .flatMap(project -> pipelines(project, start, end))
        .flatMap(pipeline -> pipeline.workflows().stream())
        .flatMap(UsageRows::runs)
        .filter(run -> run.job().startedAt() < today && run.job().endAt() <= now.getEpochSecond())
        .filter(
            run -> run.startedAt() >= start.toEpochMilli() && run.startedAt() <= end.toEpochMilli())
        .map(run -> row(run, now))
        .collect(ImmutableList.toImmutableList());
  }

  private Stream<Pipeline> pipelines(Project project, Instant start, Instant end) {
    Timeline timeline = project.timeline();
    int first = timeline.newest(start.toEpochMilli() - LATEST_MILLIS) + 1;
    int last = timeline.newest(end.toEpochMilli());
    return IntStream.rangeClosed(first, last)
        .mapToObj(number -> organization.pipeline(project, number));
  }

  private static Stream<JobRun> runs(Workflow workflow) {
    return workflow.jobs().stream()
        .filter(job -> job.owner() == workflow.index() && job.startedAt() != Job.NEVER)
        .map(job -> new JobRun(workflow, job));
  }

  private UsageRow row(JobRun run, Instant now) {
    ImmutableMap.Builder<String, String> row = ImmutableMap.builder();
    writeProject(row, run.pipeline(), now);
    writePipeline(row, run.pipeline());
    writeWorkflow(row, run.workflow(), now.getEpochSecond());
    writeJob(row, run);
    writeUtilization(row, run);
    String credits = run.credits() + ".0";
    row.put("compute_credits", credits).put("total_credits", credits);
    for (String none : new String[] {"dlc", "user", "storage", "network", "lease", "ipranges"}) {
      row.put(none + "_credits", "0.0");
    }
    return new UsageRow(row.put("lease_overage_credits", "0").buildOrThrow());
  }

  private void writeProject(
      ImmutableMap.Builder<String, String> row, Pipeline pipeline, Instant now) {
    Project project = pipeline.project();
    Standing owner = Standing.of(organization, IdName.Kind.ORGANIZATION, 0, 0);
    Standing own = Standing.of(organization, IdName.Kind.PROJECT, project.index(), 0);
    long last = project.timeline().createdAt(project.timeline().newest(now.toEpochMilli()));
    row.put("organization_id", owner.id())
        .put("organization_name", organization.config().organization())
        .put("organization_created_date", time(owner.createdAt()).substring(0, 10))
        .put("project_id", own.id())
        .put("project_name", project.name())
        .put("project_created_date", time(own.createdAt()).substring(0, 10))
        .put("last_build_finished_at", time(last))
        .put("vcs_name", project.standalone() ? "circleci" : project.vcs().longForm())
        .put("vcs_url", project.repositoryUrl());
  }

  private void writePipeline(ImmutableMap.Builder<String, String> row, Pipeline pipeline) {
    String branch = pipeline.branch();
    row.put("vcs_branch", branch == null ? "" : branch)
        .put("pipeline_id", organization.pipelineJson().id(pipeline))
        .put("pipeline_created_at", time(pipeline.createdAt()))
        .put("pipeline_number", Integer.toString(pipeline.number()))
        .put("is_unregistered_user", "false")
        .put("pipeline_trigger_source", pipeline.triggerType())
        .put("pipeline_trigger_user_id", organization.people().id(PipelineJson.actor(pipeline)));
  }

  private void writeWorkflow(
      ImmutableMap.Builder<String, String> row, Workflow workflow, long seconds) {
    long queued = runs(workflow).mapToLong(JobRun::queuedAt).min().orElseThrow();
    long started = runs(workflow).mapToLong(JobRun::startedAt).min().orElseThrow();
    boolean isOver = workflow.endAt() <= seconds;
    row.put("workflow_id", organization.workflowJson().id(workflow))
        .put("workflow_name", workflow.spec().name())
        .put("workflow_first_job_queued_at", time(queued))
        .put("workflow_first_job_started_at", time(started))
        .put("workflow_stopped_at", isOver ? time(workflow.endAt() * 1_000) : "")
        .put(
            "is_workflow_successful",
            isOver ? (workflow.outcome().equals(Job.SUCCESS) ? "Y" : "N") : "");
  }

  private void writeJob(ImmutableMap.Builder<String, String> row, JobRun run) {
    row.put("job_name", run.job().name())
        .put("job_run_number", Long.toString(run.number()))
        .put("job_id", organization.workflowJson().id(run.workflow(), run.job()))
        .put("job_run_date", time(run.startedAt()).substring(0, 10))
        .put("job_run_queued_at", time(run.queuedAt()))
        .put("job_run_started_at", time(run.startedAt()))
        .put("job_run_stopped_at", time(run.stoppedAt()))
        .put("job_build_status", run.job().outcome())
        .put("resource_class", run.resourceClass())
        .put("operating_system", "linux")
        .put("executor", run.executor())
        .put("parallelism", Integer.toString(run.parallelism()))
        .put("job_run_seconds", Long.toString(run.seconds()));
  }

  /** Utilization is sampled now and then: of a short job there is none. */
  private static void writeUtilization(ImmutableMap.Builder<String, String> row, JobRun run) {
    if (run.seconds() < SAMPLED_SECONDS) {
      return;
    }
    row.put("median_cpu_utilization_pct", percent(run.cpu()))
        .put("max_cpu_utilization_pct", percent(run.cpu() + 15))
        .put("median_ram_utilization_pct", percent(run.ram()))
        .put("max_ram_utilization_pct", percent(run.ram() + 12));
  }

  private static String percent(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  private static String time(long millis) {
    return TIME.format(Instant.ofEpochMilli(millis));
  }
}
