/**
 * Records to BigQuery: all tables are loaded into staging tables of the run, then each is merged
 * into its target by one statement. Statements are made by {@link
 * dev.circlebeam.sink.bigquery.MergeSql}, sent by {@link
 * dev.circlebeam.sink.bigquery.BigQueryConnection}.
 */
package dev.circlebeam.sink.bigquery;
