/**
 * Rows on their way: from the JSON that CircleCI answers to Avro records of a table's schema, and
 * between the steps of the Beam pipeline.
 */
package dev.circlebeam.record;
