package dev.circlebeam.sample;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableSet;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Iterator;

/** The routes of the usage export: asked for, waited for, and downloaded from another address. */
final class UsageRoutes {
  private static final String EXPORTS = "/api/v2/organizations/{id}/usage_export_job";
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final ImmutableSet<String> FIELDS =
      ImmutableSet.of("start", "end", "shared_org_ids");
  private static final String MALFORMED = "malformed request body";
  private static final Duration LONGEST = Duration.ofDays(31);
  private static final Duration OLDEST = Duration.ofDays(366);

  private final Directory directory;
  private final UsageExports exports;
  private final UsageDownloads downloads;

  /** Routes whose limits begin at a reading of {@link System#nanoTime}. */
  UsageRoutes(SampleOrganization organization, Directory directory, long nanos) {
    SampleConfig config = organization.config();
    boolean fail = config.has(SampleTrait.FAILING_EXPORTS) || config.has(SampleTrait.SELF_HOSTED);
    this.directory = directory;
    this.exports =
        new UsageExports(
            organization.ids(), new UsageRows(organization), fail, config.exportTime(), nanos);
    this.downloads = new UsageDownloads(exports, config.seed());
  }

  /** Adds all routes of this class. */
  void addTo(RouteTable routes) {
    routes.addPost("usage-export-create", EXPORTS, this::create);
    routes.addStrict("usage-export", EXPORTS + "/{export}", this::look);
    downloads.addTo(routes);
  }

  private Reply create(ApiRequest request) throws ApiException {
    check(request);
    JsonNode body = body(request);
    Instant start = time(body.path("start"));
    Instant end = time(body.path("end"));
    Instant now = request.now();
    if (start.isAfter(end) || end.isAfter(now)) {
      throw new ApiException(400, "start and end must be in order and not in the future");
    }
    if (Duration.between(start, end).compareTo(LONGEST) > 0) {
      throw new ApiException(400, "the window must be at most 31 days long");
    }
    if (Duration.between(start, now).compareTo(OLDEST) > 0) {
      throw new ApiException(400, "start must not be older than 366 days");
    }
    long wait = exports.admitCreation(now);
    if (wait > 0) {
      return tooMany(wait);
    }
    UsageExports.Export export = exports.create(start, end, now);
    ObjectNode node = json(export);
    node.put("start", start.toString()).put("end", end.toString());
    return Reply.json(201, node.putNull("download_urls"));
  }

  private Reply look(ApiRequest request) throws ApiException {
    check(request);
    long wait = exports.admitReading(request.now());
    if (wait > 0) {
      return tooMany(wait);
    }
    UsageExports.Export export = exports.look(request.param("export"), request.now());
    if (export == null) {
      throw new ApiException(404, "Usage export job not found.");
    }
    ObjectNode node = json(export);
    if (export.rows().isEmpty()) {
      node.putNull("download_urls");
    } else {
      ArrayNode urls = node.putArray("download_urls");
      downloads.urls(export, request).forEach(urls::add);
    }
    if (export.state() == UsageExports.State.FAILED) {
      node.put("error_reason", "the query could not be finished");
    }
    return Reply.json(200, node);
  }

  private static ObjectNode json(UsageExports.Export export) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("usage_export_job_id", export.id())
        .put("state", Ascii.toLowerCase(export.state().name()));
  }

  private static Reply tooMany(long seconds) {
    return RateGate.tooMany().withHeader("Retry-After", Long.toString(seconds));
  }

  private void check(ApiRequest request) throws ApiException {
    if (!directory.isOrganizationId(request.param("id"))) {
      throw new ApiException(404, "Org not found.");
    }
  }

  private static JsonNode body(ApiRequest request) throws ApiException {
    JsonNode body;
    try {
      body = MAPPER.readTree(request.body());
    } catch (JsonProcessingException e) {
      throw new ApiException(400, MALFORMED);
    }
    for (Iterator<String> names = body.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!FIELDS.contains(name)) {
        throw new ApiException(400, "Unexpected field: " + name);
      }
    }
    return body;
  }

  private static Instant time(JsonNode text) throws ApiException {
    try {
      return OffsetDateTime.parse(text.asText()).toInstant();
    } catch (DateTimeException e) {
      throw new ApiException(400, MALFORMED);
    }
  }
}
