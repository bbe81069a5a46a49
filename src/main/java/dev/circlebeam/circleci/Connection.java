package dev.circlebeam.circleci;

import java.io.Serializable;
import java.time.Duration;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * All that is needed to reach the server, wherever requests are made.
 *
 * @param url the server
 * @param token where the token is
 * @param caFile PEM certificates to trust beside the system's; null for none
 * @param connectTimeout how long to wait for a connection
 * @param readTimeout how long to wait for the next bytes
 * @param maxConnections how many connections may be open at once
 */
public record Connection(
    CircleCiUrl url,
    TokenReference token,
    @Nullable String caFile,
    Duration connectTimeout,
    Duration readTimeout,
    int maxConnections)
    implements Serializable {}
