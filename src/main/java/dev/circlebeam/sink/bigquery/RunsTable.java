package dev.circlebeam.sink.bigquery;

import com.google.api.services.bigquery.model.QueryParameter;
import com.google.api.services.bigquery.model.QueryParameterType;
import com.google.api.services.bigquery.model.QueryParameterValue;
import com.google.api.services.bigquery.model.Table;
import dev.circlebeam.record.Timestamps;
import dev.circlebeam.report.RunReport;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The table {@code _runs}: a row for each run, replaced while the run goes on. */
public final class RunsTable {
  private final BigQueryAccess access;

  /**
   * @param access the dataset
   */
  public RunsTable(BigQueryAccess access) {
    this.access = access;
  }

  /**
   * Writes a run's row.
   *
   * @param report what the run has to say of itself
   * @throws dev.circlebeam.report.RunFailure when BigQuery refuses
   */
  public void write(RunReport report) {
    BigQueryConnection bigQuery = access.connect();
    TargetTable runs = TargetTables.runs();
    Table existing = bigQuery.table(runs.name());
    if (existing == null) {
      bigQuery.create(TableMerge.definition(access.dataset(), runs));
    }
    bigQuery.run(
        new Statement(
            "write the run's row of " + access.dataset().nameOf(runs.name()),
            "circlebeam_run_" + UUID.randomUUID(),
            new MergeSql(access.dataset(), runs).mergeParameters(),
            parameters(report),
            false));
  }

  private static List<QueryParameter> parameters(RunReport report) {
    List<QueryParameter> all = new ArrayList<>();
    all.add(parameter("run_id", "STRING", report.runId()));
    all.add(parameter("status", "STRING", report.status()));
    all.add(parameter("exit_code", "INT64", report.exitCode()));
    all.add(parameter("reason", "STRING", report.reason()));
    all.add(parameter("what_to_do", "STRING", report.whatToDo()));
    all.add(parameter("started_at", "INT64", Timestamps.micros(report.startedAt())));
    all.add(parameter("ended_at", "INT64", Timestamps.micros(report.endedAt())));
    all.add(parameter("seconds", "FLOAT64", report.seconds()));
    all.add(parameter("circleci_url", "STRING", report.circleciUrl()));
    all.add(parameter("errors", "INT64", report.errors()));
    all.add(parameter("unfinished", "INT64", report.unfinished()));
    String json = new String(report.toJson(), StandardCharsets.UTF_8);
    all.add(parameter("report", "STRING", json));
    return all;
  }

  private static QueryParameter parameter(String name, String type, @Nullable Object value) {
    return new QueryParameter()
        .setName(name)
        .setParameterType(new QueryParameterType().setType(type))
        .setParameterValue(
            new QueryParameterValue().setValue(value == null ? null : value.toString()));
  }
}
