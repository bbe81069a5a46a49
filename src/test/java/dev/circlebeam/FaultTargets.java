package dev.circlebeam;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.circlebeam.SyncedRows.Row;
import dev.circlebeam.sample.FaultKind;
import dev.circlebeam.sample.FaultRule;
import dev.circlebeam.sample.SampleServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What each fault strikes, and what cannot be had then: found out from a server that works. */
final class FaultTargets {
  /**
   * What a cell's fault strikes.
   *
   * @param project the slug of the project that is the cell's own
   * @param path what is asked for, below {@code /api/v2/}, without a page token
   * @param url what is named when that fails for good
   */
  record Target(String project, String path, String url) {}

  private record Page(String url, List<String> ids) {}

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PAGE_TOKEN = "?page-token=";
  private static final Pattern URL =
      Pattern.compile(
          "(?<kind>project|pipeline|workflow)/(?<id>.+?)(?<list>/(pipeline|workflow|job))?"
              + "(\\?page-token=.*)?");

  private final HttpClient http = HttpClient.newHttpClient();
  private final SampleServer server;
  private final Map<String, List<Page>> pages = new HashMap<>();

  FaultTargets(SampleServer server) {
    this.server = server;
  }

  /** Gives each cell of a sync a project, and something in it to strike. */
  Map<FaultCell, Target> choose(List<FaultCell> cells, SyncedRows clean) {
    Map<FaultCell, Target> targets = new LinkedHashMap<>();
    Set<String> used = new HashSet<>();
    // The hard to please first.
    for (FaultCell cell :
        cells.stream().sorted(Comparator.comparing(FaultCell::pages).reversed()).toList()) {
      Row row =
          candidates(cell, clean).stream()
              .filter(candidate -> !used.contains(candidate.project()))
              .filter(candidate -> cell.pages() == 1 || fits(cell, candidate))
              .findFirst()
              .orElseThrow(() -> new AssertionError("nothing to strike is left for " + cell));
      used.add(row.project());
      String path = path(cell.depth(), row);
      targets.put(
          cell, new Target(row.project(), path, cell.pages() > 1 ? pages(path).get(1).url : path));
    }
    return targets;
  }

  /** The rule that makes a cell's fault. */
  FaultRule rule(FaultCell cell, Target target) {
    String struck = "/" + Pattern.quote(cell.isOfOnePage() ? target.url : target.path) + "$";
    return cell.times() == 0
        ? FaultRule.always(cell.kind(), struck)
        : FaultRule.times(cell.kind(), struck, cell.times());
  }

  /** Tells of rows whether they cannot be had when a request fails for good. */
  Predicate<Row> below(FaultCell cell, String url) {
    Matcher parts = URL.matcher(url);
    if (!parts.matches()) {
      throw new AssertionError("no request is so: " + url);
    }
    String id = parts.group("id");
    if (parts.group("list") == null) {
      return row -> row.project().equals(id);
    }
    Set<String> lost = lost(url, cell.kind() == FaultKind.REPEATED_PAGE_TOKEN);
    return switch (parts.group("kind")) {
      case "project" -> row -> lost.contains(row.pipeline());
      case "pipeline" -> row -> row.pipeline().equals(id) && lost.contains(row.workflow());
      default ->
          row -> row.workflow().equals(id) && row.table().equals("jobs") && lost.contains(row.id());
    };
  }

  /** The ids on a page and all that follow it; or only those that follow it. */
  private Set<String> lost(String url, boolean onlyAfter) {
    int token = url.indexOf(PAGE_TOKEN);
    List<Page> all = pages(token < 0 ? url : url.substring(0, token));
    int first = 0;
    while (!all.get(first).url.equals(url)) {
      first++;
    }
    return all.subList(first + (onlyAfter ? 1 : 0), all.size()).stream()
        .flatMap(page -> page.ids.stream())
        .collect(Collectors.toSet());
  }

  private boolean fits(FaultCell cell, Row candidate) {
    return pages(path(cell.depth(), candidate)).size() >= cell.pages();
  }

  /** What could be struck; nothing of a project's newest pipeline, which is listed every time. */
  private static List<Row> candidates(FaultCell cell, SyncedRows clean) {
    if (cell.depth().equals("project") || cell.depth().equals("pipelines")) {
      return clean.table("projects");
    }
    Map<String, Long> children =
        clean.table(cell.depth()).stream()
            .collect(
                Collectors.groupingBy(
                    row -> cell.depth().equals("jobs") ? row.workflow() : row.pipeline(),
                    Collectors.counting()));
    Map<String, String> newest = new HashMap<>();
    for (Row pipeline : clean.table("pipelines")) {
      newest.merge(pipeline.project(), number(pipeline), (a, b) -> a.compareTo(b) > 0 ? a : b);
    }
    Set<String> old =
        clean.table("pipelines").stream()
            .filter(row -> !newest.get(row.project()).equals(number(row)))
            .map(Row::id)
            .collect(Collectors.toSet());
    return clean.table(cell.depth().equals("jobs") ? "workflows" : "pipelines").stream()
        .filter(row -> old.contains(row.pipeline()))
        .filter(row -> children.containsKey(row.id()))
        .sorted(Comparator.comparing(row -> -children.get(row.id())))
        .toList();
  }

  private static String number(Row pipeline) {
    Matcher number = Pattern.compile("'number': (\\d+)").matcher(pipeline.columns());
    if (!number.find()) {
      throw new AssertionError("no number: " + pipeline);
    }
    return String.format("%09d", Long.parseLong(number.group(1)));
  }

  private static String path(String depth, Row row) {
    return switch (depth) {
      case "project" -> "project/" + row.project();
      case "pipelines" -> "project/" + row.project() + "/pipeline";
      case "workflows" -> "pipeline/" + row.id() + "/workflow";
      default -> "workflow/" + row.id() + "/job";
    };
  }

  private synchronized List<Page> pages(String path) {
    return pages.computeIfAbsent(path, this::crawl);
  }

  private List<Page> crawl(String path) {
    List<Page> all = new ArrayList<>();
    String url = path;
    while (url != null) {
      JsonNode page = get(url);
      List<String> ids = new ArrayList<>();
      page.get("items").forEach(item -> ids.add(item.get("id").textValue()));
      all.add(new Page(url, ids));
      String next = page.get("next_page_token").textValue();
      url = next == null ? null : path + PAGE_TOKEN + next;
    }
    return all;
  }

  private JsonNode get(String url) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.url() + "/api/v2/" + url))
            .header("Circle-Token", Syncs.TOKEN)
            .build();
    try {
      return JSON.readTree(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
