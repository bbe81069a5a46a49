package dev.circlebeam.storage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.report.ExitCode;
import dev.circlebeam.report.RunFailure;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** One run at a time, in this process and among all. */
public class RunLockTest {
  private static final String TAKEN = "taken";

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  /** Another process: takes the lock, says so, and holds it until its input ends. */
  public static final class Holder {
    private Holder() {}

    private static RunLock take(Path output, boolean force) {
      OutputGuard run = run(output, "other-run");
      return force
          ? RunLock.takeByForce(run, broken -> System.out.println("broken: " + broken))
          : RunLock.take(run);
    }

    public static void main(String[] args) throws IOException {
      try (RunLock lock = take(Path.of(args[0]), args[1].equals("force"))) {
        System.out.println(TAKEN);
        System.out.println(lock == null ? "" : "end " + System.in.read());
      } catch (RunFailure e) {
        System.out.println(e.exitCode() + " " + e.getMessage());
      }
    }
  }

  @Test
  public void givenLockHeldInThisProcess_thenRefusedUntilClosed() {
    Path output = folder.getRoot().toPath();
    try (RunLock lock = RunLock.take(run(output, "run-1"))) {
      assertTrue(lock != null);
      for (int i = 0; i < 2; i++) {
        RunFailure failure =
            assertThrows(RunFailure.class, () -> RunLock.take(run(output, "run-2")));
        assertEquals(ExitCode.LOCKED, failure.exitCode());
        assertThat(failure.getMessage(), containsString("--output=" + output));
        assertThat(failure.getMessage(), containsString("run run-1"));
        assertThat(
            failure.getMessage(), containsString("process " + ProcessHandle.current().pid()));
      }
    }
    RunLock.take(run(output, "run-3")).close();
  }

  @Test
  public void givenRefusalInThisProcess_thenOtherProcessesAreStillRefused() throws Exception {
    Path output = folder.getRoot().toPath();
    try (RunLock lock = RunLock.take(run(output, "run-1"))) {
      assertTrue(lock != null);
      assertThrows(RunFailure.class, () -> RunLock.take(run(output, "run-2")));
      String answer = Child.start(output, "gently").lineAndEnd();
      assertThat(answer, containsString("LOCKED"));
      assertThat(answer, containsString("run run-1"));
    }
    assertEquals(TAKEN, Child.start(output, "gently").lineAndEnd());
  }

  @Test
  public void givenLockHeldByAnotherProcess_thenRefusedUntilThatIsKilled() throws Exception {
    Path output = folder.getRoot().toPath();
    Child child = Child.start(output, "gently");
    try {
      assertEquals(TAKEN, child.line());
      for (int i = 0; i < 2; i++) {
        RunFailure failure =
            assertThrows(RunFailure.class, () -> RunLock.take(run(output, "run-1")));
        assertEquals(ExitCode.LOCKED, failure.exitCode());
        assertThat(
            failure.getMessage(), containsString("run other-run, process " + child.process.pid()));
      }
    } finally {
      child.process.destroyForcibly();
    }
    assertTrue(child.process.waitFor(20, TimeUnit.SECONDS));
    RunLock.take(run(output, "run-1")).close();
  }

  @Test
  public void givenForceInThisProcess_thenItIsTaken_andTheOldHoldersEndChangesNothing()
      throws Exception {
    Path output = folder.getRoot().toPath();
    List<String> broken = new ArrayList<>();
    RunLock first = RunLock.take(run(output, "run-1"));
    RunLock second = RunLock.takeByForce(run(output, "run-2"), broken::add);
    assertEquals(broken.toString(), 1, broken.size());
    assertThat(broken.get(0), startsWith("run run-1, process "));
    for (int i = 0; i < 2; i++) {
      RunFailure failure = assertThrows(RunFailure.class, () -> RunLock.take(run(output, "run-3")));
      assertThat(failure.getMessage(), containsString("run run-2"));
      String answer = Child.start(output, "gently").lineAndEnd();
      assertThat(answer, containsString("LOCKED"));
      assertThat(answer, containsString("run run-2"));
      first.close();
    }
    second.close();
    RunLock.take(run(output, "run-3")).close();
    assertEquals(TAKEN, Child.start(output, "gently").lineAndEnd());
  }

  @Test
  public void givenForceAgainstAnotherProcess_thenItIsTaken_andItsEndChangesNothing()
      throws Exception {
    Path output = folder.getRoot().toPath();
    Child child = Child.start(output, "gently");
    assertEquals(TAKEN, child.line());
    List<String> broken = new ArrayList<>();
    try (RunLock lock = RunLock.takeByForce(run(output, "run-1"), broken::add)) {
      assertTrue(lock != null);
      assertEquals(broken.toString(), 1, broken.size());
      assertThat(broken.get(0), startsWith("run other-run, process " + child.process.pid()));
      child.end();
      String answer = Child.start(output, "gently").lineAndEnd();
      assertThat(answer, containsString("LOCKED"));
      assertThat(answer, containsString("run run-1"));
    }
  }

  @Test
  public void givenForceByAnotherProcess_thenThisOneKnowsWhoHoldsIt() throws Exception {
    Path output = folder.getRoot().toPath();
    RunLock lock = RunLock.take(run(output, "run-1"));
    Child child = Child.start(output, "force");
    assertThat(child.line(), startsWith("broken: run run-1, process "));
    assertEquals(TAKEN, child.line());
    for (int i = 0; i < 2; i++) {
      RunFailure failure = assertThrows(RunFailure.class, () -> RunLock.take(run(output, "run-2")));
      assertThat(failure.getMessage(), containsString("run other-run"));
      lock.close();
    }
    child.end();
    RunLock.take(run(output, "run-2")).close();
  }

  @Test
  public void givenForceWhenNobodyHoldsIt_thenNobodyIsNamed() {
    Path output = folder.getRoot().toPath();
    List<String> broken = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      RunLock.takeByForce(run(output, "run-1"), broken::add).close();
    }
    assertEquals(List.of(), broken);
  }

  @Test
  public void givenNoFolder_thenSaidInOneLine() {
    Path output = folder.getRoot().toPath().resolve("absent");
    RunFailure failure = assertThrows(RunFailure.class, () -> RunLock.take(run(output, "run-1")));
    assertEquals(ExitCode.USAGE, failure.exitCode());
    assertThat(failure.getMessage(), containsString("--output=" + output));
  }

  private static OutputGuard run(Path output, String runId) {
    return new OutputGuard(LocalFolder.of(output), runId, Instant.EPOCH);
  }

  private record Child(Process process, BufferedReader output) {
    static Child start(Path folder, String how) throws IOException {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xshare:auto",
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Holder.class.getName(),
                  folder.toString(),
                  how)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      return new Child(process, process.inputReader(StandardCharsets.UTF_8));
    }

    String line() throws IOException {
      return output.readLine();
    }

    String lineAndEnd() throws IOException, InterruptedException {
      String line = line();
      end();
      return line;
    }

    void end() throws IOException, InterruptedException {
      process.getOutputStream().close();
      assertTrue(process.waitFor(20, TimeUnit.SECONDS));
    }
  }
}
