-- Views over the tables that circlebeam writes into BigQuery. They are made in the dataset that the
-- tables are in, here called circleci:
--
--   sed 's/\bcircleci\./my_dataset./g' pipelines/sql/bigquery.sql | bq query --use_legacy_sql=false
--
-- duckdb.sql has the same views over Parquet files. Where an end is before its beginning, which
-- CircleCI gives now and then, the duration is null.

-- One row for each job that ran: a rerun lists old jobs again, under the same id. Of those the one
-- in the earliest workflow counts, which is the one that ran it. Every figure of durations and costs
-- starts from here.
CREATE OR REPLACE VIEW circleci.jobs_once AS
SELECT
  * EXCEPT (place),
  CASE WHEN stopped_at >= started_at
    THEN TIMESTAMP_DIFF(stopped_at, started_at, MILLISECOND) / 1000 END AS seconds
FROM (
  SELECT
    *,
    ROW_NUMBER() OVER (PARTITION BY id ORDER BY workflow_created_at, workflow_id) AS place
  FROM circleci.jobs
)
WHERE place = 1;

-- One row for each pipeline that made workflows, with its branch and revision, wherever the code is
-- hosted. Of each name the newest workflow counts, so that a rerun replaces what it repeats. A
-- pipeline has succeeded when all of those have, has failed when one of them has, and is open (null)
-- while one has not ended. Its seconds run from its creation to the end of the last of them.
CREATE OR REPLACE VIEW circleci.pipeline_results AS
WITH newest AS (
  SELECT *
  FROM (
    SELECT
      *,
      ROW_NUMBER() OVER (
        PARTITION BY pipeline_id, name ORDER BY created_at DESC, id DESC) AS place
    FROM circleci.workflows
    WHERE COALESCE(tag, '') != 'setup'
  )
  WHERE place = 1
),
ended AS (
  SELECT
    pipeline_id,
    COUNT(*) AS workflows,
    COUNTIF(status = 'success') AS succeeded,
    COUNTIF(status IN ('failed', 'error', 'unauthorized')) AS failed,
    COUNTIF(stopped_at IS NULL) AS running,
    MAX(stopped_at) AS stopped_at
  FROM newest
  GROUP BY pipeline_id
)
SELECT
  p.id AS pipeline_id,
  p.project_id,
  p.project_slug,
  p.number,
  p.created_at,
  NULLIF(COALESCE(p.vcs.branch, JSON_VALUE(p.trigger_parameters, '$.git.branch')), '') AS branch,
  NULLIF(COALESCE(p.vcs.revision, JSON_VALUE(p.trigger_parameters, '$.git.checkout_sha')), '')
    AS revision,
  e.workflows,
  CASE
    WHEN e.failed > 0 THEN FALSE
    WHEN e.running > 0 THEN NULL
    WHEN e.succeeded = e.workflows THEN TRUE
    ELSE NULL
  END AS is_success,
  CASE WHEN e.running = 0 AND e.stopped_at >= p.created_at
    THEN TIMESTAMP_DIFF(e.stopped_at, p.created_at, MILLISECOND) / 1000 END AS seconds
FROM circleci.pipelines AS p
JOIN ended AS e ON e.pipeline_id = p.id;

-- By day (UTC), project and branch: how many pipelines there were, what share of those that
-- succeeded or failed succeeded (canceled ones are neither), and how long they took.
CREATE OR REPLACE VIEW circleci.daily_pipelines AS
SELECT
  DATE(created_at) AS day,
  project_slug,
  branch,
  COUNT(*) AS pipelines,
  SAFE_DIVIDE(COUNTIF(is_success), COUNTIF(is_success IS NOT NULL)) AS success_rate,
  APPROX_QUANTILES(seconds, 100)[OFFSET(50)] AS p50_seconds,
  APPROX_QUANTILES(seconds, 100)[OFFSET(90)] AS p90_seconds,
  APPROX_QUANTILES(seconds, 100)[OFFSET(95)] AS p95_seconds
FROM circleci.pipeline_results
GROUP BY day, project_slug, branch;

-- By day (UTC), project and job: how long jobs waited for a machine. The wait begins when the workflow
-- is there and all that the job depends on has ended. Waiting for an approval does not count.
CREATE OR REPLACE VIEW circleci.queue_time AS
WITH ready AS (
  SELECT
    j.workflow_id,
    j.id,
    GREATEST(MAX(d.stopped_at), MAX(j.workflow_created_at)) AS ready_at
  FROM circleci.jobs_once AS j
  CROSS JOIN UNNEST(j.dependencies) AS dependency
  JOIN circleci.jobs AS d ON d.workflow_id = j.workflow_id AND d.id = dependency
  GROUP BY j.workflow_id, j.id
),
waits AS (
  SELECT
    j.project_slug,
    j.name,
    DATE(j.started_at) AS day,
    CASE WHEN j.started_at >= COALESCE(r.ready_at, j.workflow_created_at)
      THEN TIMESTAMP_DIFF(
        j.started_at, COALESCE(r.ready_at, j.workflow_created_at), MILLISECOND) / 1000
    END AS seconds
  FROM circleci.jobs_once AS j
  LEFT JOIN ready AS r ON r.workflow_id = j.workflow_id AND r.id = j.id
  WHERE j.type = 'build' AND j.started_at IS NOT NULL
)
SELECT
  day,
  project_slug,
  name,
  COUNT(*) AS jobs,
  AVG(seconds) AS mean_seconds,
  APPROX_QUANTILES(seconds, 100)[OFFSET(50)] AS p50_seconds,
  APPROX_QUANTILES(seconds, 100)[OFFSET(95)] AS p95_seconds
FROM waits
GROUP BY day, project_slug, name;

-- By project and job: how often it ran in the newest 30 days, how long it takes, and all its time
-- together. Order by total_seconds for what costs most, by p50_seconds for what one waits for.
CREATE OR REPLACE VIEW circleci.slowest_jobs AS
SELECT
  project_slug,
  name,
  COUNT(*) AS runs,
  APPROX_QUANTILES(seconds, 100)[OFFSET(50)] AS p50_seconds,
  APPROX_QUANTILES(seconds, 100)[OFFSET(95)] AS p95_seconds,
  SUM(seconds) AS total_seconds
FROM circleci.jobs_once
WHERE type = 'build'
  AND seconds IS NOT NULL
  AND started_at > (
    SELECT TIMESTAMP_SUB(MAX(started_at), INTERVAL 30 DAY) FROM circleci.jobs)
GROUP BY project_slug, name;

-- Jobs that failed and then succeeded on the same revision of the code: nothing was changed in
-- between that CircleCI knows of. By project and job, on how many revisions it ran, on how many it
-- was flaky, and what share that is.
CREATE OR REPLACE VIEW circleci.flaky_jobs AS
WITH runs AS (
  SELECT j.project_slug, j.name, p.revision, j.status, j.started_at
  FROM circleci.jobs_once AS j
  JOIN circleci.pipeline_results AS p ON p.pipeline_id = j.pipeline_id
  WHERE p.revision IS NOT NULL AND j.status IN ('success', 'failed')
),
revisions AS (
  SELECT
    project_slug,
    name,
    revision,
    MIN(CASE WHEN status = 'failed' THEN started_at END) < MAX(
      CASE WHEN status = 'success' THEN started_at END) AS is_flaky
  FROM runs
  GROUP BY project_slug, name, revision
)
SELECT
  project_slug,
  name,
  COUNT(*) AS revisions,
  COUNTIF(is_flaky) AS flaky_revisions,
  COUNTIF(is_flaky) / COUNT(*) AS flaky_rate
FROM revisions
GROUP BY project_slug, name
HAVING COUNTIF(is_flaky) > 0;

-- Each workflow that repeats an earlier one: of the same pipeline, with the same name. attempt
-- counts from 2; previous_status says what it was to better.
CREATE OR REPLACE VIEW circleci.reruns AS
SELECT *
FROM (
  SELECT
    project_slug,
    pipeline_id,
    name,
    id AS workflow_id,
    created_at,
    status,
    ROW_NUMBER() OVER attempts AS attempt,
    LAG(status) OVER attempts AS previous_status,
    LAG(id) OVER attempts AS previous_workflow_id
  FROM circleci.workflows
  WHERE COALESCE(tag, '') != 'setup'
  WINDOW attempts AS (PARTITION BY pipeline_id, name ORDER BY created_at, id)
)
WHERE attempt > 1;

-- Each deployment that ended. CircleCI does not say what a deployment is: here it is a job with
-- deploy, release or publish in its name. Change the pattern to yours. lead_seconds run from the
-- creation of the pipeline, which is when the change was pushed: when it was committed CircleCI does
-- not know.
CREATE OR REPLACE VIEW circleci.deployments AS
SELECT
  j.project_slug,
  j.name,
  j.id AS job_id,
  j.stopped_at,
  j.status = 'success' AS is_success,
  CASE WHEN j.stopped_at >= p.created_at
    THEN TIMESTAMP_DIFF(j.stopped_at, p.created_at, MILLISECOND) / 1000 END AS lead_seconds
FROM circleci.jobs_once AS j
JOIN circleci.pipelines AS p ON p.id = j.pipeline_id
WHERE j.type = 'build'
  AND REGEXP_CONTAINS(LOWER(j.name), 'deploy|release|publish')
  AND j.stopped_at IS NOT NULL
  AND j.status IN ('success', 'failed', 'infrastructure_fail', 'timedout');

-- The four DORA figures by week (from Monday, UTC) and project: how often was deployed with success,
-- the median time from push to deployment, what share of deployments failed (incidents after a
-- deployment CircleCI does not know of), and the median time from a failed deployment to the next
-- one of the same job that succeeded, counted in the week of the failure. Failures in a row are one.
CREATE OR REPLACE VIEW circleci.dora AS
WITH ordered AS (
  SELECT
    *,
    LAG(is_success) OVER (PARTITION BY project_slug, name ORDER BY stopped_at, job_id)
      AS was_success,
    MIN(CASE WHEN is_success THEN stopped_at END) OVER (
      PARTITION BY project_slug, name ORDER BY stopped_at, job_id
      ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS restored_at
  FROM circleci.deployments
)
SELECT
  DATE_SUB(
    DATE(stopped_at), INTERVAL MOD(EXTRACT(DAYOFWEEK FROM stopped_at) + 5, 7) DAY) AS week,
  project_slug,
  COUNTIF(is_success) AS deployments,
  APPROX_QUANTILES(CASE WHEN is_success THEN lead_seconds END, 100)[OFFSET(50)]
    AS p50_lead_seconds,
  COUNTIF(NOT is_success) / COUNT(*) AS change_failure_rate,
  APPROX_QUANTILES(
    CASE WHEN NOT is_success AND COALESCE(was_success, TRUE)
      THEN TIMESTAMP_DIFF(restored_at, stopped_at, MILLISECOND) / 1000 END, 100)[OFFSET(50)]
    AS p50_restore_seconds
FROM ordered
GROUP BY week, project_slug;
