package dev.circlebeam.report;

import java.io.Serializable;
import java.util.ArrayList;

/**
 * How things stand after a run.
 *
 * @param projects how many projects it read
 * @param unfinished how many of their pipelines are to be looked at again
 * @param givenUp how many are not, because they are too old
 * @param incomplete slugs of projects with something that could not be read
 */
public record StateSummary(
    long projects, long unfinished, long givenUp, ArrayList<String> incomplete)
    implements Serializable {}
