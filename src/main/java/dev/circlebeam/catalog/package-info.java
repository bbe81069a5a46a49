/**
 * The tables: what each is called, where its rows come from and what its columns are. One Avro
 * schema a table, read from {@code src/main/resources/tables}; everything else (requests, files,
 * documentation) follows from it. Knows no other package.
 */
package dev.circlebeam.catalog;
