/**
 * The sample server: an invented CircleCI organization behind a faithful copy of the service's API.
 *
 * <p>{@link dev.circlebeam.sample.SampleServer} serves over HTTP what {@link
 * dev.circlebeam.sample.SampleOrganization} computes from a seed and a clock. Nothing is stored for
 * a pipeline, so an organization of a million jobs costs no memory. Tests compare what a reader
 * brought home with the rows that the organization lists itself.
 */
package dev.circlebeam.sample;
