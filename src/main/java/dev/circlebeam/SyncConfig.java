package dev.circlebeam;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.circleci.ApiAccess;
import dev.circlebeam.circleci.CircleCiUrl;
import dev.circlebeam.circleci.Connection;
import dev.circlebeam.circleci.Pace;
import dev.circlebeam.circleci.TokenReference;
import dev.circlebeam.fetch.FetchSpec;
import dev.circlebeam.plan.Organizations;
import dev.circlebeam.plan.Planner;
import dev.circlebeam.plan.Planner.UnfinishedWork;
import dev.circlebeam.plan.ProjectTask.RereadFrom;
import dev.circlebeam.plan.RerunSearch;
import dev.circlebeam.report.Attendant;
import dev.circlebeam.report.MaxErrors;
import dev.circlebeam.report.RunReport;
import dev.circlebeam.report.WriteReport;
import dev.circlebeam.sample.SampleServer;
import dev.circlebeam.sink.TableSink;
import dev.circlebeam.state.StateStore;
import dev.circlebeam.storage.Folder;
import dev.circlebeam.storage.OutputGuard;
import dev.circlebeam.storage.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a sync is to do: the flags, read once and found sound.
 *
 * @param projects slugs of projects, in CircleCI's short form, each once
 * @param organizations whose projects are read beside those
 * @param output where the tables are written to
 * @param fetch what to fetch, and how
 * @param planner how far back to read
 * @param state where the state is
 * @param run what the run is, for its report
 * @param maxErrors how many requests may fail for good
 * @param clock the time, as ages are counted
 * @param begunAt when the slice began, by this machine's clock
 * @param maxDuration after so long no further slice is begun; null for no such limit
 */
record SyncConfig(
    List<String> projects,
    Organizations organizations,
    Output output,
    FetchSpec fetch,
    Planner planner,
    StateStore state,
    RunReport.Run run,
    MaxErrors maxErrors,
    Supplier<Instant> clock,
    Instant begunAt,
    @Nullable Duration maxDuration) {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration FIRST_RETRY_WAIT = Duration.ofMillis(500);
  private static final Duration LONGEST_LOOKBACK = Duration.ofDays(90);
  private static final double SAMPLE_RATE = 1000;

  /** What the state of a sample sync names as its server, whose port is another each time. */
  private static final String SAMPLE_SERVER = "the sample server";

  /**
   * Reads the flags of {@code sync}.
   *
   * @param options the flags
   * @param startedAt the run's start
   * @param sample the sample server, if it is to be used; else null
   * @return what to do
   * @throws UsageException when a flag is missing or wrong, naming it and the fix
   */
  static SyncConfig of(SyncOptions options, Instant startedAt, @Nullable SampleServer sample) {
    String sampleUrl = sample == null ? null : sample.url();
    Flags flags = new Flags(options);
    Catalog catalog = UserCatalog.of(flags);
    TableChoice tables = TableChoice.of(catalog, options.getTables(), options.getExcludeColumns());
    Output output = Output.of(flags);
    Place state = Output.state(flags);
    String runId = flags.runId(startedAt);
    Connection connection = connection(flags, options, sampleUrl);
    String server = sampleUrl == null ? connection.url().origin() : SAMPLE_SERVER;
    FetchSpec fetch =
        new FetchSpec(
            runId,
            startedAt,
            access(flags, options, runId, connection, sampleUrl != null),
            catalog,
            tables.written(),
            tables.read(),
            tables.excluded(),
            flags.orNull(options.getBranch()),
            0,
            flags.positive("--slicePipelines", options.getSlicePipelines()));
    // The sample organization lives in a time of its own.
    Supplier<Instant> clock = sample == null ? Instant::now : sample::clock;
    List<String> following = new ArrayList<>(tables.written());
    following.removeIf(name -> !catalog.followsPipelines(catalog.table(name)));
    return new SyncConfig(
        flags.projects(),
        flags.organizations(),
        output,
        fetch,
        new Planner(
            new TreeSet<>(following),
            flags.startDate(),
            fetch.branch(),
            new RereadFrom(
                flags.duration("--overlap", options.getOverlap()), rerunLookback(flags, options)),
            new UnfinishedWork(
                flags.duration("--unfinishedMaxAge", options.getUnfinishedMaxAge()),
                flags.share("--unfinishedBackoff", options.getUnfinishedBackoff())),
            options.isFullRefresh(),
            flags.parsed(() -> RerunSearch.parse(options.getDetectReruns())),
            clock.get()),
        new StateStore(state, server, output.address(), output.folder()),
        new RunReport.Run(runId, startedAt, server, output.address()),
        flags.parsed(() -> MaxErrors.parse(options.getMaxErrors())),
        clock,
        startedAt,
        flags.orNull(options.getMaxDuration()) == null
            ? null
            : flags.duration("--maxDuration", options.getMaxDuration()));
  }

  private static Duration rerunLookback(Flags flags, SyncOptions options) {
    Duration lookback = flags.duration("--rerunLookback", options.getRerunLookback());
    if (lookback.compareTo(LONGEST_LOOKBACK) > 0) {
      throw new UsageException(
          "--rerunLookback="
              + options.getRerunLookback()
              + " is more than P90D, after which CircleCI allows no rerun; give P90D or less");
    }
    return lookback;
  }

  /**
   * Reads the flags that say how to reach the server.
   *
   * @param flags all flags
   * @param options all flags
   * @param sampleUrl the address of the sample server, if it is to be used; else null
   * @return how
   */
  static Connection connection(Flags flags, SyncOptions options, @Nullable String sampleUrl) {
    String url = sampleUrl != null ? sampleUrl : options.getCircleciUrl();
    return new Connection(
        flags.parsed(() -> CircleCiUrl.parse(url, options.isAllowInsecureHttp())),
        sampleUrl != null
            ? TokenReference.ofSampleServer()
            : flags.parsed(() -> TokenReference.parse(options.getToken())),
        flags.orNull(options.getCaFile()),
        CONNECT_TIMEOUT,
        READ_TIMEOUT,
        flags.positive("--maxConcurrentRequests", options.getMaxConcurrentRequests()));
  }

  private static ApiAccess access(
      Flags flags, SyncOptions options, String runId, Connection connection, boolean sample) {
    int shards = flags.positive("--fetchShards", options.getFetchShards());
    String rate = flags.orNull(options.getRequestsPerSecond());
    if (shards > 1 && rate == null) {
      throw new UsageException(
          "--fetchShards="
              + shards
              + " divides a limit, so the limit must be given: add --requestsPerSecond");
    }
    double ceiling =
        flags.positiveNumber("--maxRequestsPerSecond", options.getMaxRequestsPerSecond());
    Pace pace = sample ? Pace.fixed(SAMPLE_RATE, 1) : Pace.adaptive(ceiling);
    if (rate != null) {
      pace = Pace.fixed(flags.positiveNumber("--requestsPerSecond", rate), shards);
    }
    if (shards > 1 && shards > pace.perSecond()) {
      throw new UsageException(
          "--fetchShards="
              + shards
              + " leaves each shard less than one of the "
              + rate
              + " requests per second of --requestsPerSecond; give fewer shards");
    }
    return new ApiAccess(runId, connection, pace, connection.maxConnections(), FIRST_RETRY_WAIT);
  }

  /** The same sync, another slice of it. */
  SyncConfig forSlice(int number) {
    return with(fetch.forSlice(number), planner.at(clock.get()), clock, Instant.now());
  }

  /** The same sync, trying failed requests again after shorter waits; for tests. */
  SyncConfig withFirstRetryWait(Duration wait) {
    return withApi(fetch.api().connection(), wait);
  }

  /** The same sync, giving up sooner on answers that do not come; for tests. */
  SyncConfig withReadTimeout(Duration timeout) {
    Connection patient = fetch.api().connection();
    Connection hasty =
        new Connection(
            patient.url(),
            patient.token(),
            patient.caFile(),
            patient.connectTimeout(),
            timeout,
            patient.maxConnections());
    return withApi(hasty, fetch.api().firstRetryWait());
  }

  private SyncConfig withApi(Connection connection, Duration firstRetryWait) {
    ApiAccess api = fetch.api();
    ApiAccess hasty =
        new ApiAccess(
            api.runId(), connection, api.pace(), api.maxConcurrentRequests(), firstRetryWait);
    return with(fetch.withApi(hasty), planner, clock, begunAt);
  }

  /** The same sync, at another time; for tests. */
  SyncConfig withClock(Supplier<Instant> other) {
    return with(fetch, planner.at(other.get()), other, begunAt);
  }

  private SyncConfig with(
      FetchSpec newFetch, Planner newPlanner, Supplier<Instant> newClock, Instant newBegunAt) {
    return new SyncConfig(
        projects,
        organizations,
        output,
        newFetch,
        newPlanner,
        state,
        run,
        maxErrors,
        newClock,
        newBegunAt,
        maxDuration);
  }

  /** The run's name. */
  String runId() {
    return run.runId();
  }

  /** Where the run's lock and report are. */
  Folder folder() {
    return output.folder();
  }

  /** Through which the run replaces files there. */
  OutputGuard guard() {
    return new OutputGuard(folder(), run.runId(), run.startedAt());
  }

  /** Puts the slice's rows into tables. */
  TableSink sink(Attendant attendant) {
    return output.sink(fetch, run.startedAt(), attendant);
  }

  /** How the slice reports. */
  WriteReport report() {
    return new WriteReport(run, fetch.slice(), begunAt, maxErrors, reports());
  }

  /** Where reports go. */
  WriteReport.Store reports() {
    return output.reports();
  }
}
