/**
 * Tables as partitioned Parquet files. A row's file is decided by its key alone, and a file is
 * replaced whole: readers see the old one or the new one.
 */
package dev.circlebeam.sink.parquet;
