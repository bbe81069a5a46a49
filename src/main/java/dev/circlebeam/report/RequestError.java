package dev.circlebeam.report;

import java.io.Serializable;
import java.time.Instant;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A request, or an item of an answer, that is given up: one row of {@code _errors}.
 *
 * @param at when it was given up
 * @param table the table it was for
 * @param parentIds JSON of the parent's columns that the request was made with
 * @param url the path below {@code /api/v2/}
 * @param status the HTTP status; 0 when there was no answer
 * @param kind one word, such as {@code server_error} or {@code missing_key}
 * @param message one line for people
 * @param attempts how often it was tried
 * @param body the answer's beginning, or the item; null when there is none to show
 * @param counted whether it counts towards {@code --maxErrors}
 */
public record RequestError(
    Instant at,
    String table,
    String parentIds,
    String url,
    int status,
    String kind,
    String message,
    int attempts,
    @Nullable String body,
    boolean counted)
    implements Serializable {}
