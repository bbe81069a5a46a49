package dev.circlebeam.fetch;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.circleci.Answer;
import dev.circlebeam.circleci.Dispatcher;
import dev.circlebeam.circleci.Failure;
import dev.circlebeam.circleci.FailureKind;
import dev.circlebeam.circleci.FixedRateLimit;
import dev.circlebeam.circleci.RetryPolicy;
import dev.circlebeam.circleci.Waiting;
import dev.circlebeam.plan.Planner;
import dev.circlebeam.plan.Planner.UnfinishedWork;
import dev.circlebeam.plan.ProjectTask;
import dev.circlebeam.plan.ProjectTask.RereadFrom;
import dev.circlebeam.plan.RerunSearch;
import dev.circlebeam.record.Page;
import dev.circlebeam.record.TableRecord;
import dev.circlebeam.state.CommittedRuns;
import dev.circlebeam.state.Interval;
import dev.circlebeam.state.ProjectName;
import dev.circlebeam.state.ProjectState;
import dev.circlebeam.state.SyncState;
import dev.circlebeam.state.SyncState.WrittenBy;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import org.junit.Test;

/**
 * Runs of many slices over an invented server, whose answers come in any order: planned, walked and
 * committed as they are, only without Beam and HTTP. Whatever fails or is ended on the way, in the
 * end nothing is missing.
 */
public class SlicesTest {
  private static final Instant START = Instant.parse("2026-05-30T12:00:00Z");
  private static final Set<String> TABLES = Set.of("pipelines", "workflows", "jobs");
  private static final int CASES = 150;

  /** A pipeline of the server; it has one workflow, and that one job. */
  private record Pipeline(String id, Instant createdAt) {}

  /** Runs what was started when somebody waits, one at a time, in any order. */
  private static final class OneByOne implements Waiting, Executor {
    private final Random random;
    private final List<Runnable> started = new ArrayList<>();
    private long now;

    OneByOne(Random random) {
      this.random = random;
    }

    @Override
    public void execute(Runnable work) {
      started.add(work);
    }

    @Override
    public long nanoTime() {
      return now += 1_000_000;
    }

    @Override
    public <E> E poll(BlockingQueue<E> queue, long nanos) {
      while (queue.isEmpty() && !started.isEmpty()) {
        started.remove(random.nextInt(started.size())).run();
      }
      return queue.poll();
    }
  }

  private Random random;
  private final Map<String, List<Pipeline>> server = new TreeMap<>();
  private final Map<String, Set<String>> written = new HashMap<>();
  private final Map<String, Integer> asked = new HashMap<>();
  private final Set<String> broken = new TreeSet<>();
  private final Set<String> ended = new TreeSet<>();
  private SyncState state;
  private int pageSize;
  private int answersLeft;
  private double failing;
  private double running;
  private Dispatcher<TableRequest, Page> dispatcher;

  @Test
  public void givenAnyHistories_thenARunOfSlicesReadsEachPipelineOnce() throws Exception {
    int slices = 0;
    for (int seed = 0; seed < CASES; seed++) {
      begin(seed);
      slices += run("case " + seed, 0, 1 + random.nextInt(40));
      assertAllIsThere("case " + seed);
      for (List<Pipeline> pipelines : server.values()) {
        for (Pipeline pipeline : pipelines) {
          assertEquals(
              "case " + seed, 1, (int) asked.get("pipeline/" + pipeline.id() + "/workflow"));
          assertEquals("case " + seed, 1, (int) asked.get("workflow/w-" + pipeline.id() + "/job"));
        }
      }
    }
    assertTrue(slices + " slices", slices > CASES * 3);
  }

  @Test
  public void givenRunsThatFailOrAreEnded_thenTheLastOneHasReadWhatIsMissing() throws Exception {
    int cutOff = 0;
    for (int seed = 0; seed < CASES; seed++) {
      begin(seed);
      String which = "case " + seed;
      int runs = 1 + random.nextInt(5);
      for (int run = 0; run < runs; run++) {
        answersLeft = random.nextBoolean() ? random.nextInt(200) : Integer.MAX_VALUE;
        failing = random.nextBoolean() ? 0.03 : 0;
        running = random.nextBoolean() ? 0.1 : 0;
        run(which, run, 1 + random.nextInt(40));
        cutOff += answersLeft < 0 ? 1 : 0;
        more(random.nextInt(4));
      }
      answersLeft = Integer.MAX_VALUE;
      failing = 0;
      running = 0;
      run(which, runs, 1 + random.nextInt(40));
      assertAllIsThere(which);
    }
    assertTrue(cutOff + " were ended", cutOff > CASES / 4);
  }

  /** Runs slice after slice as the command does; returns how many. */
  private int run(String which, int number, int slicePipelines) throws InterruptedException {
    Instant startedAt = START.plus(Duration.ofDays(number));
    broken.clear();
    for (int slice = 0; slice < 500; slice++) {
      Walks.Kept kept = new Walks.Kept();
      List<ProjectTask> tasks = plan(startedAt, slice);
      OneByOne executor = new OneByOne(random);
      FetchSpec spec = Walks.spec(startedAt, slice, slicePipelines);
      dispatcher =
          new Dispatcher<>(
              this::answer,
              executor,
              new FixedRateLimit(1_000_000, 0),
              RetryPolicy.standard(Duration.ofMillis(1)),
              1 + random.nextInt(8),
              executor,
              nanos -> {});
      Walk walk = new Walk(spec, dispatcher, Walks.tally(spec, kept), Walks.NOTHING_STORED);
      walk.run(tasks);
      var facts = walk.facts();
      check(which + ", slice " + slice, kept.rows, walk.cut(), slicePipelines, number == 0);
      state = state.after(facts, List.of(), new WrittenBy("run-" + number, slice, startedAt));
      if (dispatcher.isStopped() || facts.stream().noneMatch(of -> of.lists().left())) {
        return slice + 1;
      }
    }
    throw new AssertionError(which + " has no end");
  }

  private List<ProjectTask> plan(Instant now, int slice) {
    Planner planner =
        new Planner(
            TABLES,
            null,
            null,
            new RereadFrom(Duration.ofHours(6), Duration.ZERO),
            new UnfinishedWork(Duration.ofDays(9999), 0),
            false,
            RerunSearch.NEVER,
            now);
    List<ProjectTask> tasks = new ArrayList<>();
    for (String slug : server.keySet()) {
      ProjectName name = new ProjectName("id-" + slug, slug, null, null);
      ProjectState known = state.projects().get(name.id());
      tasks.add(planner.plan(name, known, slice == 0 ? null : known.thisRun(), CommittedRuns.NONE));
    }
    return tasks;
  }

  /** Takes the rows, and asserts that the pipelines are those of the slice. */
  private void check(
      String which, List<TableRecord> rows, Instant cut, int slicePipelines, boolean isFirst) {
    TreeMap<Instant, Set<String>> days = new TreeMap<>();
    for (TableRecord row : rows) {
      String id = row.row().get("id").toString();
      written.computeIfAbsent(row.table(), table -> new TreeSet<>()).add(id);
      if (row.table().equals("pipelines")) {
        Instant created = ListReading.createdAt(Walks.PIPELINES, row.row());
        days.computeIfAbsent(created.truncatedTo(ChronoUnit.DAYS), d -> new TreeSet<>()).add(id);
        assertTrue(which, !isFirst || cut == null || !created.isBefore(cut));
      }
    }
    int pipelines = days.values().stream().mapToInt(Set::size).sum();
    assertTrue(
        which + ": " + pipelines + " of " + slicePipelines,
        pipelines <= slicePipelines || days.size() == 1 || !isFirst);
  }

  private void assertAllIsThere(String which) {
    Set<String> pipelines = new TreeSet<>();
    Set<String> workflows = new TreeSet<>();
    Set<String> jobs = new TreeSet<>();
    for (Map.Entry<String, List<Pipeline>> project : server.entrySet()) {
      for (Pipeline pipeline : project.getValue()) {
        pipelines.add(pipeline.id());
        workflows.add("w-" + pipeline.id());
        jobs.add("j-" + pipeline.id());
      }
      ProjectState its = state.projects().get("id-" + project.getKey());
      assertEquals(which, Set.of(), its.unfinished().keySet());
      assertNull(which, its.thisRun());
      assertNull(which, its.backfill());
      if (!project.getValue().isEmpty()) {
        Interval all = new Interval(Interval.BEGINNING, project.getValue().get(0).createdAt());
        for (String table : TABLES) {
          assertEquals(which, List.of(all), its.complete().get(table).list());
        }
      }
    }
    assertWritten(which, "pipelines", pipelines);
    assertWritten(which, "workflows", workflows);
    assertWritten(which, "jobs", jobs);
  }

  private void assertWritten(String which, String table, Set<String> expected) {
    Set<String> missing = new TreeSet<>(expected);
    missing.removeAll(written.getOrDefault(table, Set.of()));
    assertEquals(which + " lacks " + table, Set.of(), missing);
  }

  private Answer<Page> answer(TableRequest request) {
    String path = request.path().path();
    asked.merge(request.request().path(), 1, Integer::sum);
    if (answersLeft-- == 0) {
      dispatcher.stop();
    }
    if (broken.contains(path) || random.nextDouble() < failing) {
      boolean isExpired = request.pageToken() != null && random.nextBoolean();
      FailureKind kind = isExpired ? FailureKind.BAD_REQUEST : FailureKind.FORBIDDEN;
      if (!isExpired) {
        broken.add(path);
      }
      return new Answer.Failed<>(new Failure(kind, 400, "no", null, null));
    }
    return new Answer.Ok<>(Walks.page(request, body(request, path)), START);
  }

  private String body(TableRequest request, String path) {
    String[] parts = path.split("/", -1);
    String id = parts[1];
    return switch (request.table().name()) {
      case "pipelines" -> list(request, path);
      case "workflows" -> Walks.list(workflow(id));
      default ->
          ended.contains(id)
              ? Walks.list("{'id':'j-" + id.substring(2) + "','status':'success'}")
              : Walks.list();
    };
  }

  /** Once it has ended, it stays so; its job is there only then. */
  private String workflow(String pipeline) {
    String id = "w-" + pipeline;
    if (random.nextDouble() >= running) {
      ended.add(id);
    }
    return "{'id':'"
        + id
        + "','created_at':'2026-05-01T00:00:00Z','status':'"
        + (ended.contains(id) ? "success" : "running")
        + "'}";
  }

  /** A page token tells how many pipelines are older, so that new ones change nothing. */
  private String list(TableRequest request, String path) {
    List<Pipeline> all = server.get(path.substring("project/".length(), path.lastIndexOf('/')));
    int left = request.pageToken() == null ? all.size() : Integer.parseInt(request.pageToken());
    int from = all.size() - left;
    int to = Math.min(all.size(), from + pageSize);
    List<String> items = new ArrayList<>();
    for (Pipeline each : all.subList(from, to)) {
      items.add(
          "{'id':'"
              + each.id()
              + "','created_at':'"
              + each.createdAt()
              + "'"
              + ",'state':'created'}");
    }
    String page = Walks.list(items.toArray(String[]::new));
    boolean isLast = to == all.size();
    return isLast
        ? page
        : page.substring(0, page.length() - 1) + ",'next_page_token':'" + (all.size() - to) + "'}";
  }

  private void begin(int seed) {
    random = new Random(seed);
    server.clear();
    written.clear();
    asked.clear();
    ended.clear();
    state = SyncState.empty("https://circleci.com", "/out");
    answersLeft = Integer.MAX_VALUE;
    failing = 0;
    running = 0;
    pageSize = 1 + random.nextInt(20);
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      Instant at = START.minus(Duration.ofMinutes(random.nextInt(60 * 24 * 10)));
      double usual = Math.pow(10, 5 + random.nextDouble() * 3.5);
      List<Pipeline> pipelines = new ArrayList<>();
      for (int n = random.nextInt(70); n > 0; n--) {
        pipelines.add(new Pipeline("p" + i + "-" + n, at));
        at = at.minusMillis(random.nextInt(6) == 0 ? 0 : (long) (usual * random.nextDouble()));
      }
      server.put("gh/acme/web" + i, pipelines);
    }
  }

  /** Some projects get some new pipelines. */
  private void more(int most) {
    for (Map.Entry<String, List<Pipeline>> project : server.entrySet()) {
      List<Pipeline> pipelines = project.getValue();
      for (int n = random.nextInt(most + 1); n > 0; n--) {
        Instant newest = pipelines.isEmpty() ? START : pipelines.get(0).createdAt();
        Instant at = newest.plusSeconds(1 + random.nextInt(40_000));
        pipelines.add(0, new Pipeline(project.getKey().substring(8) + "-n" + pipelines.size(), at));
      }
    }
  }
}
