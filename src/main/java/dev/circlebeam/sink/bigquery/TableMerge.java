package dev.circlebeam.sink.bigquery;

import com.google.api.services.bigquery.model.Clustering;
import com.google.api.services.bigquery.model.DmlStatistics;
import com.google.api.services.bigquery.model.Job;
import com.google.api.services.bigquery.model.JobStatistics2;
import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableConstraints;
import com.google.api.services.bigquery.model.TimePartitioning;
import dev.circlebeam.report.MergeFigures;
import java.util.List;
import org.apache.avro.Schema;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Brings one table up to date from its staging table: makes it where it is absent, adds columns
 * that the catalogue gained, merges in one statement, drops the staging table. Done again from any
 * point, it ends in the same.
 */
final class TableMerge {
  private final BigQueryConnection bigQuery;
  private final BigQueryDataset dataset;
  private final Staging staging;
  private final TargetTable target;
  private final MergeSql sql;

  TableMerge(
      BigQueryConnection bigQuery, BigQueryDataset dataset, Staging staging, TargetTable target) {
    this.bigQuery = bigQuery;
    this.dataset = dataset;
    this.staging = staging;
    this.target = target;
    this.sql = new MergeSql(dataset, target);
  }

  /** Does it all. */
  MergeFigures merge(TableUpdate update) {
    Table existing = bigQuery.table(target.name());
    if (existing == null) {
      bigQuery.create(definition(dataset, target));
    } else {
      addColumns(existing);
    }
    List<String> cleared =
        existing == null ? List.of() : new TargetCheck(dataset, target).cleared(existing);
    String statement = statement(update, cleared);
    MergeFigures figures = new MergeFigures(target.name(), 0, 0, 0);
    if (statement != null) {
      String does = "merge into the table " + dataset.nameOf(target.name());
      Job job = bigQuery.run(Statement.change(does, staging.job(target.name()), statement));
      figures = figures(job);
    }
    if (update.staged()) {
      bigQuery.drop(staging.table(target.name()));
    }
    return figures;
  }

  /** A table as it is to be made. */
  static Table definition(BigQueryDataset dataset, TargetTable target) {
    Table table =
        new Table()
            .setTableReference(dataset.reference(target.name()))
            .setDescription(target.schema().getDoc())
            .setSchema(BigQueryTypes.schema(target, target.written()));
    if (target.partitionBy() != null) {
      table
          .setTimePartitioning(new TimePartitioning().setType("DAY").setField(target.partitionBy()))
          .setRequirePartitionFilter(false);
    }
    if (!target.clusterBy().isEmpty()) {
      table.setClustering(new Clustering().setFields(target.clusterBy()));
    }
    if (!target.primaryKey().isEmpty()) {
      table.setTableConstraints(
          new TableConstraints()
              .setPrimaryKey(new TableConstraints.PrimaryKey().setColumns(target.primaryKey())));
    }
    return table;
  }

  private void addColumns(Table existing) {
    List<Schema.Field> missing = new TargetCheck(dataset, target).missing(existing);
    if (!missing.isEmpty()) {
      bigQuery.run(
          Statement.change(
              "add columns to the table " + dataset.nameOf(target.name()),
              staging.job(target.name() + "_columns"),
              sql.addColumns(missing)));
    }
  }

  private @Nullable String statement(TableUpdate update, List<String> cleared) {
    String from = staging.table(target.name());
    if (!update.staged()) {
      return update.scopes().isEmpty() ? null : sql.delete(update.scopes());
    }
    if (target.primaryKey().isEmpty()) {
      return sql.append(from);
    }
    return target.scope() == null
        ? sql.merge(from, update.days(), cleared)
        : sql.replace(from, cleared, update.scopes());
  }

  private MergeFigures figures(Job job) {
    JobStatistics2 done = job.getStatistics().getQuery();
    DmlStatistics changed = done.getDmlStats();
    long rows =
        changed == null
            ? number(done.getNumDmlAffectedRows())
            : number(changed.getInsertedRowCount()) + number(changed.getUpdatedRowCount());
    return MergeFigures.ofStatement(target.name(), rows, number(done.getTotalBytesProcessed()));
  }

  private static long number(@Nullable Long number) {
    return number == null ? 0 : number;
  }
}
