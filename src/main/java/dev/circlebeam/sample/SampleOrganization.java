package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * An invented organization: a pure function of a configuration and a time.
 *
 * <p>Nothing is stored for a pipeline. The streams list all that the server answers at a time, one
 * row after the other, for a test to compare with what a reader brought home.
 */
public final class SampleOrganization {
  private final SampleConfig config;
  private final Ids ids;
  private final UUID id;
  private final People people;
  private final PipelineJson pipelineJson;
  private final WorkflowJson workflowJson;
  private final ImmutableList<Project> projects;

  /**
   * The organization that the configuration describes.
   *
   * @param config its seed and size
   */
  public SampleOrganization(SampleConfig config) {
    this.config = config;
    this.ids = new Ids(config.seed());
    this.id = ids.encode(new IdName(IdName.Kind.ORGANIZATION, 0, 0, 0, 0));
    this.people = new People(ids);
    this.pipelineJson = new PipelineJson(ids, people);
    this.workflowJson = new WorkflowJson(ids, people, pipelineJson);
    this.projects =
        IntStream.range(0, config.projects())
            .mapToObj(index -> new Project(config, ids, id, index))
            .collect(ImmutableList.toImmutableList());
  }

  /**
   * One thing that the server answers, with what it belongs to.
   *
   * @param projectSlug slug of the project
   * @param pipelineId id of the pipeline; null for a project
   * @param workflowId id of the workflow in whose list a job is, or of the workflow itself; null
   *     for projects and pipelines
   * @param body the item as the server answers it
   */
  public record Row(
      String projectSlug,
      @Nullable String pipelineId,
      @Nullable String workflowId,
      ObjectNode body) {}

  /**
   * The slug in short form.
   *
   * @return for example {@code gh/acme}
   */
  public String slug() {
    return config.vcs().shortForm() + "/" + config.organization();
  }

  /**
   * The organization's id.
   *
   * @return the same for every clock
   */
  public UUID id() {
    return id;
  }

  /**
   * The canonical slugs of all projects.
   *
   * @return in the order of their index; the second of three or more is a {@code circleci/} slug
   */
  public ImmutableList<String> projectSlugs() {
    return projects.stream().map(Project::slug).collect(ImmutableList.toImmutableList());
  }

  /**
   * All projects.
   *
   * @return one row each
   */
  public Stream<Row> projects() {
    return projects.stream().map(project -> new Row(project.slug(), null, null, project.json()));
  }

  /**
   * All pipelines that the server lists at a time.
   *
   * @param at the clock
   * @return one row each, project by project, newest first
   */
  public Stream<Row> pipelines(Instant at) {
    long millis = at.toEpochMilli();
    return visible(millis)
        .map(
            pipeline ->
                new Row(
                    pipeline.project().slug(),
                    pipelineJson.id(pipeline),
                    null,
                    pipelineJson.write(pipeline, millis)));
  }

  /**
   * All workflows that the server lists at a time.
   *
   * @param at the clock
   * @return one row each, pipeline by pipeline, newest first
   */
  public Stream<Row> workflows(Instant at) {
    long seconds = at.getEpochSecond();
    return visible(at.toEpochMilli())
        .flatMap(pipeline -> workflows(pipeline, seconds).stream())
        .map(workflow -> row(workflow, workflowJson.write(workflow, seconds)));
  }

  /**
   * All jobs that the server lists at a time. A job that a rerun kept is listed in both workflows.
   *
   * @param at the clock
   * @return one row each, workflow by workflow
   */
  public Stream<Row> jobs(Instant at) {
    long seconds = at.getEpochSecond();
    return visible(at.toEpochMilli())
        .flatMap(pipeline -> workflows(pipeline, seconds).stream())
        .flatMap(
            workflow ->
                workflow.jobs().stream()
                    .map(job -> row(workflow, workflowJson.write(workflow, job, seconds))));
  }

  /**
   * All runs that Insights shows at a time: workflows created in the 90 days before it, of all
   * branches, that had ended {@link SampleConfig#insightsDelay} ago.
   *
   * @param at the clock
   * @return one row each, project by project, newest first, as the lists of their names have them
   */
  public Stream<Row> insightsRuns(Instant at) {
    long millis = at.toEpochMilli();
    return projects.stream()
        .flatMap(
            project ->
                visible(project, millis)
                    .flatMap(pipeline -> insightsRuns(pipeline, millis))
                    .sorted(InsightsRun.NEWEST_FIRST)
                    .map(run -> row(project, run)));
  }

  /** The answer of {@code /organization/{id}}. */
  ObjectNode json() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", id.toString())
        .put("name", config.organization())
        .put("slug", slug())
        .put("vcs_type", config.vcs().longForm());
  }

  /** The configuration. */
  SampleConfig config() {
    return config;
  }

  /** The ids. */
  Ids ids() {
    return ids;
  }

  /** The users. */
  People people() {
    return people;
  }

  /** The projects by index. */
  ImmutableList<Project> projectList() {
    return projects;
  }

  /** What writes pipelines. */
  PipelineJson pipelineJson() {
    return pipelineJson;
  }

  /** What writes workflows and jobs. */
  WorkflowJson workflowJson() {
    return workflowJson;
  }

  /** The pipeline of that number, whether it is visible or not. */
  Pipeline pipeline(Project project, int number) {
    return new Pipeline(project, number, config.jobsPerWorkflow());
  }

  /** The pipeline that the name of it or of something below it means; null if not visible. */
  @Nullable Pipeline pipeline(IdName name, long millis) {
    if (name.project() >= projects.size() || name.pipeline() < 1) {
      return null;
    }
    Project project = projects.get(name.project());
    Timeline timeline = project.timeline();
    long created = timeline.createdAt(name.pipeline());
    return created <= millis && timeline.retainedSince(millis) <= created
        ? pipeline(project, name.pipeline())
        : null;
  }

  /** The workflows of the pipeline that exist at a time in seconds since 1970, newest first. */
  static List<Workflow> workflows(Pipeline pipeline, long seconds) {
    return pipeline.workflows().stream()
        .filter(workflow -> workflow.createdAt() <= seconds)
        .sorted(
            Comparator.comparingLong(Workflow::createdAt)
                .thenComparingInt(Workflow::index)
                .reversed())
        .toList();
  }

  /** The workflows of the pipeline that Insights shows at a time in milliseconds since 1970. */
  Stream<InsightsRun> insightsRuns(Pipeline pipeline, long millis) {
    long stopped = millis - config.insightsDelay().toMillis();
    return pipeline.workflows().stream()
        .map(InsightsRun::of)
        .filter(
            run ->
                run.stoppedAt() <= stopped
                    && run.createdAt() >= millis - InsightsRun.MEMORY_MILLIS);
  }

  private Row row(Project project, InsightsRun run) {
    ObjectNode body = run.json(ids);
    String pipeline = pipelineJson.id(pipeline(project, run.pipeline()));
    return new Row(project.slug(), pipeline, body.get("id").asText(), body);
  }

  private Row row(Workflow workflow, ObjectNode body) {
    return new Row(
        workflow.pipeline().project().slug(),
        pipelineJson.id(workflow.pipeline()),
        workflowJson.id(workflow),
        body);
  }

  private Stream<Pipeline> visible(long millis) {
    return projects.stream().flatMap(project -> visible(project, millis));
  }

  private Stream<Pipeline> visible(Project project, long millis) {
    int newest = project.timeline().newest(millis);
    int count = newest - project.timeline().oldest(millis) + 1;
    return IntStream.range(0, count).mapToObj(i -> pipeline(project, newest - i));
  }
}
