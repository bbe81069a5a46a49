package dev.circlebeam.record;

import java.io.Serializable;

/**
 * All rows of a full-refresh table that belong to one project or organization were read, even if
 * there are none: older rows of it are to go.
 *
 * @param table the table
 * @param scope the value that those rows have in the table's scope column
 */
public record ScopeRead(String table, String scope) implements Serializable {}
