package dev.circlebeam;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.circleci.Answer;
import dev.circlebeam.circleci.ApiAccess;
import dev.circlebeam.circleci.ApiRequest;
import dev.circlebeam.circleci.ApiSession;
import dev.circlebeam.circleci.Connection;
import dev.circlebeam.circleci.Dispatcher;
import dev.circlebeam.circleci.Failure;
import dev.circlebeam.circleci.Pace;
import dev.circlebeam.circleci.PlainLine;
import dev.circlebeam.circleci.RetryPolicy;
import dev.circlebeam.fetch.ProjectDiscovery;
import dev.circlebeam.plan.Organizations;
import dev.circlebeam.report.ExitCode;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.report.Summary;
import dev.circlebeam.sample.SampleServer;
import dev.circlebeam.sink.bigquery.BigQueryCheck;
import dev.circlebeam.storage.Folder;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The command {@code check}: proves the connection, from the token to the first page of pipelines,
 * and says in one word what is wrong.
 */
final class CheckCommand {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final RetryPolicy RETRIES =
      new RetryPolicy(3, Duration.ofMillis(300), Duration.ofSeconds(2), Math::random);
  private static final double RATE = 5;

  /** What a check ends in. */
  private enum Verdict {
    INVALID_CREDENTIALS(
        "Put a personal API token where --token points (by default the environment variable"
            + " CIRCLECI_TOKEN). Project tokens do not work on API v2; tokens expire after at most"
            + " a year."),
    INVALID_PERMISSIONS("Use the token of a user who may see this, or ask for the permission."),
    NO_RESOURCES(
        "Check --projects: gh/<organization>/<repository>, bb/<workspace>/<repository> or"
            + " circleci/<organization id>/<project id> (in CircleCI: Project Settings,"
            + " Overview); and --orgs: gh/<organization>, bb/<workspace>, circleci/<id>, or an"
            + " id."),
    UNREACHABLE(
        "Check --circleciUrl, the network, HTTPS_PROXY and --caFile; if the server answers 5xx or"
            + " 429, try again later.");

    private final String whatToDo;

    Verdict(String whatToDo) {
      this.whatToDo = whatToDo;
    }
  }

  private static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient Verdict verdict;
    private final transient ApiRequest request;

    Refused(Verdict verdict, ApiRequest request, Failure failure) {
      super(failure.message());
      this.verdict = verdict;
      this.request = request;
    }
  }

  private final SyncOptions options;
  private final PrintStream out;

  CheckCommand(SyncOptions options, PrintStream out) {
    this.options = options;
    this.out = out;
  }

  /**
   * Checks.
   *
   * @return the exit code: 0 when all is well, else 1
   * @throws UsageException when the command line is wrong, or there is no token
   */
  int run() {
    if (!options.isSample()) {
      return run(null);
    }
    try (SampleServer server = SampleServerCommand.start(options, 0)) {
      if (options.getProjects() == null && options.getOrgs() == null) {
        options.setProjects(String.join(",", server.organization().projectSlugs()));
      }
      return run(server.url());
    }
  }

  private int run(@Nullable String sampleUrl) {
    Flags flags = new Flags(options);
    Organizations organizations = flags.organizations();
    Catalog catalog = UserCatalog.of(flags);
    TableChoice.of(catalog, options.getTables(), options.getExcludeColumns());
    List<String> projects = options.getProjects() == null ? List.of() : flags.projects();
    Output output = flags.orNull(options.getOutput()) == null ? null : Output.of(flags);
    Connection connection = SyncConfig.connection(flags, options, sampleUrl);
    out.println("server         " + connection.url().origin());
    if (flags.orNull(options.getCatalog()) != null) {
      List<String> own = new ArrayList<>(catalog.tables().stream().map(Table::name).toList());
      Catalog.builtIn().tables().forEach(table -> own.remove(table.name()));
      say("catalog", "declares " + String.join(", ", own));
    }
    try (ApiSession session = open(connection)) {
      check(session, projects, organizations.names().isEmpty());
      for (String name : organizations.names()) {
        checkOrganization(session, new Organizations(List.of(name), organizations.excluded()));
      }
      checkOutput(flags, output);
      out.println("ok");
      return ExitCode.DONE.code();
    } catch (RunFailure e) {
      if (e.exitCode() == ExitCode.USAGE) {
        throw new UsageException(e.getMessage() + "; " + e.whatToDo());
      }
      out.println();
      out.println(e.status() + ": " + e.getMessage());
      out.println("To do: " + e.whatToDo() + ".");
      return ExitCode.FAILED.code();
    } catch (Refused e) {
      out.println();
      out.println(
          e.verdict.name().toLowerCase(java.util.Locale.ROOT)
              + ": "
              + PlainLine.of(e.getMessage()));
      out.println(e.verdict.whatToDo);
      out.println(
          "To see it: curl -i -H \"Circle-Token: $CIRCLECI_TOKEN\" '"
              + connection.url().of(e.request)
              + "'");
      return ExitCode.FAILED.code();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.FAILED.code();
    }
  }

  private static ApiSession open(Connection connection) {
    String run = "check-" + UUID.randomUUID();
    try {
      return new ApiAccess(run, connection, Pace.fixed(RATE, 1), 1, RETRIES.firstWait()).open();
    } catch (IllegalStateException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private void check(ApiSession session, List<String> projects, boolean isAll)
      throws Refused, InterruptedException {
    JsonNode me = ask(session, new ApiRequest("me"), Verdict.INVALID_CREDENTIALS);
    say("token", "accepted; its user is " + me.path("login").asText("unknown"));

    JsonNode collaborations =
        ask(session, new ApiRequest("me/collaborations"), Verdict.INVALID_PERMISSIONS);
    List<String> organizations = new ArrayList<>();
    collaborations.forEach(org -> organizations.add(org.path("slug").asText()));
    say("organizations", organizations.isEmpty() ? "none" : String.join(", ", organizations));

    for (String slug : projects) {
      ApiRequest request = ApiRequest.of("project/{slug}", Map.of("slug", slug));
      JsonNode project = ask(session, request, Verdict.INVALID_PERMISSIONS);
      say("project", project.path("slug").asText(slug) + ", id " + project.path("id").asText());
      ApiRequest list = ApiRequest.of("project/{slug}/pipeline", Map.of("slug", slug));
      JsonNode page = ask(session, list, Verdict.INVALID_PERMISSIONS);
      JsonNode newest = page.path("items").path(0);
      say(
          "pipelines",
          newest.isMissingNode()
              ? "none yet"
              : "newest is number "
                  + newest.path("number").asText()
                  + ", created "
                  + newest.path("created_at").asText());
    }
    if (projects.isEmpty() && isAll) {
      say("project", "none given; name some with --projects to have them checked too");
    }
  }

  private void checkOrganization(ApiSession session, Organizations one)
      throws Refused, InterruptedException {
    ApiRequest request = ApiRequest.of("organization/{slug}", Map.of("slug", one.names().get(0)));
    JsonNode organization = ask(session, request, Verdict.INVALID_PERMISSIONS);
    say(
        "organization",
        organization.path("slug").asText() + ", id " + organization.path("id").asText());
    Instant start = new Flags(options).startDate();
    ProjectDiscovery.count(
            session,
            RETRIES,
            one,
            start == null ? Instant.now().minus(ProjectDiscovery.LOOKBACK) : start,
            (asked, failure, attempts, isCounted) ->
                say("failed", asked.shown() + ": " + failure.message()),
            this::paused)
        .forEach(found -> say("projects", Summary.found(found)));
  }

  /** Proves that what {@code --output} and {@code --state} name can be written to. */
  private void checkOutput(Flags flags, @Nullable Output output) {
    if (output == null) {
      say("output", "none given; name one with --output to have it checked too");
      return;
    }
    Folder state = Output.state(flags).folder();
    if (output instanceof Output.Warehouse warehouse) {
      new BigQueryCheck(warehouse.access(), options, this::say).run();
    } else {
      output.folder().check();
      output.folder().prove();
      say("output", output.address() + ", can be written to");
    }
    if (!state.equals(output.folder())) {
      state.reach();
      state.prove();
      say("state", state.address() + ", can be written to");
    }
  }

  private JsonNode ask(ApiSession session, ApiRequest request, Verdict ifForbidden)
      throws Refused, InterruptedException {
    Dispatcher<ApiRequest, JsonNode> dispatcher =
        session.dispatcher(
            0, RETRIES, client -> asked -> client.get(asked, CheckCommand::json), this::paused);
    dispatcher.submit(request, 0);
    Answer<JsonNode> answer = dispatcher.next().answer();
    if (answer instanceof Answer.Ok<JsonNode> ok) {
      return ok.body();
    }
    Failure failure = ((Answer.Failed<JsonNode>) answer).failure();
    throw new Refused(
        switch (failure.kind()) {
          case UNAUTHORIZED -> Verdict.INVALID_CREDENTIALS;
          case FORBIDDEN -> ifForbidden;
          case NOT_FOUND, BAD_REQUEST ->
              request.path().startsWith("project/") || request.path().startsWith("organization/")
                  ? Verdict.NO_RESOURCES
                  : Verdict.UNREACHABLE;
          default -> Verdict.UNREACHABLE;
        },
        request,
        failure);
  }

  private static JsonNode json(byte[] body) throws IOException {
    JsonNode json = JSON.readTree(body);
    if (!json.isContainerNode()) {
      throw new IOException("no JSON object or list");
    }
    return json;
  }

  private void paused(long nanos) {
    say("rate limited", "waiting for " + (1 + TimeUnit.NANOSECONDS.toSeconds(nanos)) + " s");
  }

  private void say(String what, String text) {
    out.printf("%-14s %s%n", what, PlainLine.of(text));
  }
}
