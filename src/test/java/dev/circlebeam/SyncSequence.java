package dev.circlebeam;

import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleOrganization;
import dev.circlebeam.sample.SampleServer;
import dev.circlebeam.sink.TableSink;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * A random sequence of syncs, moves of the server's clock and bad ends, of which a seed decides
 * everything; then what must be true at its end, however it went.
 */
final class SyncSequence {
  private static final List<String> OVERLAPS = List.of("PT0S", "PT30M", "PT6H", "P2D");
  private static final List<String> BRANCHES = List.of("main", "develop");

  private final Random random;
  private final Path output;
  private final Path fresh;
  private final SampleConfig config;
  private final boolean detection;
  private final List<String> steps = Collections.synchronizedList(new ArrayList<>());

  private final int slicePipelines;
  private final String overlap;
  private final boolean backoff;
  private final String detect;
  private final boolean watchesMerges;
  private final int coreFrom;
  private int projects;
  private Instant start;

  /**
   * @param seed decides everything
   * @param detection whether reruns are found in Insights alone at the end, rather than by listing
   *     everything again
   * @param folder for the outputs
   */
  SyncSequence(long seed, boolean detection, Path folder) {
    this.random = new Random(seed * 2 + (detection ? 1 : 0));
    this.detection = detection;
    String name = (detection ? "detection-" : "lookback-") + seed;
    this.output = folder.resolve(name);
    this.fresh = folder.resolve(name + "-afresh");
    int days = 8 + random.nextInt(40);
    this.config =
        SampleConfig.defaults()
            .withSeed(seed)
            .withProjects(2 + random.nextInt(2))
            .withHistory(8 + random.nextInt(12), days)
            .withJobsPerWorkflow(2)
            .withLateReruns(400)
            .withPageSize(1 + random.nextInt(12))
            .withRetentionDays(chance(40) ? 15 + random.nextInt(40) : 90)
            .withInsightsDelay(Duration.ofMinutes(random.nextInt(600)))
            .withGzip(false);
    this.slicePipelines = chance(30) ? 5000 : 5 + random.nextInt(46);
    this.overlap = OVERLAPS.get(random.nextInt(OVERLAPS.size()));
    this.backoff = chance(50);
    this.detect = List.of("daily", "true", "false").get(random.nextInt(3));
    this.watchesMerges = chance(12);
    this.coreFrom = chance(30) ? 1 + random.nextInt(4) : 0;
    this.projects = chance(30) ? 1 : config.projects();
    this.start = chance(35) ? config.now().minus(Duration.ofDays(random.nextInt(days))) : null;
  }

  /** Goes through it, and checks. */
  void run() throws Exception {
    try (SequenceRuns runs = new SequenceRuns(config, output);
        TableWatch watch = new TableWatch(output)) {
      int count = 4 + random.nextInt(4);
      for (int step = 0; step < count; step++) {
        move(runs.server());
        int number = step;
        if (watchesMerges) {
          watch.during(() -> step(runs, number));
        } else {
          step(runs, number);
        }
        watch.look();
        projects = chance(30) ? config.projects() : projects;
        start = start != null && chance(25) ? earlier() : start;
      }
      move(runs.server());
      projects = config.projects();
      if (detection) {
        endWithDetection(runs, watch);
      } else {
        endWithLookback(runs, watch);
      }
    } catch (Exception | AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + this, e);
    }
  }

  @Override
  public String toString() {
    return "sequence into "
        + output
        + String.format(
            " (%d projects, %d pipelines each in %d days, pages of %d, kept for %d days, Insights"
                + " lags by %s):%n  ",
            config.projects(),
            config.pipelinesPerProject(),
            config.historyDays(),
            config.pageSize(),
            config.retentionDays(),
            config.insightsDelay())
        + String.join("\n  ", steps);
  }

  private void step(SequenceRuns runs, int number) throws Exception {
    List<String> flags = flags(runs.server(), number);
    int kind = random.nextInt(100);
    if (kind < 40) {
      boolean moves = chance(40);
      say(runs, moves ? "sync, and the clock goes on between slices" : "sync", flags);
      runs.sync(flags, moves ? movingClock(runs.server()) : UnaryOperator.identity());
    } else if (kind < 52) {
      String faults = "wrong_token_echo@/api:every=" + (2 + random.nextInt(120));
      say(runs, faults, flags);
      end(runs.syncWithFaults(faults, flags, UnaryOperator.identity()));
    } else if (kind < 70) {
      int slice = chance(60) ? 0 : random.nextInt(4);
      int seed = random.nextInt(1000);
      int percent = 10 + random.nextInt(90);
      say(runs, "dies writing " + percent + "% of slice " + slice, flags);
      end(runs.syncThatDies(flags, slice, seed, percent));
    } else if (kind < 76) {
      say(runs, "dies before its report", flags);
      end(runs.syncWithoutReport(flags));
    } else if (kind < 91) {
      String faults = faults(runs.server().organization());
      say(runs, faults, flags);
      end(runs.syncWithFaults(faults, flags, UnaryOperator.identity()));
    } else {
      int requests = 3 + random.nextInt(150);
      say(runs, "asked to end after " + requests + " requests", flags);
      end(runs.syncThatIsEnded(flags, requests));
    }
  }

  private void say(SequenceRuns runs, String what, List<String> flags) {
    steps.add(runs.server().clock() + " " + what + " " + String.join(" ", flags));
  }

  private void end(Syncs.Outcome outcome) {
    steps.add("  ended with " + outcome.code());
  }

  /** What goes wrong in a sync for good, and stops nothing but what it concerns. */
  private String faults(SampleOrganization organization) {
    String some = "[0-" + List.of("1", "4", "9", "9a-c").get(random.nextInt(4)) + "]";
    String slug = organization.projectSlugs().get(random.nextInt(projects));
    return switch (random.nextInt(10)) {
      case 0 -> "status_500@/pipeline\\?.*page-token";
      case 1 -> "status_500@" + slug + "/pipeline\\?.*page-token";
      case 2 -> "expired_page_token@/pipeline$";
      case 3 -> "expired_page_token@" + slug + "/pipeline$:times=1";
      case 4 -> "status_500@/pipeline/[^/]*" + some + "$";
      case 5 -> "status_500@/pipeline/[^/]*" + some + "/workflow$";
      case 6 -> "status_500@/workflow/[^/]*" + some + "/job$";
      case 7 -> "forbidden@/workflow/[^/]*" + some + "/job$";
      case 8 -> "status_500@/insights/,status_500@/job\\?.*page-token";
      default -> "status_500@/workflow/[^/]*" + some + "$,forbidden@/project/" + slug + "$";
    };
  }

  private List<String> flags(SampleServer server, int step) {
    List<String> flags = commonFlags(server);
    boolean core = step >= coreFrom && !chance(8);
    flags.add("--tables=" + (core ? "core" : "projects,pipelines,workflows"));
    flags.add("--overlap=" + (chance(15) ? OVERLAPS.get(random.nextInt(4)) : overlap));
    flags.add("--detectReruns=" + (chance(15) ? "true" : detect));
    if (!backoff) {
      flags.add("--unfinishedBackoff=0");
    }
    if (chance(25)) {
      flags.add("--maxDuration=PT0S");
    }
    if (chance(12)) {
      flags.add("--rerunLookback=P" + (1 + random.nextInt(40)) + "D");
    }
    if (chance(8)) {
      flags.add("--fullRefresh");
    }
    if (chance(10)) {
      flags.add("--branch=" + BRANCHES.get(random.nextInt(2)));
    }
    return flags;
  }

  private List<String> commonFlags(SampleServer server) {
    List<String> flags = projectsAndStart(server);
    flags.add("--slicePipelines=" + slicePipelines);
    return flags;
  }

  private List<String> projectsAndStart(SampleServer server) {
    List<String> flags = new ArrayList<>();
    List<String> slugs = server.organization().projectSlugs();
    flags.add("--projects=" + String.join(",", slugs.subList(0, projects)));
    if (start != null) {
      flags.add("--startDate=" + start);
    }
    return flags;
  }

  private Instant earlier() {
    return chance(50) ? null : start.minus(Duration.ofDays(1 + random.nextInt(20)));
  }

  /** The clock goes on by minutes, hours, days or weeks; or to just after something has begun. */
  private void move(SampleServer server) {
    int kind = random.nextInt(100);
    if (kind < 15) {
      return;
    }
    long seconds =
        kind < 30
            ? random.nextInt(5_400)
            : kind < 50
                ? random.nextInt(30 * 3_600)
                : kind < 85 ? random.nextInt(6 * 86_400) : random.nextInt(25 * 86_400);
    Instant then = server.clock().plusSeconds(seconds);
    if (chance(40)) {
      then = justAfterPipeline(server, then);
    }
    server.setClock(then);
  }

  private Instant justAfterPipeline(SampleServer server, Instant before) {
    Optional<Instant> created =
        server
            .organization()
            .pipelines(before)
            .map(row -> Instant.parse(row.body().get("created_at").asText()))
            .max(Instant::compareTo);
    Instant then = created.orElse(before).plusSeconds(random.nextInt(90));
    return then.isBefore(server.clock()) ? before : then;
  }

  private UnaryOperator<TableSink> movingClock(SampleServer server) {
    int[] slices = {0};
    return sink -> {
      if (slices[0]++ > 0) {
        server.advance(Duration.ofMinutes(random.nextInt(600)));
      }
      return sink;
    };
  }

  private void endWithLookback(SequenceRuns runs, TableWatch watch) throws Exception {
    List<String> flags = commonFlags(runs.server());
    flags.add("--overlap=" + overlap);
    flags.add("--detectReruns=" + detect);
    flags.add("--rerunLookback=P90D");
    say(runs, "last sync", flags);
    runs.sync(flags);
    watch.look();
    fullRead(runs, watch).isEqual();
  }

  private void endWithDetection(SequenceRuns runs, TableWatch watch) throws Exception {
    List<String> flags = commonFlags(runs.server());
    flags.add("--overlap=" + overlap);
    flags.add("--unfinishedBackoff=0");
    // Reruns are not looked for under what is not read yet.
    List<String> first = new ArrayList<>(flags);
    first.add("--detectReruns=" + detect);
    say(runs, "last sync but one", first);
    runs.sync(first);
    watch.look();
    flags.add("--detectReruns=true");
    say(runs, "last sync", flags);
    runs.sync(flags);
    watch.look();
    fullRead(runs, watch).isEqualInWhatInsightsShows();
  }

  private FullRead fullRead(SequenceRuns runs, TableWatch watch) {
    runs.syncAfresh(fresh, projectsAndStart(runs.server()));
    return new FullRead(fresh, watch, runs.server(), config);
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }
}
