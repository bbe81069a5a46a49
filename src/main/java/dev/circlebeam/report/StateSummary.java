package dev.circlebeam.report;

import java.io.Serializable;
import java.util.List;

/**
 * How things stand after a slice.
 *
 * @param projects how many projects it read
 * @param unfinished how many of their pipelines are to be looked at again
 * @param givenUp how many are not, because they are too old
 * @param incomplete slugs of projects, and names of exports, with something that could not be read
 * @param left slugs of projects with older pipelines, and names of exports with older rows, for the
 *     slices to come
 */
public record StateSummary(
    long projects, long unfinished, long givenUp, List<String> incomplete, List<String> left)
    implements Serializable {}
