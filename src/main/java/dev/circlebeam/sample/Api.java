package dev.circlebeam.sample;

import com.google.common.collect.ImmutableMap;
import com.sun.net.httpserver.Headers;
import java.net.URI;
import java.time.Instant;

/** From a request to its answer: limit, faults, authentication, route. */
final class Api {
  private static final String PREFIX = "/api/";

  private final RouteTable routes = new RouteTable();
  private final RateGate gate;
  private final FaultInjector faults;
  private final Authenticator authenticator;

  /** Answers from the organization, whose limit begins at a reading of the system's nanos. */
  Api(SampleOrganization organization, long nanos) {
    SampleConfig config = organization.config();
    Directory directory = new Directory(organization);
    PageTokens tokens = new PageTokens(config.seed());
    Pages pages = new Pages(config.pageSize(), tokens);
    Pages insightsPages = new Pages(config.insightsPageSize(), tokens);
    new OrganizationRoutes(organization, directory).addTo(routes);
    new ContextRoutes(organization, directory, pages).addTo(routes);
    new GroupRoutes(organization, directory).addTo(routes);
    new PolicyRoutes(organization, directory, config.pageSize()).addTo(routes);
    new ProjectSettingsRoutes(organization, directory, pages).addTo(routes);
    new WebhookRoutes(organization, directory).addTo(routes);
    new ScheduleRoutes(organization, directory, pages).addTo(routes);
    new PipelineRoutes(organization, directory, pages).addTo(routes);
    new WorkflowRoutes(organization, pages).addTo(routes);
    new JobRoutes(organization, directory, pages).addTo(routes);
    if (!config.has(SampleTrait.SELF_HOSTED)) {
      new DefinitionRoutes(organization, directory).addTo(routes);
      new DeployRoutes(organization, directory, pages, tokens).addTo(routes);
      new V3Routes(organization, directory, tokens).addTo(routes);
    }
    new UsageRoutes(organization, directory, nanos).addTo(routes);
    InsightsParams params = new InsightsParams(directory);
    InsightsHistory history = new InsightsHistory(organization);
    new InsightsRoutes(organization, params, insightsPages, history).addTo(routes);
    new InsightsJobRoutes(params, insightsPages, history).addTo(routes);
    new InsightsTestRoutes(organization, params, history).addTo(routes);
    new InsightsTotalsRoutes(organization, params, history).addTo(routes);
    gate =
        new RateGate(
            config.requestsPerSecond(), config.limitForm(), config.isLimitAnnounced(), nanos);
    faults = new FaultInjector(config.faults());
    authenticator = new Authenticator(config.token(), config.projectToken());
  }

  /** A request, the handler for it, and the method that the handler is for. */
  record Call(String route, String method, ApiRequest request, RouteTable.Handler handler) {
    /** The same call with something in it. */
    Call withBody(String sent) {
      return new Call(route, method, request.withBody(sent), handler);
    }
  }

  /** Finds the route for a request that comes when the clock shows that instant. */
  Call call(String method, URI uri, Headers headers, Instant now) {
    RouteTable.Match match = routes.match(uri.getRawPath());
    return match == null
        ? new Call(
            "unknown",
            "GET",
            ApiRequest.of(method, uri, ImmutableMap.of(), headers, now),
            request -> Reply.message(404, "Not Found"))
        : new Call(
            match.name(),
            match.method(),
            ApiRequest.of(method, uri, match.params(), headers, now),
            match.handler());
  }

  /** Answers a call that came at a reading of {@link System#nanoTime}. */
  Reply answer(Call call, long nanos) {
    RateGate.Verdict verdict = gate.enter(nanos);
    if (verdict.refusal() != null) {
      return verdict.refusal();
    }
    return faults
        .apply(call.request(), request -> handle(call, request))
        .withHeaders(verdict.headers());
  }

  private Reply handle(Call call, ApiRequest request) {
    try {
      if (request.path().startsWith(PREFIX)) {
        authenticator.check(request, call.route().equals("me"));
        if (!request.method().equals(call.method())) {
          throw new ApiException(405, "Method Not Allowed");
        }
      }
      return call.handler().handle(request);
    } catch (ApiException e) {
      return ErrorForm.of(request.path()).reply(e.status(), e.getMessage());
    }
  }
}
