package dev.circlebeam.fetch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.circlebeam.circleci.Answer;
import dev.circlebeam.circleci.ApiRequest;
import dev.circlebeam.circleci.ApiSession;
import dev.circlebeam.circleci.CircleCiClient;
import dev.circlebeam.circleci.Dispatcher;
import dev.circlebeam.circleci.Failure;
import dev.circlebeam.circleci.FailureKind;
import dev.circlebeam.circleci.RetryPolicy;
import dev.circlebeam.plan.Organizations;
import dev.circlebeam.report.FetchFigures;
import dev.circlebeam.report.RunFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Finds the projects of organizations. Version 2 of the API has no list of them: it has a feed of
 * recent pipelines of what the token's user follows, and Insights has names. The third version has
 * a list, which is complete, on CircleCI's own servers only.
 */
public final class ProjectDiscovery {
  /** How far back the feed is read: older pipelines tell little of what is built today. */
  public static final Duration LOOKBACK = Duration.ofDays(90);

  /** What is asked for: an organization, or one of the ways to its projects. */
  enum Way {
    ORGANIZATION,
    LIST,
    INSIGHTS,
    FEED
  }

  /**
   * A request.
   *
   * @param page what names the page; null for the first
   */
  record Asked(Way way, OrganizationSearch of, ApiRequest path, @Nullable String page) {
    ApiRequest request() {
      if (page == null) {
        return path;
      }
      return path.with(Map.of(way == Way.LIST ? "page[cursor]" : "page-token", page));
    }
  }

  /** Takes requests that were given up. */
  @FunctionalInterface
  public interface Failures {
    /**
     * Takes one.
     *
     * @param request what was asked for
     * @param failure what came of it
     * @param attempts how often it was tried
     * @param isCounted whether it is one that the next run may see succeed
     */
    void take(ApiRequest request, Failure failure, int attempts, boolean isCounted);
  }

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String V3 = "v3";
  private static final String MOST_A_PAGE = "50";

  /** What a server answers that has no third version, or not for this token. */
  private static final EnumSet<FailureKind> NOT_THERE =
      EnumSet.of(
          FailureKind.UNAUTHORIZED,
          FailureKind.FORBIDDEN,
          FailureKind.NOT_FOUND,
          FailureKind.REDIRECT,
          FailureKind.BAD_REQUEST,
          FailureKind.CLIENT_ERROR);

  private final Dispatcher<Asked, JsonNode> dispatcher;
  private final Failures failures;

  /**
   * @param dispatcher sends the requests
   * @param failures takes those that are given up
   */
  ProjectDiscovery(Dispatcher<Asked, JsonNode> dispatcher, Failures failures) {
    this.dispatcher = dispatcher;
    this.failures = failures;
  }

  /**
   * Counts the projects of organizations, without reading any.
   *
   * @param session how to ask
   * @param retries how often
   * @param organizations which
   * @param feedUntil how far back the feed of pipelines is read where nothing lists all projects
   * @param failures takes requests that were given up
   * @param onPause told how many nanoseconds nothing will be sent because of a 429
   * @return what was found of each
   * @throws RunFailure when CircleCI knows no such organization
   */
  public static List<FetchFigures.OfOrganization> count(
      ApiSession session,
      RetryPolicy retries,
      Organizations organizations,
      Instant feedUntil,
      Failures failures,
      LongConsumer onPause)
      throws InterruptedException {
    Dispatcher<Asked, JsonNode> dispatcher =
        session.dispatcher(0, retries, client -> asked -> send(client, asked), onPause);
    return new ProjectDiscovery(dispatcher, failures)
        .search(organizations, of -> of.feedUntil(feedUntil)).stream()
            .map(of -> of.figures(of.wanted(organizations)))
            .toList();
  }

  /** Sends a request once. */
  static Answer<JsonNode> send(CircleCiClient client, Asked asked) {
    return client.get(asked.request(), JSON::readTree);
  }

  /**
   * Searches.
   *
   * @param organizations which
   * @param beforeFeed told of each organization before its feed is read, to say how far back
   * @return what was found, in the order of the names
   * @throws RunFailure when CircleCI knows no such organization, or somebody ends the run meanwhile
   */
  List<OrganizationSearch> search(
      Organizations organizations, Consumer<OrganizationSearch> beforeFeed)
      throws InterruptedException {
    List<OrganizationSearch> all = new ArrayList<>();
    for (String name : organizations.names()) {
      OrganizationSearch of = new OrganizationSearch(name);
      all.add(of);
      submit(Way.ORGANIZATION, of, ApiRequest.of("organization/{slug}", Map.of("slug", name)));
    }
    run();
    for (OrganizationSearch of : all) {
      beforeFeed.accept(of);
      if (of.slug() != null) {
        submit(Way.FEED, of, new ApiRequest("pipeline").with(Map.of("org-slug", of.slug())));
      }
    }
    run();
    return all;
  }

  private void run() throws InterruptedException {
    for (Dispatcher.Completion<Asked, JsonNode> done = dispatcher.next();
        done != null;
        done = dispatcher.next()) {
      if (done.answer() instanceof Answer.Ok<JsonNode> ok) {
        take(done.request(), ok.body());
      } else if (done.answer() instanceof Answer.Failed<JsonNode> answer) {
        fail(done.request(), answer.failure(), done.attempts());
      }
    }
    if (dispatcher.isStopped()) {
      throw ProjectReading.interrupted();
    }
  }

  private void take(Asked asked, JsonNode body) {
    String next = null;
    switch (asked.way()) {
      case ORGANIZATION -> {
        asked.of().is(body);
        ask(asked.of());
      }
      case LIST -> next = asked.of().listed(body);
      case INSIGHTS -> asked.of().named(body);
      case FEED -> next = asked.of().fed(body);
    }
    if (next != null) {
      dispatcher.submit(new Asked(asked.way(), asked.of(), asked.path(), next), 0);
    }
  }

  private void ask(OrganizationSearch of) {
    if (of.id() != null) {
      submit(
          Way.LIST,
          of,
          new ApiRequest(V3, "projects")
              .with(Map.of("filter[org_id]", of.id(), "page[limit]", MOST_A_PAGE)));
    }
    if (of.slug() != null) {
      submit(Way.INSIGHTS, of, ApiRequest.of("insights/{slug}/summary", Map.of("slug", of.slug())));
    }
  }

  private void fail(Asked asked, Failure failure, int attempts) {
    FailureKind kind = failure.kind();
    boolean isGone = kind == FailureKind.NOT_FOUND || kind == FailureKind.BAD_REQUEST;
    if (asked.way() == Way.LIST) {
      asked.of().unlisted();
      if (NOT_THERE.contains(kind)) {
        return;
      }
    } else if (kind == FailureKind.UNAUTHORIZED) {
      throw Tally.invalidCredentials(asked.request(), failure);
    } else if (asked.way() == Way.ORGANIZATION) {
      if (isGone || kind == FailureKind.FORBIDDEN) {
        throw unknown(asked.of());
      }
      // What is known without it will do.
      ask(asked.of());
    }
    failures.take(asked.request(), failure, attempts, !isGone && kind != FailureKind.FORBIDDEN);
  }

  private static RunFailure unknown(OrganizationSearch of) {
    return RunFailure.failed(
        "unknown_organization",
        "CircleCI knows no organization " + of.name() + ", or the token's user may not see it",
        "check --orgs: gh/<organization>, bb/<workspace>, circleci/<id>, or the organization's id"
            + " (in CircleCI: Organization Settings, Overview)");
  }

  private void submit(Way way, OrganizationSearch of, ApiRequest path) {
    dispatcher.submit(new Asked(way, of, path, null), 0);
  }
}
