package dev.circlebeam.state;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a slice learned of a project, for tests: nothing but what is said. */
public final class Learned {
  private final Collection<String> tables;
  private final List<Interval> read = new ArrayList<>();
  private final Map<String, UnfinishedPipeline> unfinished = new HashMap<>();
  private final TreeSet<String> resolved = new TreeSet<>();
  private final TreeMap<Instant, TreeSet<String>> settled = new TreeMap<>();
  private final TreeSet<String> failed = new TreeSet<>();
  private ProjectName project = new ProjectName("project-1", "gh/acme/web", "org-1", "gh/acme");
  private boolean wholeProject = true;
  private Continuation next;
  private boolean left;
  private boolean blocked;
  private Instant settledFrom;
  private Instant searchedAt;

  private Learned(Collection<String> tables) {
    this.tables = tables;
  }

  /** Of the project gh/acme/web. */
  public static Learned of(Collection<String> tables) {
    return new Learned(tables);
  }

  /** Of another project. */
  public Learned project(String id, String slug) {
    project = new ProjectName(id, slug, null, null);
    return this;
  }

  /** Pipelines created then were read, all below them included. */
  public Learned read(Instant from, Instant to) {
    read.add(new Interval(from, to));
    return this;
  }

  /** Only a branch was read. */
  public Learned ofBranch() {
    wholeProject = false;
    return this;
  }

  /** There is more to read. */
  public Learned left(Continuation at) {
    next = at;
    left = true;
    return this;
  }

  /** The list could not be read on. */
  public Learned blocked(Continuation at) {
    next = at;
    blocked = true;
    return this;
  }

  /** A pipeline must be looked at again. */
  public Learned unfinished(String id, Instant createdAt, Instant seen, String... why) {
    TreeSet<String> reasons = new TreeSet<>(List.of(why));
    unfinished.put(id, new UnfinishedPipeline(createdAt, seen, seen, reasons));
    return this;
  }

  /** Pipelines need not be looked at again. */
  public Learned resolved(String... ids) {
    resolved.addAll(List.of(ids));
    return this;
  }

  /** What is final of the pipelines created then. */
  public Learned settled(Instant createdAt, String... marks) {
    settled.put(createdAt, new TreeSet<>(List.of(marks)));
    return this;
  }

  /** What is final of older pipelines is not kept. */
  public Learned settledFrom(Instant from) {
    settledFrom = from;
    return this;
  }

  /** Tables of the project could not be read. */
  public Learned failed(String... names) {
    failed.addAll(List.of(names));
    return this;
  }

  /** Reruns were looked for. */
  public Learned searchedAt(Instant at) {
    searchedAt = at;
    return this;
  }

  /** As the state takes it. */
  public ProjectFacts facts() {
    return new ProjectFacts(
        project,
        tables,
        new ProjectFacts.Lists(read, wholeProject, next, left, blocked),
        unfinished,
        resolved,
        settled,
        settledFrom,
        0,
        failed,
        searchedAt,
        false);
  }
}
