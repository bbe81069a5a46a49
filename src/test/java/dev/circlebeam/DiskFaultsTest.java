package dev.circlebeam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.circlebeam.SyncedRows.Row;
import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/**
 * What a sync makes of a disk that fails it. Each time: an exit code, one line that names the flag,
 * tables that DuckDB reads with each key once, and a next sync that makes up for it.
 */
public class DiskFaultsTest {
  /** Ten days old, so that it can grow by ten days. */
  private final SampleConfig small =
      SampleConfig.defaults()
          .withProjects(2)
          .withHistory(20, 20)
          .withNow(Instant.now().truncatedTo(ChronoUnit.DAYS).minus(Duration.ofDays(10)));

  /** What a run says every ten seconds, on a busy machine. */
  private static final Pattern PROGRESS = Pattern.compile("^circlebeam: [a-z]+, \\d+ s");

  /** Else a rerun under an old pipeline would be found some syncs later. */
  private static final String REREAD = "--rerunLookback=P60D";

  private static final int LEFT_BYTES = 60_000;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private Path output;

  @Before
  public void setUp() {
    output = folder.getRoot().toPath().resolve("out");
  }

  @Test
  public void givenADiskThatGetsFull_thenTheOldRowsAreThere_andTheNextSyncGetsTheNew()
      throws Exception {
    Path disk = folder.newFolder("disk").toPath();
    try (SampleServer server = SampleServer.start(small);
        Mount mount = Mount.tmpfs(disk, "size=32m")) {
      output = disk.resolve("out");
      assertEquals(0, Syncs.sync(server, output).code());
      Map<String, Row> before = rows();
      server.advance(Duration.ofDays(10));
      Path filler = mount.fill(LEFT_BYTES);

      Syncs.Outcome outcome = Syncs.sync(server, output);

      assertRefused(outcome, 1, "unwritable", "--output=" + output, "No space left");
      Map<String, Row> after = rows();
      assertTrue("rows are lost", after.keySet().containsAll(before.keySet()));
      Files.delete(filler);
      assertNextIsComplete(server);
    }
  }

  @Test
  public void givenNoRoomForTheState_thenItIsTheOldOne_andTheNextSyncReadsAgain() throws Exception {
    Path disk = folder.newFolder("disk").toPath();
    try (SampleServer server = SampleServer.start(small);
        Mount mount = Mount.tmpfs(disk, "size=32m")) {
      Path state = disk.resolve("state.json");
      String flag = "--state=" + state;
      assertEquals(0, Syncs.sync(server, output, flag).code());
      String before = Files.readString(state);
      server.advance(Duration.ofDays(10));
      Path filler = mount.fill(0);

      Syncs.Outcome outcome = Syncs.sync(server, output, flag);

      assertRefused(outcome, 1, "unwritable", state.toString(), "--state", "No space left");
      assertEquals(before, Files.readString(state));
      rows();
      Files.delete(filler);
      assertNextIsComplete(server, flag);
    }
  }

  @Test
  public void givenTheOutputIsRemovedWhileFetching_thenNothingCountsAsRead() throws Exception {
    try (SampleServer server = SampleServer.start(small);
        HoldingProxy proxy = HoldingProxy.start(server.url())) {
      Path state = folder.getRoot().toPath().resolve("state.json");
      List<String> args = new ArrayList<>(Syncs.args(server, output, "--state=" + state));
      args.set(args.indexOf("--circleciUrl=" + server.url()), "--circleciUrl=" + proxy.url());
      proxy.holdAfter(20);
      CompletableFuture<Syncs.Outcome> running =
          CompletableFuture.supplyAsync(() -> Syncs.run(args.toArray(String[]::new)));
      proxy.awaitHeld();
      remove(output);
      proxy.release();

      Syncs.Outcome outcome = running.get(60, TimeUnit.SECONDS);

      assertRefused(outcome, 1, "unwritable", "--output=" + output);
      assertFalse("a state of what is gone", Files.exists(state));
      rows();
      assertNextIsComplete(server, "--state=" + state);
    }
  }

  @Test
  public void givenTheOutputIsRemovedBeforeTheCommit_thenNothingCountsAsRead() throws Exception {
    try (SampleServer server = SampleServer.start(small)) {
      Path state = folder.getRoot().toPath().resolve("state.json");
      for (String flag : new String[] {"--state=" + state, "--state=<output>/_state.json"}) {
        String gone = output.toString();
        Syncs.Outcome outcome = meddled(server, () -> remove(Path.of(gone)), flag);

        assertRefused(outcome, 1, "unwritable", "--output=" + output);
        assertFalse("a state of what is gone", Files.exists(state));
        assertNextIsComplete(server, flag);
        remove(output);
        Files.deleteIfExists(state);
      }
    }
  }

  @Test
  public void givenPermissionIsLost_thenTheOldRowsAreThere_andTheNextSyncGetsTheNew()
      throws Exception {
    List<String> unprivileged = unprivileged();
    try (SampleServer server = SampleServer.start(small)) {
      assertEquals(0, Syncs.sync(server, output).code());
      Map<String, Row> before = rows();
      server.advance(Duration.ofDays(10));
      Path jobs = output.resolve("jobs");
      Files.setPosixFilePermissions(jobs, PosixFilePermissions.fromString("r-xr-xr-x"));
      Path said = folder.newFile("said").toPath();

      int code = process(unprivileged, Syncs.args(server, output), said);

      Syncs.Outcome outcome = new Syncs.Outcome(code, "", Files.readString(said));
      assertRefused(outcome, 1, "unwritable", "--output=" + output, "no permission for " + jobs);
      assertTrue("rows are lost", rows().keySet().containsAll(before.keySet()));
      Files.setPosixFilePermissions(jobs, PosixFilePermissions.fromString("rwxr-xr-x"));
      assertNextIsComplete(server);
    }
  }

  @Test
  public void givenADamagedState_thenNothingIsAskedOrWritten() throws Exception {
    try (SampleServer server = SampleServer.start(small)) {
      assertEquals(0, Syncs.sync(server, output).code());
      Map<String, Row> before = rows();
      Path state = output.resolve("_state.json");
      byte[] sound = Files.readAllBytes(state);
      for (String damaged :
          new String[] {
            "", "\u0000\u0000", "[]", "{", new String(sound, StandardCharsets.UTF_8).substring(9)
          }) {
        Files.writeString(state, damaged);
        server.resetStats();

        Syncs.Outcome outcome = Syncs.sync(server, output);

        assertRefused(outcome, 2, state.toString(), "damaged", "--state");
        assertEquals(0, server.stats().requests());
        assertEquals(damaged, Files.readString(state));
        assertEquals(before, rows());
      }
      Files.delete(state);
      assertNextIsComplete(server);
    }
  }

  @Test
  public void givenTheStateIsDamagedBeforeTheCommit_thenItIsLeftAndTheRunHasFailed()
      throws Exception {
    try (SampleServer server = SampleServer.start(small)) {
      assertEquals(0, Syncs.sync(server, output).code());
      server.advance(Duration.ofDays(10));
      String state = output.resolve("_state.json").toString();

      Syncs.Outcome outcome =
          meddled(server, () -> Files.writeString(Path.of(state), "{\"version\""));

      assertRefused(outcome, 1, "state_conflict", state, "damaged", "--state");
      assertEquals("state_conflict", Syncs.report(output).status());
      assertEquals("{\"version\"", Files.readString(Path.of(state)));
      rows();
      Files.delete(Path.of(state));
      assertNextIsComplete(server);
    }
  }

  private Syncs.Outcome meddled(SampleServer server, MeddledSink.Meddling meddling, String... args)
      throws IOException {
    return Syncs.sync(
        server,
        output,
        UnaryOperator.identity(),
        sink -> new MeddledSink(sink, meddling),
        with(REREAD, args));
  }

  private void assertRefused(Syncs.Outcome outcome, int code, String... texts) {
    assertEquals(outcome.err(), code, outcome.code());
    assertEquals(
        outcome.err(),
        1,
        outcome
            .err()
            .lines()
            .filter(l -> !PROGRESS.matcher(l).find())
            // A disk may be too full even for the report.
            .filter(l -> !l.contains("the run's report cannot be written: No space left"))
            .count());
    for (String text : texts) {
      assertTrue(text + " in: " + outcome.err(), outcome.err().contains(text));
    }
  }

  /** The same sync again ends in the tables of one that nothing went wrong for. */
  private void assertNextIsComplete(SampleServer server, String... args) throws Exception {
    Syncs.Outcome next = Syncs.sync(server, output, with(REREAD, args));
    assertEquals(next.err(), 0, next.code());
    Path fresh = folder.newFolder().toPath().resolve("fresh");
    assertEquals(0, Syncs.sync(server, fresh).code());
    Map<String, Row> expected = bySlug(SyncedRows.read(fresh));
    assertTrue(expected.size() > 100);
    assertEquals(expected, rows());
  }

  private static String[] with(String arg, String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.add(arg);
    return all.toArray(String[]::new);
  }

  /** What DuckDB reads; fails when it cannot, or when a key is there twice. */
  private Map<String, Row> rows() throws Exception {
    return bySlug(SyncedRows.read(output));
  }

  private static Map<String, Row> bySlug(SyncedRows rows) {
    Set<String> projects = new HashSet<>();
    for (String table : new String[] {"projects", "pipelines", "workflows", "jobs"}) {
      rows.table(table).forEach(row -> projects.add(row.project()));
    }
    return new TreeMap<>(rows.of(projects));
  }

  private static void remove(Path path) throws IOException {
    MoreFiles.deleteRecursively(path, RecursiveDeleteOption.ALLOW_INSECURE);
  }

  /** How to start a process to which permissions apply: as root, without what makes root root. */
  private List<String> unprivileged() throws Exception {
    List<String> prefix =
        "root".equals(System.getProperty("user.name"))
            ? List.of("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
            : List.of();
    Path readOnly = folder.newFolder("readonly").toPath();
    Files.setPosixFilePermissions(readOnly, PosixFilePermissions.fromString("r-xr-xr-x"));
    List<String> probe = new ArrayList<>(prefix);
    probe.addAll(List.of("touch", readOnly.resolve("file").toString()));
    boolean applies;
    try {
      applies = run(probe) != 0 && run(List.of("touch", folder.newFile().toString())) == 0;
    } catch (IOException e) {
      applies = false;
    }
    assumeTrue("left out: root may write anywhere, and setpriv cannot take that away", applies);
    return prefix;
  }

  private static int process(List<String> prefix, List<String> args, Path said) throws Exception {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            CircleBeam.class.getName()));
    command.addAll(args);
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(said.toFile())
            .start();
    return process.waitFor();
  }

  private static int run(List<String> command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  /** A small disk of its own. */
  private static final class Mount implements AutoCloseable {
    private final Path at;

    private Mount(Path at) {
      this.at = at;
    }

    static Mount tmpfs(Path at, String options) throws Exception {
      boolean isMounted;
      try {
        isMounted =
            run(List.of("mount", "-t", "tmpfs", "-o", options, "tmpfs", at.toString())) == 0;
      } catch (IOException e) {
        isMounted = false;
      }
      assumeTrue("left out: only root can mount a small disk to fill", isMounted);
      return new Mount(at);
    }

    /** Leaves that much room, about, and returns the file that takes the rest. */
    Path fill(long left) throws IOException {
      Path filler = at.resolve("filler");
      long size = Files.getFileStore(at).getUsableSpace() - left;
      Files.write(filler, new byte[Math.toIntExact(size)]);
      return filler;
    }

    @Override
    public void close() throws IOException, InterruptedException {
      assertEquals(0, run(List.of("umount", at.toString())));
    }
  }
}
