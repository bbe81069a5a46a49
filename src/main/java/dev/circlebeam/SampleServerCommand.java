package dev.circlebeam;

import dev.circlebeam.circleci.TokenReference;
import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleFaults;
import dev.circlebeam.sample.SampleServer;
import java.io.PrintStream;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The command {@code sample-server}, and the server of {@code sync --sample}. */
final class SampleServerCommand {
  private SampleServerCommand() {}

  /** Serves until the process is ended. */
  static int run(SyncOptions options, PrintStream out) {
    if (options.getSampleNow() == null) {
      options.setSampleNow(Instant.now().truncatedTo(ChronoUnit.DAYS).toString());
    }
    try (SampleServer server = start(options, port(options.getSamplePort()))) {
      out.println("Serving at " + server.url());
      out.println("Token:    " + TokenReference.SAMPLE_TOKEN);
      out.println("Projects: " + String.join(",", server.organization().projectSlugs()));
      out.println();
      out.println("In another terminal:");
      out.println(
          "  CIRCLECI_TOKEN="
              + TokenReference.SAMPLE_TOKEN
              + " ./scripts/circlebeam sync --circleciUrl="
              + server.url()
              + " --projects="
              + server.organization().projectSlugs().get(0)
              + " --output=out");
      out.flush();
      Thread.currentThread().join();
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  /** Starts the server that the flags describe. */
  static SampleServer start(SyncOptions options, int port) {
    Flags flags = new Flags(options);
    SampleConfig config =
        flags.parsed(
            () ->
                SampleConfig.defaults()
                    .withPort(port)
                    .withSeed(whole("--sampleSeed", options.getSampleSeed()))
                    .withProjects(flags.positive("--sampleProjects", options.getSampleProjects()))
                    .withHistory(
                        flags.positive("--samplePipelines", options.getSamplePipelines()),
                        flags.positive("--sampleDays", options.getSampleDays()))
                    .withJobsPerWorkflow(
                        flags.positiveNumber("--sampleJobs", options.getSampleJobs()))
                    .withNow(now(flags.orNull(options.getSampleNow())))
                    .withLatency(flags.duration("--sampleLatency", options.getSampleLatency()))
                    .withInsightsDelay(
                        flags.duration("--sampleInsightsDelay", options.getSampleInsightsDelay()))
                    .withFaults(faults(options.getSampleFaults())));
    String limit = options.getSampleLimit().strip();
    if (!limit.equals("0")) {
      config =
          config.withLimit(
              flags.positiveNumber("--sampleLimit", limit), form(options.getSampleLimitForm()));
    }
    if (options.isSampleLimitSilent()) {
      config = config.withSilentLimit();
    }
    try {
      return SampleServer.start(config);
    } catch (java.io.UncheckedIOException e) {
      throw new UsageException(
          "--samplePort=" + port + " cannot be listened on: " + e.getCause().getMessage());
    }
  }

  private static SampleFaults faults(String text) {
    return text == null ? SampleFaults.none() : SampleFaults.parse(text);
  }

  private static SampleConfig.LimitForm form(String text) {
    try {
      return SampleConfig.LimitForm.valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "--sampleLimitForm=" + text + " is neither token_bucket nor fixed_window");
    }
  }

  private static Instant now(@Nullable String text) {
    if (text == null) {
      return SampleConfig.defaults().now();
    }
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new UsageException(
          "--sampleNow=" + text + " is no instant; give one such as 2026-06-30T12:00:00Z");
    }
  }

  private static int port(String text) {
    long port = whole("--samplePort", text);
    if (port < 0 || port > 65535) {
      throw new UsageException("--samplePort=" + text + " is no port; give 0 to 65535");
    }
    return (int) port;
  }

  private static long whole(String flag, String text) {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      throw new UsageException(flag + "=" + text + " is not a whole number");
    }
  }
}
