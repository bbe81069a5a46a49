package dev.circlebeam.fetch;

import java.time.Instant;

/**
 * The pipeline below which requests are made.
 *
 * @param id its id
 * @param createdAt when it was created
 */
record PipelineOrigin(String id, Instant createdAt) {}
