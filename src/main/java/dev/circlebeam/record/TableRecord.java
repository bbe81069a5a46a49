package dev.circlebeam.record;

import org.apache.avro.generic.GenericRecord;

/**
 * A row of any table, on its way.
 *
 * @param table the table's name
 * @param row the columns, in the table's schema
 * @param arrivedMicros when the answer arrived that the row was in, in microseconds since 1970: of
 *     two rows with one key the later one counts
 */
public record TableRecord(String table, GenericRecord row, long arrivedMicros) {}
