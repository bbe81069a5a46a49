package dev.circlebeam.sample;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableSet;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * What a sample server is made of: the size and age of its organization, and its manners.
 *
 * <p>Immutable. Start from {@link #defaults()} and change single values: {@code
 * SampleConfig.defaults().withProjects(2).withLatency(Duration.ofMillis(50))}. A value out of range
 * is refused with an {@link IllegalArgumentException} that shows it; nothing may be null.
 */
public final class SampleConfig {
  /** How the rate limit counts. */
  public enum LimitForm {
    /** Permits drip into a bucket that holds one second's worth. */
    TOKEN_BUCKET,
    /** One second's worth of permits at the start of every second. */
    FIXED_WINDOW
  }

  private static final SampleConfig DEFAULTS = new SampleConfig(new Values());

  private final Values values;

  private SampleConfig(Values values) {
    this.values = values;
  }

  /** {@return 4 projects of 40 pipelines in 30 days, without latency, limit and faults} */
  public static SampleConfig defaults() {
    return DEFAULTS;
  }

  /** {@return what all that is invented depends on} */
  public long seed() {
    return values.seed;
  }

  /** Returns a copy with another seed; servers with equal configurations answer alike. */
  public SampleConfig withSeed(long seed) {
    return with(copy -> copy.seed = seed);
  }

  /** {@return the organization's name, the second part of its slug} */
  public String organization() {
    return values.organization;
  }

  /** Returns a copy with another name of the organization, without slashes. */
  public SampleConfig withOrganization(String name) {
    Preconditions.checkArgument(
        !name.isEmpty() && name.indexOf('/') < 0, "organization must be one path part: %s", name);
    return with(copy -> copy.organization = name);
  }

  /** {@return where the organization's repositories are} */
  public SampleVcs vcs() {
    return values.vcs;
  }

  /** Returns a copy with another provider, on which the start of all slugs depends. */
  public SampleConfig withVcs(SampleVcs vcs) {
    return with(copy -> copy.vcs = Objects.requireNonNull(vcs, "vcs"));
  }

  /** {@return how many projects there are} */
  public int projects() {
    return values.projects;
  }

  /** Returns a copy with that many projects, 1 to 1,000. */
  public SampleConfig withProjects(int projects) {
    Preconditions.checkArgument(
        projects >= 1 && projects <= 1_000, "projects must be 1 to 1000: %s", projects);
    return with(copy -> copy.projects = projects);
  }

  /** {@return how many pipelines each project has had when the clock starts} */
  public int pipelinesPerProject() {
    return values.pipelinesPerProject;
  }

  /** {@return the days before the start over which those pipelines are spread} */
  public int historyDays() {
    return values.historyDays;
  }

  /**
   * Returns a copy with another history, which goes on at the same rate after the start.
   *
   * @param pipelinesPerProject 1 to 10 million, and at most one a second
   * @param days 1 to 3,650
   */
  public SampleConfig withHistory(int pipelinesPerProject, int days) {
    Preconditions.checkArgument(days >= 1 && days <= 3_650, "days must be 1 to 3650: %s", days);
    Preconditions.checkArgument(
        pipelinesPerProject >= 1
            && pipelinesPerProject <= 10_000_000
            && pipelinesPerProject <= days * 86_400L,
        "pipelines must be 1 to 10000000 and at most one a second: %s",
        pipelinesPerProject);
    return with(
        copy -> {
          copy.pipelinesPerProject = pipelinesPerProject;
          copy.historyDays = days;
        });
  }

  /** {@return how many jobs a workflow has on average; setup workflows always have one} */
  public double jobsPerWorkflow() {
    return values.jobsPerWorkflow;
  }

  /** Returns a copy with another average of jobs, 1 to 60. */
  public SampleConfig withJobsPerWorkflow(double jobs) {
    Preconditions.checkArgument(
        jobs >= 1 && jobs <= 60, "jobs a workflow must be 1 to 60: %s", jobs);
    return with(copy -> copy.jobsPerWorkflow = jobs);
  }

  /** {@return how many of a thousand pipelines are run again by hand after days} */
  public int lateReruns() {
    return values.lateReruns;
  }

  /** Returns a copy in which so many of a thousand pipelines are run again after days. */
  public SampleConfig withLateReruns(int ofThousand) {
    Preconditions.checkArgument(
        ofThousand >= 0 && ofThousand <= 1_000, "late reruns must be 0 to 1000: %s", ofThousand);
    return with(copy -> copy.lateReruns = ofThousand);
  }

  /** {@return the server's clock at its start} */
  public Instant now() {
    return values.now;
  }

  /** Returns a copy with another start of the clock, which moves only when it is told to. */
  public SampleConfig withNow(Instant now) {
    return with(copy -> copy.now = Objects.requireNonNull(now, "now"));
  }

  /** {@return after how many days a pipeline is gone, with all below it} */
  public int retentionDays() {
    return values.retentionDays;
  }

  /** Returns a copy with another retention, of at least a day. */
  public SampleConfig withRetentionDays(int days) {
    Preconditions.checkArgument(days >= 1, "retention must be at least a day: %s", days);
    return with(copy -> copy.retentionDays = days);
  }

  /** {@return how long every answer of the API is held back; zero for not at all} */
  public Duration latency() {
    return values.latency;
  }

  /** Returns a copy with another latency, which must not be negative. */
  public SampleConfig withLatency(Duration latency) {
    Preconditions.checkArgument(!latency.isNegative(), "latency must not be negative: %s", latency);
    return with(copy -> copy.latency = latency);
  }

  /** {@return the rate limit in requests a second; 0 for none} */
  public double requestsPerSecond() {
    return values.requestsPerSecond;
  }

  /** {@return how the rate limit counts; of no effect without one} */
  public LimitForm limitForm() {
    return values.limitForm;
  }

  /** Returns a copy with another rate limit in requests a second, 0 for none. */
  public SampleConfig withLimit(double requestsPerSecond, LimitForm form) {
    Preconditions.checkArgument(
        requestsPerSecond >= 0, "requests a second must not be negative: %s", requestsPerSecond);
    return with(
        copy -> {
          copy.requestsPerSecond = requestsPerSecond;
          copy.limitForm = Objects.requireNonNull(form, "form");
        });
  }

  /**
   * Whether answers carry headers that tell of the limit.
   *
   * @return true unless it was said that they do not
   */
  public boolean isLimitAnnounced() {
    return values.limitAnnounced;
  }

  /**
   * The same with a limit that no header tells of; refusals still ask to come again later.
   *
   * @return a changed copy
   */
  public SampleConfig withSilentLimit() {
    return with(copy -> copy.limitAnnounced = false);
  }

  /** {@return the personal token, which the server accepts} */
  public String token() {
    return values.token;
  }

  /** {@return the project token, which the server knows and refuses} */
  public String projectToken() {
    return values.projectToken;
  }

  /**
   * Returns a copy with other tokens, none of them empty.
   *
   * @param token accepted
   * @param projectToken answered with 403 on {@code /me} and 401 elsewhere
   */
  public SampleConfig withTokens(String token, String projectToken) {
    Preconditions.checkArgument(
        !token.isEmpty() && !projectToken.isEmpty(), "tokens must not be empty");
    return with(
        copy -> {
          copy.token = token;
          copy.projectToken = projectToken;
        });
  }

  /** {@return the port to listen on; 0 for any free one} */
  public int port() {
    return values.port;
  }

  /** Returns a copy with another port, 0 to 65,535. */
  public SampleConfig withPort(int port) {
    Preconditions.checkArgument(port >= 0 && port <= 65_535, "port must be 0 to 65535: %s", port);
    return with(copy -> copy.port = port);
  }

  /** {@return how many items a page of a list holds, Insights aside; the service has 20} */
  public int pageSize() {
    return values.pageSize;
  }

  /** {@return how many items a page of a list of Insights holds; the service has 250} */
  public int insightsPageSize() {
    return values.insightsPageSize;
  }

  /** Returns a copy with another page size of all lists, of at least one. */
  public SampleConfig withPageSize(int pageSize) {
    Preconditions.checkArgument(pageSize >= 1, "page size must be at least one: %s", pageSize);
    return with(copy -> copy.pageSize = copy.insightsPageSize = pageSize);
  }

  /** {@return how long after a workflow has ended Insights shows it} */
  public Duration insightsDelay() {
    return values.insightsDelay;
  }

  /** Returns a copy whose Insights lag by another delay, which must not be negative. */
  public SampleConfig withInsightsDelay(Duration delay) {
    Preconditions.checkArgument(!delay.isNegative(), "delay must not be negative: %s", delay);
    return with(copy -> copy.insightsDelay = delay);
  }

  /** {@return how long a usage export takes that nobody looks at} */
  public Duration exportTime() {
    return values.exportTime;
  }

  /** Returns a copy whose usage exports take longer, or not so long, unless they are looked at. */
  public SampleConfig withExportTime(Duration time) {
    Preconditions.checkArgument(!time.isNegative(), "time must not be negative: %s", time);
    return with(copy -> copy.exportTime = time);
  }

  /** {@return whether it is unlike most organizations in that way} */
  public boolean has(SampleTrait trait) {
    return values.traits.contains(trait);
  }

  /** Returns a copy that is unlike most organizations in one way more. */
  public SampleConfig with(SampleTrait trait) {
    return with(
        copy ->
            copy.traits =
                ImmutableSet.<SampleTrait>builder().addAll(copy.traits).add(trait).build());
  }

  /** {@return whether long answers are compressed for clients that accept it} */
  public boolean gzip() {
    return values.gzip;
  }

  /** Returns a copy that compresses or, to save time when something else is measured, does not. */
  public SampleConfig withGzip(boolean gzip) {
    return with(copy -> copy.gzip = gzip);
  }

  /** {@return what goes wrong on purpose} */
  public SampleFaults faults() {
    return values.faults;
  }

  /** Returns a copy with other faults. */
  public SampleConfig withFaults(SampleFaults faults) {
    return with(copy -> copy.faults = Objects.requireNonNull(faults, "faults"));
  }

  private SampleConfig with(Consumer<Values> change) {
    Values copy = values.copy();
    change.accept(copy);
    return new SampleConfig(copy);
  }

  /** The values themselves; changed only on a copy that nobody else has seen yet. */
  private static final class Values implements Cloneable {
    private long seed = 1;
    private String organization = "acme";
    private SampleVcs vcs = SampleVcs.GITHUB;
    private int projects = 4;
    private int pipelinesPerProject = 40;
    private int historyDays = 30;
    private double jobsPerWorkflow = 6;
    private int lateReruns = 22;
    private Instant now = Instant.parse("2026-06-30T12:00:00Z");
    private int retentionDays = 90;
    private Duration latency = Duration.ZERO;
    private double requestsPerSecond = 0;
    private LimitForm limitForm = LimitForm.TOKEN_BUCKET;
    private boolean limitAnnounced = true;
    private String token = "sample-token";
    private String projectToken = "sample-project-token";
    private int port = 0;
    private int pageSize = 20;
    private int insightsPageSize = 250;
    private Duration insightsDelay = Duration.ofHours(1);
    private Duration exportTime = Duration.ofMillis(500);
    private ImmutableSet<SampleTrait> traits = ImmutableSet.of();
    private boolean gzip = true;
    private SampleFaults faults = SampleFaults.none();

    private Values copy() {
      try {
        return (Values) clone();
      } catch (CloneNotSupportedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
