package dev.circlebeam.fetch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.circlebeam.plan.Organizations;
import dev.circlebeam.record.Timestamps;
import dev.circlebeam.report.FetchFigures;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.checkerframework.checker.nullness.qual.Nullable;

/** What is found out about one organization's projects, each way. */
final class OrganizationSearch {
  /** Names that repositories can have; others belong to projects whose slugs are opaque. */
  private static final Pattern REPOSITORY = Pattern.compile("[A-Za-z0-9._-]+");

  private static final String OPAQUE = "circleci/";

  private final String name;
  private @Nullable String id;
  private @Nullable String slug;

  /** By id, the names of the projects that the third version lists; null when it does not. */
  private @Nullable TreeMap<String, String> listed;

  private @Nullable TreeSet<String> names;
  private @Nullable TreeSet<String> feed;
  private @Nullable Instant feedUntil;
  private final Set<String> tokens = new HashSet<>();
  private final Set<String> known = new TreeSet<>();

  /**
   * @param name what people call it: its slug or id
   */
  OrganizationSearch(String name) {
    this.name = name;
    this.id = Organizations.isId(name) ? name : null;
    this.slug = id == null ? name : null;
  }

  String name() {
    return name;
  }

  @Nullable String id() {
    return id;
  }

  @Nullable String slug() {
    return slug;
  }

  /** Takes what CircleCI says that it is. */
  void is(JsonNode organization) {
    id = organization.path("id").asText(id);
    slug = organization.path("slug").asText(slug);
  }

  /** Tells whether the third version has listed the projects to the end. */
  boolean isListed() {
    return listed != null;
  }

  /** The third version does not go on: what it has listed is not all. */
  void unlisted() {
    listed = null;
  }

  /** Tells whether a project that is known belongs to it. */
  boolean owns(@Nullable String organizationId, @Nullable String organizationSlug) {
    return (id != null && id.equals(organizationId))
        || (slug != null && slug.equals(organizationSlug));
  }

  /** Earlier runs have read a project of it. */
  void knows(String project) {
    known.add(project);
  }

  /** How far back the feed is read where nothing lists all projects. */
  void feedUntil(Instant moment) {
    feedUntil = moment;
  }

  /** Takes a page of the third version's list; returns what names the next, or null. */
  @Nullable String listed(JsonNode page) {
    if (!page.path("data").isArray()) {
      unlisted();
      return null;
    }
    listed = listed == null ? new TreeMap<>() : listed;
    for (JsonNode project : page.path("data")) {
      String projectId = project.path("id").asText("");
      if (Organizations.isId(projectId)) {
        listed.put(projectId, project.path("attributes").path("name").asText(""));
      }
    }
    String token = text(page.path("page").path("next"));
    if (token != null && !tokens.add(token)) {
      // A list that goes round is not known to be whole.
      unlisted();
      return null;
    }
    return token;
  }

  /** Takes the names that Insights knows. */
  void named(JsonNode summary) {
    names = names == null ? new TreeSet<>() : names;
    for (JsonNode project : summary.path("all_projects")) {
      names.add(project.asText(""));
    }
  }

  /** Takes a page of the feed of pipelines; returns what names the next, or null. */
  @Nullable String fed(JsonNode page) {
    feed = feed == null ? new TreeSet<>() : feed;
    boolean isOld = false;
    for (JsonNode pipeline : page.path("items")) {
      feed.add(pipeline.path("project_slug").asText(""));
      Instant created = created(pipeline);
      isOld |= created != null && feedUntil != null && created.isBefore(feedUntil);
    }
    String token = text(page.path("next_page_token"));
    return isOld || isListed() || token == null || !tokens.add(token) ? null : token;
  }

  private static @Nullable Instant created(JsonNode pipeline) {
    Long micros = Timestamps.parseMicros(pipeline.path("created_at").asText(""));
    return micros == null ? null : Timestamps.instant(micros);
  }

  private static @Nullable String text(JsonNode token) {
    return token.isTextual() && !token.asText().isEmpty() ? token.asText() : null;
  }

  /** The ids of projects that are wanted and listed. */
  Set<String> ids(Organizations organizations) {
    Set<String> ids = new TreeSet<>();
    if (listed != null) {
      listed.forEach(
          (project, itsName) -> {
            if (!organizations.excludes(slug + "/" + itsName)) {
              ids.add(project);
            }
          });
    }
    return ids;
  }

  /** The slugs of projects that are wanted and that were found otherwise. */
  Set<String> slugs(Organizations organizations) {
    Set<String> slugs = new TreeSet<>(feed == null ? Set.of() : feed);
    if (names != null && slug != null && !slug.startsWith(OPAQUE)) {
      names.stream()
          .filter(REPOSITORY.asMatchPredicate())
          .forEach(project -> slugs.add(slug + "/" + project));
    }
    if (!isListed()) {
      slugs.addAll(known);
    }
    slugs.remove("");
    slugs.removeIf(organizations::excludes);
    return slugs;
  }

  /** How many projects are wanted, as far as can be told before they are read. */
  long wanted(Organizations organizations) {
    return isListed() ? ids(organizations).size() : slugs(organizations).size();
  }

  /** What each way found. */
  FetchFigures.OfOrganization figures(long read) {
    return new FetchFigures.OfOrganization(
        slug == null ? name : slug, size(listed), size(names), size(feed), read);
  }

  private static @Nullable Long size(@Nullable Map<?, ?> found) {
    return found == null ? null : (Long) (long) found.size();
  }

  private static @Nullable Long size(@Nullable Set<?> found) {
    return found == null ? null : (Long) (long) found.size();
  }
}
