package dev.circlebeam;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The runners that circlebeam runs on. They are known by name, since the classes of some are not in
 * every jar.
 */
enum KnownRunner {
  DIRECT("org.apache.beam.runners.direct.DirectRunner", "its class is not in this jar") {
    @Override
    Engine engine(SyncOptions options) {
      return new DirectEngine();
    }
  },
  FLINK(
      "org.apache.beam.runners.flink.FlinkRunner",
      "the runner is not in this jar; start scripts/circlebeam, which builds one that has it, or"
          + " give target/circlebeam-flink.jar, which mvn -Pflink package makes") {
    @Override
    Engine engine(SyncOptions options) {
      return new FlinkEngine(options);
    }
  },
  DATAFLOW("org.apache.beam.runners.dataflow.DataflowRunner", "its class is not in this jar") {
    @Override
    Engine engine(SyncOptions options) {
      return new DataflowEngine();
    }
  };

  private final String className;
  private final String remedy;

  /**
   * @param className the runner's class
   * @param remedy what to do where that is not there
   */
  KnownRunner(String className, String remedy) {
    this.className = className;
    this.remedy = remedy;
  }

  /** Returns what differs on this runner. */
  abstract Engine engine(SyncOptions options);

  /**
   * Returns the one that the options name.
   *
   * @throws UsageException when it is none of these
   */
  static KnownRunner of(Class<?> runner) {
    return named(runner.getName());
  }

  /**
   * Returns the one that somebody named.
   *
   * @param name as Beam allows it: of the class, with or without its package
   * @throws UsageException when it is none of these, or its class is not there
   */
  static KnownRunner named(String name) {
    for (KnownRunner runner : values()) {
      if (name.equalsIgnoreCase(runner.simpleName()) || name.equals(runner.className)) {
        runner.require();
        return runner;
      }
    }
    throw new UsageException(
        "--runner="
            + name
            + " is not supported; give "
            + Arrays.stream(values()).map(KnownRunner::simpleName).collect(Collectors.joining(", "))
            + ", or leave it out to run on this machine");
  }

  private void require() {
    try {
      Class.forName(className, false, KnownRunner.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new UsageException("--runner=" + simpleName() + ": " + remedy);
    }
  }

  private String simpleName() {
    return className.substring(className.lastIndexOf('.') + 1);
  }
}
