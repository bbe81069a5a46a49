/**
 * From tasks to rows: asks CircleCI for what a run is to read, within the limit and many requests
 * at once, and hands on rows, errors and what was learned.
 */
package dev.circlebeam.fetch;
