package dev.circlebeam.plan;

import dev.circlebeam.state.Continuation;
import java.io.Serializable;
import java.time.Instant;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A reading of a project's list of pipelines, which has the newest first.
 *
 * @param from where it begins; null for the top
 * @param until nothing created then or before is wanted
 */
public record PipelineList(@Nullable Continuation from, Instant until) implements Serializable {}
