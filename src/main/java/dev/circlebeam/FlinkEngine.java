package dev.circlebeam;

import com.google.common.net.HostAndPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import org.apache.beam.sdk.Pipeline;

/**
 * Beam's runner for Flink: inside this process, or on a cluster for whose end the launcher waits.
 */
final class FlinkEngine implements Engine {
  private static final int NOT_SET = -1;
  private static final int DEFAULT_PORT = 8081;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** A task manager may be lost twice in a slice, and once more. */
  private static final int RETRIES = 3;

  /** Long enough for the server to count what was sent before and what comes now apart. */
  private static final Duration RETRY_DELAY = Duration.ofSeconds(5);

  private final FlinkFlags flags;

  FlinkEngine(SyncOptions options) {
    this.flags = options.as(FlinkFlags.class);
  }

  @Override
  public void prepare(SyncOptions options) {
    if (isInThisProcess()) {
      return;
    }
    reach(flags.getFlinkMaster());
    // Without these a slice ends with the first task manager that is lost.
    if (flags.getNumberOfExecutionRetries() == NOT_SET) {
      flags.setNumberOfExecutionRetries(RETRIES);
    }
    if (flags.getExecutionRetryDelay() == NOT_SET) {
      flags.setExecutionRetryDelay(RETRY_DELAY.toMillis());
    }
  }

  @Override
  public String phase() {
    return isInThisProcess() ? "starting" : "running on Flink at " + flags.getFlinkMaster();
  }

  @Override
  public void run(Pipeline slice) {
    slice.run().waitUntilFinish();
  }

  /** Special values stand in brackets; all others are addresses. */
  private boolean isInThisProcess() {
    return flags.getFlinkMaster().startsWith("[");
  }

  /** Flink's own client tries for minutes, and then does not say what was wrong. */
  private static void reach(String master) {
    String bare = master.replaceFirst("^https?://", "");
    try (Socket socket = new Socket()) {
      HostAndPort address = HostAndPort.fromString(bare).withDefaultPort(DEFAULT_PORT);
      socket.connect(
          new InetSocketAddress(address.getHost(), address.getPort()), (int) PATIENCE.toMillis());
    } catch (IllegalArgumentException | IOException e) {
      throw new UsageException(
          "--flinkMaster="
              + master
              + ": no job manager answers there ("
              + e.getMessage()
              + "); give the address of its REST endpoint, such as 127.0.0.1:8081, or [local] to"
              + " run inside this process");
    }
  }
}
