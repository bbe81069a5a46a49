package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.time.Duration;

/**
 * What a server has counted up to one moment. Requests to {@code /sample/} are not in it.
 *
 * @param requests all requests
 * @param byRoute requests by the route's name, {@code unknown} for paths that no route fits
 * @param byStatus answers by their status; answers that were cut short count, withheld ones do not
 * @param tooMany answers with 429, whether by the limit or by a fault
 * @param maxInFlight the most requests that were waiting for an answer at once
 * @param distinctUrls how many different URLs were asked
 * @param answeredTwice the URLs that were answered with 200 more than once, with how often
 * @param firstToLast real time from the first request's arrival to the last one's
 * @param perSecond requests in each second since the start or the last reset
 */
public record SampleStats(
    long requests,
    ImmutableMap<String, Long> byRoute,
    ImmutableMap<Integer, Long> byStatus,
    long tooMany,
    int maxInFlight,
    int distinctUrls,
    ImmutableMap<String, Integer> answeredTwice,
    Duration firstToLast,
    ImmutableList<Integer> perSecond) {
  private static final int MOST_URLS_SHOWN = 100;

  /** The same as JSON, with at most 100 of the URLs. */
  ObjectNode json() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("requests", requests);
    ObjectNode routes = node.putObject("by_route");
    byRoute.forEach(routes::put);
    ObjectNode statuses = node.putObject("by_status");
    byStatus.forEach((status, count) -> statuses.put(status.toString(), count));
    node.put("too_many", tooMany);
    node.put("max_in_flight", maxInFlight);
    node.put("distinct_urls", distinctUrls);
    node.put("urls_answered_twice", answeredTwice.size());
    ObjectNode urls = node.putObject("answered_twice");
    answeredTwice.entrySet().stream()
        .limit(MOST_URLS_SHOWN)
        .forEach(entry -> urls.put(entry.getKey(), entry.getValue()));
    node.put("first_to_last_millis", firstToLast.toMillis());
    ArrayNode seconds = node.putArray("per_second");
    perSecond.forEach(seconds::add);
    return node;
  }
}
