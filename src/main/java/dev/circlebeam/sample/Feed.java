package dev.circlebeam.sample;

import com.google.common.collect.ImmutableList;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The pipelines of all projects, newest first.
 *
 * <p>A position names the pipeline last seen by its creation time and project, so pipelines that
 * appear meanwhile do not move it.
 */
final class Feed implements Iterator<Pipeline> {
  private static final int PROJECT_BITS = 10;

  private final SampleOrganization organization;
  private final ImmutableList<Project> projects;
  private final int[] next;
  private final int[] oldest;
  private final long[] created;

  /** The feed at a time in milliseconds, after a position; {@link Job#NEVER} for its start. */
  Feed(SampleOrganization organization, long millis, long position) {
    this.organization = organization;
    this.projects = organization.projectList();
    this.next = new int[projects.size()];
    this.oldest = new int[projects.size()];
    this.created = new long[projects.size()];
    boolean start = position == Job.NEVER;
    long seen = start ? millis : Math.min(millis, position >> PROJECT_BITS);
    for (Project project : projects) {
      int index = project.index();
      oldest[index] = project.timeline().oldest(millis);
      next[index] = project.timeline().newest(seen);
      note(index);
      if (!start && next[index] > 0 && order(created[index], index) >= position) {
        advance(index);
      }
    }
  }

  /** The position of a pipeline in the feed; later ones have lower positions. */
  static long position(Pipeline pipeline) {
    return order(pipeline.createdAt(), pipeline.project().index());
  }

  @Override
  public boolean hasNext() {
    return newest() >= 0;
  }

  @Override
  public Pipeline next() {
    int index = newest();
    if (index < 0) {
      throw new NoSuchElementException("the feed is at its end");
    }
    Pipeline pipeline = organization.pipeline(projects.get(index), next[index]);
    advance(index);
    return pipeline;
  }

  private static long order(long createdAt, int project) {
    return createdAt << PROJECT_BITS | (IdName.MAX_PROJECT - project);
  }

  private int newest() {
    int newest = -1;
    for (int index = 0; index < next.length; index++) {
      if (next[index] >= oldest[index] && (newest < 0 || created[index] > created[newest])) {
        newest = index;
      }
    }
    return newest;
  }

  private void advance(int index) {
    next[index]--;
    note(index);
  }

  private void note(int index) {
    created[index] = next[index] > 0 ? projects.get(index).timeline().createdAt(next[index]) : 0;
  }
}
