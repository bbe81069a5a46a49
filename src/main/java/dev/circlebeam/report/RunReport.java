package dev.circlebeam.report;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.circlebeam.circleci.RateCourse;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a run has to say of itself in the end: the file {@code _runs/<run id>.json}.
 *
 * @param runId the run
 * @param status {@code succeeded}, {@code too_many_errors}, or why it failed
 * @param exitCode what the process says
 * @param reason why it failed, in a line; null when it did not
 * @param whatToDo what to do about it, in a line; null when there is nothing
 * @param startedAt when it began
 * @param endedAt when it ended
 * @param seconds how long it took
 * @param circleciUrl the server
 * @param output the output
 * @param requests how it fetched; null when it did not get that far
 * @param tables by table, what became of it
 * @param errors how many requests and items were given up
 * @param countedErrors how many of them count towards {@code --maxErrors}
 * @param projects how many projects were read
 * @param unfinished how many pipelines are to be looked at again
 * @param givenUp how many unfinished pipelines are too old to be looked at again
 * @param rerunsFound how many reruns were found under pipelines that are read no more
 * @param backfillLeft slugs of projects, and names of exports such as {@code gh/acme (usage)}, of
 *     which something is still to be read
 * @param incomplete those among them of which something could not be read
 * @param slices what each part of the run did
 * @param organizations how many projects of each organization of {@code --orgs} were found
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record RunReport(
    String runId,
    String status,
    int exitCode,
    @Nullable String reason,
    @Nullable String whatToDo,
    Instant startedAt,
    Instant endedAt,
    double seconds,
    String circleciUrl,
    String output,
    @Nullable Requests requests,
    Map<String, OfTable> tables,
    long errors,
    long countedErrors,
    long projects,
    long unfinished,
    long givenUp,
    long rerunsFound,
    List<String> backfillLeft,
    List<String> incomplete,
    List<Slice> slices,
    List<FetchFigures.OfOrganization> organizations) {
  /** Takes what an older version wrote, too. */
  public RunReport {
    organizations = organizations == null ? List.of() : organizations;
  }

  /** The status of a run that did all it was meant to. */
  public static final String SUCCEEDED = "succeeded";

  /** The status of a run that has slices to come; what is left when it is killed. */
  public static final String RUNNING = "running";

  private static final String TOO_MANY_ERRORS = "too_many_errors";
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .build();

  /**
   * What a run is, before anything is known of its outcome.
   *
   * @param runId the run
   * @param startedAt when it began
   * @param circleciUrl the server
   * @param output the output
   */
  public record Run(String runId, Instant startedAt, String circleciUrl, String output)
      implements java.io.Serializable {}

  /**
   * How a run fetched.
   *
   * @param sent how many requests were sent
   * @param retries how many because an earlier try failed
   * @param rateLimited how many were answered 429
   * @param waitedSeconds how long nothing was sent because of that
   * @param fetchSeconds how long fetching took
   * @param perSecond requests a second meanwhile
   * @param course how that went over time
   */
  public record Requests(
      long sent,
      long retries,
      long rateLimited,
      double waitedSeconds,
      double fetchSeconds,
      double perSecond,
      RateCourse course) {
    Requests plus(Requests more) {
      double seconds = fetchSeconds + more.fetchSeconds;
      return new Requests(
          sent + more.sent,
          retries + more.retries,
          rateLimited + more.rateLimited,
          waitedSeconds + more.waitedSeconds,
          seconds,
          perSecond(sent + more.sent, seconds),
          course.plus(more.course));
    }

    private static double perSecond(long sent, double seconds) {
      return seconds == 0 ? 0 : Math.round(sent / seconds * 10) / 10.0;
    }
  }

  /**
   * What a part of a run did.
   *
   * @param number which one, from 0
   * @param pipelines how many pipelines of the lists it read
   * @param requests how many requests it sent
   * @param seconds how long it took
   * @param left how many projects and exports have older rows for the slices to come
   * @param residentMegabytes how much memory the process had in the end; 0 when that is unknown
   */
  public record Slice(
      int number,
      long pipelines,
      long requests,
      double seconds,
      long left,
      long residentMegabytes) {}

  /**
   * What became of a table.
   *
   * @param rows how many rows were written
   * @param files how many files were
   * @param bytesProcessed how much BigQuery read to merge them, which is what it costs; 0 for files
   * @param requests how many answers were taken
   * @param notFound how many requests were answered 404: deleted, or too old
   * @param misfits how many values did not fit their column and are in {@code _extra}
   * @param extraFields names of fields that are in {@code _extra}
   * @param refused why it was not to be had, and for which organizations
   */
  public record OfTable(
      long rows,
      long files,
      long bytesProcessed,
      long requests,
      long notFound,
      long misfits,
      Set<String> extraFields,
      Set<String> refused) {
    /** Takes what an older version wrote, too. */
    public OfTable {
      refused = refused == null ? Set.of() : refused;
    }

    OfTable plus(OfTable more) {
      Set<String> fields = new TreeSet<>(extraFields);
      fields.addAll(more.extraFields);
      Set<String> reasons = new TreeSet<>(refused);
      reasons.addAll(more.refused);
      return new OfTable(
          rows + more.rows,
          files + more.files,
          bytesProcessed + more.bytesProcessed,
          requests + more.requests,
          notFound + more.notFound,
          misfits + more.misfits,
          fields,
          reasons);
    }
  }

  /**
   * Makes the report of a slice, which is the whole run's if there is no other.
   *
   * @param run the run
   * @param slice which part of it, from 0
   * @param begunAt when the slice began
   * @param endedAt when it ended
   * @param fetched what it fetched
   * @param merged by table, what it wrote
   * @param state how things stand
   * @param maxErrors how many errors are too many
   * @return the report
   */
  public static RunReport done(
      Run run,
      int slice,
      Instant begunAt,
      Instant endedAt,
      FetchFigures fetched,
      Map<String, MergeFigures> merged,
      StateSummary state,
      MaxErrors maxErrors) {
    TreeSet<String> left = new TreeSet<>(state.left());
    left.addAll(state.incomplete());
    return new RunReport(
            run.runId(),
            SUCCEEDED,
            ExitCode.DONE.code(),
            null,
            null,
            run.startedAt(),
            endedAt,
            seconds(run.startedAt(), endedAt),
            run.circleciUrl(),
            run.output(),
            requests(fetched),
            tables(fetched, merged),
            fetched.errors(),
            fetched.countedErrors(),
            state.projects(),
            state.unfinished(),
            state.givenUp(),
            fetched.rerunsFound(),
            List.copyOf(left),
            state.incomplete(),
            List.of(
                new Slice(
                    slice,
                    fetched.pipelines(),
                    fetched.requests(),
                    seconds(begunAt, endedAt),
                    state.left().size(),
                    ResidentMemory.megabytes())),
            fetched.organizations())
        .judged(maxErrors);
  }

  private RunReport judged(MaxErrors maxErrors) {
    long sent = requests.sent();
    if (!maxErrors.isExceeded(countedErrors, sent)) {
      return with(SUCCEEDED, ExitCode.DONE, null, null);
    }
    return with(
        TOO_MANY_ERRORS,
        ExitCode.TOO_MANY_ERRORS,
        String.format("%d of %d requests failed for good", countedErrors, sent),
        "see the table _errors; the next run tries them again");
  }

  /**
   * Adds the report of the next slice of the same run.
   *
   * @param next the next slice's
   * @param maxErrors how many errors are too many
   * @return the report of both
   */
  public RunReport plus(RunReport next, MaxErrors maxErrors) {
    Map<String, OfTable> sum = new TreeMap<>(tables);
    next.tables.forEach((table, more) -> sum.merge(table, more, OfTable::plus));
    List<Slice> all = new ArrayList<>(slices);
    all.addAll(next.slices);
    // What could not be read stays so for the run; what was left is read by and by.
    TreeSet<String> stuck = new TreeSet<>(incomplete);
    stuck.addAll(next.incomplete);
    TreeSet<String> left = new TreeSet<>(next.backfillLeft);
    left.addAll(stuck);
    return new RunReport(
            runId,
            next.status,
            next.exitCode,
            next.reason,
            next.whatToDo,
            startedAt,
            next.endedAt,
            seconds(startedAt, next.endedAt),
            circleciUrl,
            output,
            requests.plus(next.requests),
            sum,
            errors + next.errors,
            countedErrors + next.countedErrors,
            Math.max(projects, next.projects),
            // A slice of exports alone knows of none.
            next.projects == 0 ? unfinished : next.unfinished,
            givenUp + next.givenUp,
            rerunsFound + next.rerunsFound,
            List.copyOf(left),
            List.copyOf(stuck),
            all,
            organizations)
        .judged(maxErrors);
  }

  /**
   * Returns the last part of the run.
   *
   * @return the slice; null when the run did not get that far
   */
  @JsonIgnore
  public @Nullable Slice lastSlice() {
    return slices.isEmpty() ? null : slices.get(slices.size() - 1);
  }

  /**
   * Gives the report another outcome.
   *
   * @param newStatus in one word
   * @param newExitCode what the process says
   * @param newReason why, in a line; null when there is no need
   * @param newWhatToDo what to do about it; null when there is nothing
   * @return the same figures with that outcome
   */
  public RunReport with(
      String newStatus,
      ExitCode newExitCode,
      @Nullable String newReason,
      @Nullable String newWhatToDo) {
    return new RunReport(
        runId,
        newStatus,
        newExitCode.code(),
        newReason,
        newWhatToDo,
        startedAt,
        endedAt,
        seconds,
        circleciUrl,
        output,
        requests,
        tables,
        errors,
        countedErrors,
        projects,
        unfinished,
        givenUp,
        rerunsFound,
        backfillLeft,
        incomplete,
        slices,
        organizations);
  }

  /**
   * Makes the report of a run that failed.
   *
   * @param run the run
   * @param endedAt when
   * @param status why, in one word
   * @param exitCode what the process says
   * @param reason why, in a line
   * @param whatToDo what to do about it; null when nothing is known
   * @return the report
   */
  public static RunReport failed(
      Run run,
      Instant endedAt,
      String status,
      ExitCode exitCode,
      String reason,
      @Nullable String whatToDo) {
    return new RunReport(
        run.runId(),
        status,
        exitCode.code(),
        reason,
        whatToDo,
        run.startedAt(),
        endedAt,
        seconds(run.startedAt(), endedAt),
        run.circleciUrl(),
        run.output(),
        null,
        Map.of(),
        0,
        0,
        0,
        0,
        0,
        0,
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }

  /**
   * Names a run's report.
   *
   * @param runId the run
   * @return the file's name below an output
   */
  public static String name(String runId) {
    return "_runs/" + runId + ".json";
  }

  /**
   * Returns the report as it is kept.
   *
   * @return JSON
   */
  public byte[] toJson() {
    try {
      return JSON.writeValueAsBytes(this);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /**
   * Reads a report.
   *
   * @param json as it is kept
   * @return the report
   * @throws IOException when it is damaged
   */
  public static RunReport parse(byte[] json) throws IOException {
    return JSON.readValue(json, RunReport.class);
  }

  private static Requests requests(FetchFigures fetched) {
    double seconds = fetched.fetchMillis() / 1000.0;
    return new Requests(
        fetched.requests(),
        fetched.retries(),
        fetched.rateLimited(),
        fetched.waitedMillis() / 1000.0,
        seconds,
        Requests.perSecond(fetched.requests(), seconds),
        fetched.course());
  }

  private static Map<String, OfTable> tables(
      FetchFigures fetched, Map<String, MergeFigures> merged) {
    TreeSet<String> names = new TreeSet<>(fetched.tables().keySet());
    names.addAll(merged.keySet());
    Map<String, OfTable> tables = new TreeMap<>();
    for (String name : names) {
      FetchFigures.OfTable in = fetched.tables().getOrDefault(name, FetchFigures.OfTable.NONE);
      MergeFigures out = merged.getOrDefault(name, new MergeFigures(name, 0, 0, 0));
      tables.put(
          name,
          new OfTable(
              out.rows(),
              out.files(),
              out.bytesProcessed(),
              in.requests(),
              in.notFound(),
              in.misfits(),
              in.extraFields(),
              in.refused()));
    }
    return tables;
  }

  private static double seconds(Instant from, Instant to) {
    return Duration.between(from, to).toMillis() / 1000.0;
  }
}
