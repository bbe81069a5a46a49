package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Invents the tests of jobs: always the same ones for a job's name, some of which fail at times.
 */
final class TestResults {
  /** The result of a test that failed. */
  static final String FAILURE = "failure";

  private static final ImmutableSet<String> ENDED =
      ImmutableSet.of(Job.SUCCESS, "failed", "timedout");
  private static final ImmutableList<String> MODULES =
      ImmutableList.of("rounding", "checkout", "größe", "parser", "retry");
  private static final int FEWEST = 4;
  private static final int RANGE = 60;
  private static final int UNSTABLE = 4;
  private static final int SAME_AS_BEFORE = 10;

  private static final int COUNT = 30;
  private static final int FAILED = 31;
  private static final int TIMES = 1_000;

  private TestResults() {}

  /**
   * A test's result.
   *
   * @param name the test's name
   * @param classname its class
   * @param file where it is
   * @param result how it ended
   * @param millis how long it took
   * @param message why it failed
   */
  record Result(
      String name,
      String classname,
      String file,
      String result,
      long millis,
      @Nullable String message) {
    /** The item of the list. */
    ObjectNode json() {
      return JsonNodeFactory.instance
          .objectNode()
          .put("message", message)
          .put("source", "pytest")
          .put("run_time", millis / 1_000.0)
          .put("file", file)
          .put("result", result)
          .put("name", name)
          .put("classname", classname);
    }
  }

  /** Whether jobs of that name run tests. */
  static boolean areIn(Job job) {
    String name = job.name();
    return name.equals("unit")
        || name.equals("integration")
        || name.startsWith("e2e")
        || name.startsWith("matrix");
  }

  /** The results of a job that has ended, in the order of the list. */
  static List<Result> of(JobRun run) {
    if (!areIn(run.job()) || !ENDED.contains(run.job().outcome())) {
      return ImmutableList.of();
    }
    Noise suite = run.pipeline().project().noise().child(run.job().name().hashCode());
    int count = FEWEST + suite.below(COUNT, RANGE);
    int failing = run.failed() ? run.noise().below(FAILED, UNSTABLE) : -1;
    ImmutableList.Builder<Result> results = ImmutableList.builderWithExpectedSize(count);
    Result last = null;
    for (int index = 0; index < count; index++) {
      // The same test with the same figures, as runs on several machines report it.
      boolean isAgain = last != null && index % SAME_AS_BEFORE == SAME_AS_BEFORE - 1;
      last = isAgain ? last : result(run, suite, index, index == failing);
      results.add(last);
    }
    return results.build();
  }

  private static Result result(JobRun run, Noise suite, int index, boolean fails) {
    String module = suite.pick(TIMES + index, MODULES);
    String result = index % 17 == 16 ? "skipped" : Job.SUCCESS;
    long millis =
        result.equals("skipped")
            ? 0
            : 1 + suite.below(2 * TIMES + index, 900) + run.noise().below(TIMES + index, 100);
    return new Result(
        "test_" + module + "[" + index + "]",
        "tests.test_" + module,
        "tests/test_" + module + ".py",
        fails ? FAILURE : result,
        millis,
        fails ? "assert 3 == " + index + "\nE  größer als erwartet" : null);
  }
}
