package dev.circlebeam.sample;

import com.google.common.base.Ascii;
import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One run of a job in the usage export.
 *
 * @param values its values by column, in the columns' order; what is empty is not known
 */
record UsageRow(ImmutableMap<String, String> values) {
  /** The columns in the order in which they are documented. */
  static final ImmutableList<String> COLUMNS =
      ImmutableList.of(
          "organization_id",
          "organization_name",
          "organization_created_date",
          "project_id",
          "project_name",
          "project_created_date",
          "last_build_finished_at",
          "vcs_name",
          "vcs_url",
          "vcs_branch",
          "pipeline_id",
          "pipeline_created_at",
          "pipeline_number",
          "is_unregistered_user",
          "pipeline_trigger_source",
          "pipeline_trigger_user_id",
          "workflow_id",
          "workflow_name",
          "workflow_first_job_queued_at",
          "workflow_first_job_started_at",
          "workflow_stopped_at",
          "is_workflow_successful",
          "job_name",
          "job_run_number",
          "job_id",
          "job_run_date",
          "job_run_queued_at",
          "job_run_started_at",
          "job_run_stopped_at",
          "job_build_status",
          "resource_class",
          "operating_system",
          "executor",
          "parallelism",
          "job_run_seconds",
          "median_cpu_utilization_pct",
          "max_cpu_utilization_pct",
          "median_ram_utilization_pct",
          "max_ram_utilization_pct",
          "compute_credits",
          "dlc_credits",
          "user_credits",
          "storage_credits",
          "network_credits",
          "lease_credits",
          "lease_overage_credits",
          "ipranges_credits",
          "total_credits");

  /** How many files an export has that has any rows. */
  static final int PARTS = 2;

  private static final Joiner COMMAS = Joiner.on(',');

  /**
   * A file of an export. The files do not agree in the order of columns and in what stands for
   * nothing: who reads them by their header does not mind.
   */
  static String csv(List<UsageRow> rows, int part) {
    List<String> columns = new ArrayList<>(COLUMNS);
    Collections.rotate(columns, part);
    int half = (rows.size() + 1) / PARTS;
    List<UsageRow> own = part == 0 ? rows.subList(0, half) : rows.subList(half, rows.size());
    StringBuilder text = new StringBuilder(Ascii.toUpperCase(COMMAS.join(columns))).append('\n');
    for (UsageRow row : own) {
      COMMAS.appendTo(text, columns.stream().map(column -> field(row, column, part)).iterator());
      text.append('\n');
    }
    return text.toString();
  }

  private static String field(UsageRow row, String column, int part) {
    String value = row.values().getOrDefault(column, "");
    if (value.isEmpty()) {
      return part == 0 ? "\\N" : "";
    }
    // What people name is quoted, for it may hold anything.
    return column.endsWith("_name") || column.equals("vcs_branch")
        ? '"' + value.replace("\"", "\"\"") + '"'
        : value;
  }
}
