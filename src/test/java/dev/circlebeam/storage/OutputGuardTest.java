package dev.circlebeam.storage;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.report.ExitCode;
import dev.circlebeam.report.RunFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Files of an output are replaced one at a time, and by one run only. */
public class OutputGuardTest {
  private static final int TIMES = 500;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  /** Adds to a number in a file, in steps that would lose some if two did them at once. */
  public static final class Adder {
    private Adder() {}

    public static void main(String[] args) throws IOException {
      Path output = Path.of(args[0]);
      for (int i = 0; i < TIMES; i++) {
        run(output, "adder")
            .whileHeld(
                () -> {
                  Path number = output.resolve("number");
                  int before = Integer.parseInt(Files.readString(number));
                  Files.writeString(number, "" + (before + 1));
                  return null;
                });
      }
    }
  }

  @Test
  public void givenThreadsAndAnotherProcess_thenOneAtATime() throws Exception {
    Path output = output();
    Files.writeString(output.resolve("number"), "0");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Adder.class.getName(),
                output.toString())
            .inheritIO()
            .start();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      // So that it has begun.
      while (Files.readString(output.resolve("number")).equals("0") && process.isAlive()) {
        Thread.onSpinWait();
      }
      List<Future<?>> added = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        added.add(
            threads.submit(
                () -> {
                  Adder.main(new String[] {output.toString()});
                  return null;
                }));
      }
      for (Future<?> future : added) {
        future.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue());
    assertEquals("" + 3 * TIMES, Files.readString(output.resolve("number")));
  }

  @Test
  public void givenAFileThatIsNotWhatItWas_thenNothingIsDone() throws IOException {
    Path output = output();
    Path file = Files.writeString(output.resolve("file"), "old");
    OutputGuard guard = run(output, "run-1");
    try (StoredFile old = guard.folder().open("file");
        Draft draft = old.successor("run-1")) {
      draft.begin().close();
      Path other = Files.writeString(output.resolve("other"), "other");
      Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
      assertFalse(guard.replace(draft));
    }
    assertEquals("other", Files.readString(file));
    try (StoredFile old = guard.folder().open("file")) {
      assertTrue(guard.replace(old, "new".getBytes(StandardCharsets.UTF_8)));
    }
    assertEquals("new", Files.readString(file));
    try (Stream<Path> files = Files.list(output)) {
      assertEquals(2, files.count());
    }
  }

  @Test
  public void givenALockTakenAfterwards_thenOnlyThatRunReplacesFiles() throws IOException {
    Path output = output();
    OutputGuard first = run(output, "nightly");
    RunLock.take(first).close();
    assertEquals("done", first.whileHeld(() -> "done"));
    OutputGuard sameName = new OutputGuard(LocalFolder.of(output), "nightly", Instant.MAX);
    RunLock.take(sameName).close();
    RunFailure failure =
        assertThrows(RunFailure.class, () -> first.whileHeld(() -> "not to be done"));
    assertEquals("state_conflict", failure.status());
    assertEquals(ExitCode.FAILED, failure.exitCode());
    assertTrue(failure.getMessage(), failure.getMessage().contains("run nightly"));
    assertTrue(failure.getMessage(), failure.getMessage().contains("--output=" + output));
    assertEquals("done", sameName.whileHeld(() -> "done"));
  }

  @Test
  public void givenARefusedRun_thenTheHolderGoesOn() throws IOException {
    Path output = output();
    OutputGuard holder = run(output, "holder");
    try (RunLock lock = RunLock.take(holder)) {
      assertTrue(lock != null);
      assertThrows(RunFailure.class, () -> RunLock.take(run(output, "refused")));
      assertEquals("done", holder.whileHeld(() -> "done"));
    }
  }

  private Path output() {
    return folder.getRoot().toPath();
  }

  private static OutputGuard run(Path output, String runId) {
    return new OutputGuard(LocalFolder.of(output), runId, Instant.EPOCH);
  }
}
