package dev.circlebeam.storage;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * The job that a lock is held by: a process of some machine, or a job on Dataflow. Whether a
 * process has ended can be told only where it would be seen.
 *
 * @param text the job in words
 * @param metadata what {@link #hasEnded} needs
 */
record HoldingJob(String text, Map<String, String> metadata) {
  private static final String MACHINE = "machine";
  private static final String PID = "pid";

  /** When that began; numbers are used again. */
  private static final String STARTED = "process_started";

  /** Returns the job of this process. */
  static HoldingJob thisOne() {
    ProcessHandle process = ProcessHandle.current();
    String host = hostName();
    return new HoldingJob(
        "process " + process.pid() + " on " + host,
        Map.of(MACHINE, machine(host), PID, "" + process.pid(), STARTED, startedAt(process)));
  }

  /** Returns a job on Dataflow. */
  static HoldingJob onDataflow(String project, String region, String job) {
    return new HoldingJob(
        "Dataflow job " + job + " of project " + project + " in " + region,
        DataflowJobs.metadata(project, region, job));
  }

  /** Tells whether a job is known to have ended. */
  static boolean hasEnded(Map<String, String> metadata, DataflowJobs jobs) {
    return hasProcessEnded(metadata) || jobs.hasEnded(metadata);
  }

  private static boolean hasProcessEnded(Map<String, String> metadata) {
    String pid = metadata.getOrDefault(PID, "");
    if (!machine(hostName()).equals(metadata.get(MACHINE)) || !pid.matches("\\d{1,18}")) {
      return false;
    }
    Optional<ProcessHandle> process =
        ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive);
    return process.isEmpty() || !startedAt(process.get()).equals(metadata.get(STARTED));
  }

  private static String startedAt(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toString).orElse("unknown");
  }

  /**
   * Containers have numbers of processes of their own, and may bear the same name. Where there are
   * none, a name will do.
   */
  private static String machine(String host) {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip()
          + " "
          + Files.readSymbolicLink(Path.of("/proc/self/ns/pid"));
    } catch (IOException e) {
      return host;
    }
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "this host";
    }
  }
}
