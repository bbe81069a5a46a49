package dev.circlebeam.sink.bigquery;

import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.http.HttpRequestInitializer;
import com.google.api.client.util.BackOff;
import com.google.api.client.util.BackOffUtils;
import com.google.api.client.util.ExponentialBackOff;
import com.google.api.client.util.Sleeper;
import com.google.api.services.bigquery.Bigquery;
import com.google.api.services.bigquery.model.Dataset;
import com.google.api.services.bigquery.model.EncryptionConfiguration;
import com.google.api.services.bigquery.model.ErrorProto;
import com.google.api.services.bigquery.model.GetQueryResultsResponse;
import com.google.api.services.bigquery.model.Job;
import com.google.api.services.bigquery.model.JobConfiguration;
import com.google.api.services.bigquery.model.JobConfigurationQuery;
import com.google.api.services.bigquery.model.JobReference;
import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableRow;
import com.google.auth.Credentials;
import com.google.auth.http.HttpCredentialsAdapter;
import com.google.cloud.hadoop.util.ChainingHttpRequestInitializer;
import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.beam.sdk.extensions.gcp.util.RetryHttpRequestInitializer;
import org.apache.beam.sdk.extensions.gcp.util.Transport;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryOptions;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Sends requests to BigQuery's API. */
final class BigQueryConnection {
  private static final int ATTEMPTS = 5;
  private static final long WAIT_MILLIS = 50_000;
  private static final long PAGE_ROWS = 50_000;

  /** What BigQuery asks clients to try again; it has done nothing then. */
  private static final Set<String> TRANSIENT =
      Set.of(
          "backendError",
          "internalError",
          "jobBackendError",
          "jobInternalError",
          "jobRateLimitExceeded",
          "rateLimitExceeded");

  private final Bigquery api;
  private final BigQueryDataset dataset;
  private final String billingProject;
  private final @Nullable Map<String, String> labels;
  private final @Nullable EncryptionConfiguration encryption;
  private @Nullable String location;

  private BigQueryConnection(
      Bigquery api,
      BigQueryDataset dataset,
      String billingProject,
      @Nullable Map<String, String> labels,
      @Nullable EncryptionConfiguration encryption) {
    this.api = api;
    this.dataset = dataset;
    this.billingProject = billingProject;
    this.labels = labels;
    this.encryption = encryption;
  }

  static BigQueryConnection open(
      BigQueryDataset dataset, BigQueryOptions options, @Nullable String kmsKey) {
    ImmutableList.Builder<HttpRequestInitializer> initializers = ImmutableList.builder();
    Credentials credentials = options.getGcpCredential();
    if (credentials != null) {
      initializers.add(new HttpCredentialsAdapter(credentials));
    }
    // Not there, and there already: answers rather than failures, which need no line in a log.
    initializers.add(new RetryHttpRequestInitializer(List.of(404, 409)));
    Bigquery.Builder api =
        new Bigquery.Builder(
                Transport.getTransport(),
                Transport.getJsonFactory(),
                new ChainingHttpRequestInitializer(
                    initializers.build().toArray(HttpRequestInitializer[]::new)))
            .setApplicationName("circlebeam")
            .setGoogleClientRequestInitializer(options.getGoogleApiTrace());
    if (options.getBigQueryEndpoint() != null) {
      api.setRootUrl(options.getBigQueryEndpoint());
    }
    String billing =
        options.getBigQueryProject() != null ? options.getBigQueryProject() : options.getProject();
    return new BigQueryConnection(
        api.build(),
        dataset,
        billing == null ? dataset.project() : billing,
        options.getJobLabelsMap(),
        kmsKey == null ? null : new EncryptionConfiguration().setKmsKeyName(kmsKey));
  }

  /** Returns the dataset; null when there is none. */
  @Nullable Dataset dataset() {
    try {
      return api.datasets().get(dataset.project(), dataset.dataset()).execute();
    } catch (IOException e) {
      if (ApiFailures.isNotFound(e)) {
        return null;
      }
      throw ApiFailures.of("look at " + dataset.address(), "bigquery.datasets.get", e);
    }
  }

  /** Returns a table; null when there is none. */
  @Nullable Table table(String name) {
    try {
      return api.tables().get(dataset.project(), dataset.dataset(), name).execute();
    } catch (IOException e) {
      if (ApiFailures.isNotFound(e)) {
        return null;
      }
      throw ApiFailures.of("look at the table " + dataset.nameOf(name), "bigquery.tables.get", e);
    }
  }

  /** Makes a table where there is none of its name. */
  void create(Table table) {
    if (labels != null) {
      table.setLabels(labels);
    }
    table.setEncryptionConfiguration(encryption);
    try {
      api.tables().insert(dataset.project(), dataset.dataset(), table).execute();
    } catch (IOException e) {
      if (!ApiFailures.isConflict(e)) {
        throw ApiFailures.of(
            "create the table " + dataset.nameOf(table.getTableReference().getTableId()),
            "bigquery.tables.create",
            e);
      }
    }
  }

  /** Drops a table, if it is there. */
  void drop(String name) {
    try {
      api.tables().delete(dataset.project(), dataset.dataset(), name).execute();
    } catch (IOException e) {
      if (!ApiFailures.isNotFound(e)) {
        throw ApiFailures.of("drop the table " + dataset.nameOf(name), "bigquery.tables.delete", e);
      }
    }
  }

  /**
   * Runs a statement and waits for its end. One that was begun under the same name before is not
   * run again: a step that Beam repeats finds it.
   *
   * @param statement what to run
   * @return the job, done
   * @throws dev.circlebeam.report.RunFailure when it failed, or may not be run
   */
  Job run(Statement statement) {
    BackOff backOff = new ExponentialBackOff();
    for (int attempt = 0; ; attempt++) {
      Job job = run(statement, statement.job() + "_" + attempt);
      ErrorProto error = job.getStatus().getErrorResult();
      if (error == null) {
        return job;
      }
      boolean last = attempt + 1 == ATTEMPTS || !TRANSIENT.contains(error.getReason());
      if (last || !waited(backOff, statement)) {
        throw ApiFailures.of(statement.does(), error);
      }
    }
  }

  private static boolean waited(BackOff backOff, Statement statement) {
    try {
      return BackOffUtils.next(Sleeper.DEFAULT, backOff);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ApiFailures.of(statement.does(), "", new InterruptedIOException());
    } catch (IOException e) {
      throw ApiFailures.of(statement.does(), "", e);
    }
  }

  private Job run(Statement statement, String jobId) {
    JobConfigurationQuery query =
        new JobConfigurationQuery().setQuery(statement.sql()).setUseLegacySql(false);
    if (!statement.parameters().isEmpty()) {
      query.setParameterMode("NAMED").setQueryParameters(statement.parameters());
    }
    if (statement.isQuery()) {
      query.setDestinationEncryptionConfiguration(encryption);
    }
    JobReference reference =
        new JobReference().setProjectId(billingProject).setJobId(jobId).setLocation(location());
    Job job =
        new Job()
            .setJobReference(reference)
            .setConfiguration(new JobConfiguration().setQuery(query).setLabels(labels));
    try {
      insert(job);
      return await(reference);
    } catch (IOException e) {
      throw ApiFailures.of(
          statement.does(), "bigquery.jobs.create on the project " + billingProject, e);
    }
  }

  private void insert(Job job) throws IOException {
    try {
      api.jobs().insert(billingProject, job).execute();
    } catch (GoogleJsonResponseException e) {
      if (!ApiFailures.isConflict(e)) {
        throw e;
      }
      // It was sent before: by this step when it ran first, or in an answer that got lost.
    }
  }

  private Job await(JobReference reference) throws IOException {
    while (true) {
      Job job =
          api.jobs()
              .get(billingProject, reference.getJobId())
              .setLocation(reference.getLocation())
              .execute();
      if (job.getStatus().getState().equals("DONE")) {
        return job;
      }
      try {
        // BigQuery does the waiting.
        results(reference).setMaxResults(0L).setTimeoutMs(WAIT_MILLIS).execute();
      } catch (GoogleJsonResponseException e) {
        if (e.getStatusCode() >= 500) {
          throw e;
        }
        // The statement has failed; the job says how.
      }
    }
  }

  private Bigquery.Jobs.GetQueryResults results(JobReference reference) throws IOException {
    return api.jobs()
        .getQueryResults(billingProject, reference.getJobId())
        .setLocation(reference.getLocation());
  }

  /**
   * Asks for rows.
   *
   * @param query a statement that has some
   * @param rows takes each, page by page
   */
  void query(Statement query, Consumer<TableRow> rows) {
    Job job = run(query);
    String page = null;
    try {
      do {
        GetQueryResultsResponse answer =
            results(job.getJobReference())
                .setMaxResults(PAGE_ROWS)
                .setPageToken(page)
                .setTimeoutMs(WAIT_MILLIS)
                .execute();
        if (answer.getRows() != null) {
          answer.getRows().forEach(rows);
        }
        page = answer.getPageToken();
      } while (page != null);
    } catch (IOException e) {
      throw ApiFailures.of(query.does(), "bigquery.tables.getData", e);
    }
  }

  /** Jobs run where the dataset is. */
  private @Nullable String location() {
    if (location == null) {
      Dataset there = dataset();
      location = there == null ? null : there.getLocation();
    }
    return location;
  }
}
