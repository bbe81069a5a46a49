package dev.circlebeam.state;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.report.ExitCode;
import dev.circlebeam.report.RunFailure;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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

    public static void main(String[] args) throws IOException {
      try (RunLock lock = RunLock.take(Path.of(args[0]), "other-run")) {
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
    try (RunLock lock = RunLock.take(output, "run-1")) {
      assertTrue(lock != null);
      for (int i = 0; i < 2; i++) {
        RunFailure failure = assertThrows(RunFailure.class, () -> RunLock.take(output, "run-2"));
        assertEquals(ExitCode.LOCKED, failure.exitCode());
        assertThat(failure.getMessage(), containsString("--output=" + output));
        assertThat(failure.getMessage(), containsString("run run-1"));
        assertThat(
            failure.getMessage(), containsString("process " + ProcessHandle.current().pid()));
      }
    }
    RunLock.take(output, "run-3").close();
  }

  @Test
  public void givenRefusalInThisProcess_thenOtherProcessesAreStillRefused() throws Exception {
    Path output = folder.getRoot().toPath();
    try (RunLock lock = RunLock.take(output, "run-1")) {
      assertTrue(lock != null);
      assertThrows(RunFailure.class, () -> RunLock.take(output, "run-2"));
      String answer = Child.start(output).lineAndEnd();
      assertThat(answer, containsString("LOCKED"));
      assertThat(answer, containsString("run run-1"));
    }
    assertEquals(TAKEN, Child.start(output).lineAndEnd());
  }

  @Test
  public void givenLockHeldByAnotherProcess_thenRefusedUntilThatIsKilled() throws Exception {
    Path output = folder.getRoot().toPath();
    Child child = Child.start(output);
    try {
      assertEquals(TAKEN, child.line());
      for (int i = 0; i < 2; i++) {
        RunFailure failure = assertThrows(RunFailure.class, () -> RunLock.take(output, "run-1"));
        assertEquals(ExitCode.LOCKED, failure.exitCode());
        assertThat(
            failure.getMessage(), containsString("run other-run, process " + child.process.pid()));
      }
    } finally {
      child.process.destroyForcibly();
    }
    assertTrue(child.process.waitFor(20, TimeUnit.SECONDS));
    RunLock.take(output, "run-1").close();
  }

  @Test
  public void givenNoFolder_thenSaidInOneLine() {
    Path output = folder.getRoot().toPath().resolve("absent");
    RunFailure failure = assertThrows(RunFailure.class, () -> RunLock.take(output, "run-1"));
    assertEquals(ExitCode.USAGE, failure.exitCode());
    assertThat(failure.getMessage(), containsString("--output=" + output));
  }

  private record Child(Process process, BufferedReader output) {
    static Child start(Path folder) throws IOException {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xshare:auto",
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Holder.class.getName(),
                  folder.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      return new Child(process, process.inputReader(StandardCharsets.UTF_8));
    }

    String line() throws IOException {
      return output.readLine();
    }

    String lineAndEnd() throws IOException, InterruptedException {
      String line = line();
      process.getOutputStream().close();
      assertTrue(process.waitFor(20, TimeUnit.SECONDS));
      return line;
    }
  }
}
