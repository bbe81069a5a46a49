package dev.circlebeam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;

import dev.circlebeam.fetch.FetchRows;
import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class SpareThreadsTest {
  private static final SampleConfig SMALL =
      SampleConfig.defaults().withProjects(2).withHistory(6, 6);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void givenARequestThatIsNotAnswered_thenNoThreadOfTheRunnerIsBusy_andAllWorkLater()
      throws Exception {
    try (SampleServer server = SampleServer.start(SMALL);
        HoldingProxy proxy = HoldingProxy.start(server.url())) {
      List<String> args = Syncs.args(server, output(), "--maxConcurrentRequests=1");
      args.replaceAll(arg -> arg.replace(server.url(), proxy.url()));
      args.add("--targetParallelism=4");
      proxy.holdAfter(8);
      CompletableFuture<Syncs.Outcome> sync =
          CompletableFuture.supplyAsync(() -> Syncs.run(args.toArray(String[]::new)));
      proxy.awaitHeld();

      // The four that were asked for: one waits for the answer, the others for that one.
      awaitThreads(1, FetchRows.class);
      awaitThreads(3, SpareThreads.class);

      proxy.release();
      Syncs.Outcome outcome = sync.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertEquals(outcome.err(), 0, outcome.code());
      awaitThreads(0, SpareThreads.class);
    }
  }

  @Test
  public void givenAStepThatFails_thenNoThreadIsLeft() throws Exception {
    try (SampleServer server = SampleServer.start(SMALL)) {
      Syncs.Outcome outcome =
          Syncs.sync(server, output(), "--token=file:" + Syncs.tokenFile("not-the-token"));
      assertNotEquals(0, outcome.code());
      awaitThreads(0, SpareThreads.class);
    }
  }

  private Path output() throws Exception {
    return folder.newFolder().toPath();
  }

  /** Waits until so many of the runner's threads are in a class's code. */
  private static void awaitThreads(int expected, Class<?> code) {
    long begun = System.nanoTime();
    long found = threads(code);
    while (found != expected) {
      if (System.nanoTime() - begun > PATIENCE.toNanos()) {
        throw new AssertionError(found + " threads in " + code + ", not " + expected);
      }
      Thread.onSpinWait();
      found = threads(code);
    }
  }

  private static long threads(Class<?> code) {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(thread -> thread.getKey().getName().startsWith("direct-runner-worker"))
        .filter(
            thread ->
                Arrays.stream(thread.getValue())
                    .anyMatch(frame -> frame.getClassName().startsWith(code.getName() + "$")))
        .count();
  }
}
