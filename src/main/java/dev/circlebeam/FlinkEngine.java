package dev.circlebeam;

import com.google.common.net.HostAndPort;
import dev.circlebeam.report.Progress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import org.apache.beam.sdk.Pipeline;

/**
 * Beam's runner for Flink: inside this process, or on a cluster for whose end the launcher waits.
 */
final class FlinkEngine implements Engine {
  private static final int DEFAULT_PORT = 8081;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final FlinkFlags flags;

  FlinkEngine(SyncOptions options) {
    this.flags = options.as(FlinkFlags.class);
  }

  @Override
  public void prepare(SyncOptions options) {
    if (!isInThisProcess()) {
      reach(address());
    }
  }

  @Override
  public String phase() {
    return isInThisProcess() ? "starting" : "running on Flink at " + flags.getFlinkMaster();
  }

  @Override
  public void run(Pipeline pipeline, SyncConfig slice) {
    pipeline.run().waitUntilFinish();
  }

  @Override
  public void stop(Progress progress) {
    progress.stop();
    if (!isInThisProcess()) {
      // Its task managers do not hear of it otherwise, and would go on without the run's lock.
      new FlinkJobs(address()).cancel(flags.getJobName());
    }
  }

  /** Special values stand in brackets; all others are addresses. */
  private boolean isInThisProcess() {
    return flags.getFlinkMaster().startsWith("[");
  }

  private HostAndPort address() {
    String master = flags.getFlinkMaster();
    try {
      return HostAndPort.fromString(master.replaceFirst("^https?://", ""))
          .withDefaultPort(DEFAULT_PORT);
    } catch (IllegalArgumentException e) {
      throw unreachable(master, e);
    }
  }

  /** Flink's own client tries for minutes, and then does not say what was wrong. */
  private static void reach(HostAndPort address) {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(address.getHost(), address.getPort()), (int) PATIENCE.toMillis());
    } catch (IOException e) {
      throw unreachable(address.toString(), e);
    }
  }

  private static UsageException unreachable(String master, Exception why) {
    return new UsageException(
        "--flinkMaster="
            + master
            + ": no job manager answers there ("
            + why.getMessage()
            + "); give the address of its REST endpoint, such as 127.0.0.1:8081, or [local] to run"
            + " inside this process");
  }
}
