package dev.circlebeam.state;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.time.Instant;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Where in a project's list of pipelines the reading of its history goes on.
 *
 * @param pageToken the page to ask for
 * @param since everything the list has before that page was created at this time or later
 * @param branch the branch that the list was of; null for all
 */
public record Continuation(String pageToken, Instant since, @Nullable String branch)
    implements Serializable {
  /** Refuses what is incomplete. */
  public Continuation {
    requireNonNull(pageToken, "page_token");
    requireNonNull(since, "since");
  }
}
