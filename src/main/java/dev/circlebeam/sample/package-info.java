/**
 * The sample server: an invented CircleCI organization behind a faithful copy of the service's API.
 *
 * <p>{@link dev.circlebeam.sample.SampleServer} serves over HTTP what {@link
 * dev.circlebeam.sample.SampleOrganization} computes from a seed and a clock. Nothing is stored for
 * a pipeline, so an organization of a million jobs costs no memory; of usage exports the server
 * remembers what was asked for. Tests compare what a reader brought home with the rows that the
 * organization lists itself.
 *
 * <p>Each family of routes is a class that adds itself to the table of routes; what it answers is
 * invented there or in a class beside it, from the same plans: a job has one cost, one machine and
 * one set of times in its details, in Insights and in the usage export. Where it is not known what
 * the service does, both forms occur (keys of schedules, what stands for nothing in usage files) or
 * the stricter one (steps of projects without a repository only in the third version).
 */
package dev.circlebeam.sample;
