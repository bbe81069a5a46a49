package dev.circlebeam.sink.bigquery;

import com.google.api.services.bigquery.model.QueryParameter;
import java.util.List;

/**
 * Something for BigQuery to do.
 *
 * @param does what it does, in words that follow "cannot"
 * @param job its name, less the number of the attempt
 * @param sql what to run
 * @param parameters what {@code @name} stands for in it
 * @param isQuery whether it only reads
 */
record Statement(
    String does, String job, String sql, List<QueryParameter> parameters, boolean isQuery) {
  static Statement change(String does, String job, String sql) {
    return new Statement(does, job, sql, List.of(), false);
  }

  static Statement query(String does, String job, String sql) {
    return new Statement(does, job, sql, List.of(), true);
  }
}
