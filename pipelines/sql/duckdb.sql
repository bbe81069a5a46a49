-- Views over the Parquet files that circlebeam writes, here below out/:
--
--   sed "s:'out/:'/data/circleci/:" pipelines/sql/duckdb.sql | duckdb circleci.db
--
-- bigquery.sql has the same views over a dataset. Where an end is before its beginning, which CircleCI
-- gives now and then, the duration is null.

-- Days are UTC days.
SET TimeZone = 'UTC';

-- The tables themselves. union_by_name shows columns that came later in every file.
CREATE OR REPLACE VIEW pipelines AS
SELECT * FROM read_parquet('out/pipelines/**/*.parquet', union_by_name = true);
CREATE OR REPLACE VIEW workflows AS
SELECT * FROM read_parquet('out/workflows/**/*.parquet', union_by_name = true);
CREATE OR REPLACE VIEW jobs AS
SELECT * FROM read_parquet('out/jobs/**/*.parquet', union_by_name = true);

-- One row for each job that ran: a rerun lists old jobs again, under the same id. Of those the one
-- in the earliest workflow counts, which is the one that ran it. Every figure of durations and costs
-- starts from here.
CREATE OR REPLACE VIEW jobs_once AS
SELECT
  * EXCLUDE (place),
  CASE WHEN stopped_at >= started_at
    THEN epoch(stopped_at - started_at) END AS seconds
FROM (
  SELECT
    *,
    ROW_NUMBER() OVER (PARTITION BY id ORDER BY workflow_created_at, workflow_id) AS place
  FROM jobs
)
WHERE place = 1;

-- One row for each pipeline that made workflows, with its branch and revision, wherever the code is
-- hosted. Of each name the newest workflow counts, so that a rerun replaces what it repeats. A
-- pipeline has succeeded when all of those have, has failed when one of them has, and is open (null)
-- while one has not ended. Its seconds run from its creation to the end of the last of them.
CREATE OR REPLACE VIEW pipeline_results AS
WITH newest AS (
  SELECT *
  FROM (
    SELECT
      *,
      ROW_NUMBER() OVER (
        PARTITION BY pipeline_id, name ORDER BY created_at DESC, id DESC) AS place
    FROM workflows
    WHERE COALESCE(tag, '') != 'setup'
  )
  WHERE place = 1
),
ended AS (
  SELECT
    pipeline_id,
    COUNT(*) AS workflows,
    count(*) FILTER (WHERE status = 'success') AS succeeded,
    count(*) FILTER (WHERE status IN ('failed', 'error', 'unauthorized')) AS failed,
    count(*) FILTER (WHERE stopped_at IS NULL) AS running,
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
  NULLIF(COALESCE(p.vcs.branch, p.trigger_parameters::JSON ->> '$.git.branch'), '') AS branch,
  NULLIF(COALESCE(p.vcs.revision, p.trigger_parameters::JSON ->> '$.git.checkout_sha'), '')
    AS revision,
  e.workflows,
  CASE
    WHEN e.failed > 0 THEN FALSE
    WHEN e.running > 0 THEN NULL
    WHEN e.succeeded = e.workflows THEN TRUE
    ELSE NULL
  END AS is_success,
  CASE WHEN e.running = 0 AND e.stopped_at >= p.created_at
    THEN epoch(e.stopped_at - p.created_at) END AS seconds
FROM pipelines AS p
JOIN ended AS e ON e.pipeline_id = p.id;

-- By day (UTC), project and branch: how many pipelines there were, what share of those that
-- succeeded or failed succeeded (canceled ones are neither), and how long they took.
CREATE OR REPLACE VIEW daily_pipelines AS
SELECT
  created_at::DATE AS day,
  project_slug,
  branch,
  COUNT(*) AS pipelines,
  count(*) FILTER (WHERE is_success)
    / nullif(count(*) FILTER (WHERE is_success IS NOT NULL), 0) AS success_rate,
  quantile_cont(seconds, 0.50) AS p50_seconds,
  quantile_cont(seconds, 0.90) AS p90_seconds,
  quantile_cont(seconds, 0.95) AS p95_seconds
FROM pipeline_results
GROUP BY day, project_slug, branch;

-- By day (UTC), project and job: how long jobs waited for a machine. The wait begins when the workflow
-- is there and all that the job depends on has ended. Waiting for an approval does not count.
CREATE OR REPLACE VIEW queue_time AS
WITH ready AS (
  SELECT
    j.workflow_id,
    j.id,
    GREATEST(MAX(d.stopped_at), MAX(j.workflow_created_at)) AS ready_at
  FROM jobs_once AS j
  CROSS JOIN UNNEST(j.dependencies) AS needed (dependency)
  JOIN jobs AS d ON d.workflow_id = j.workflow_id AND d.id = needed.dependency
  GROUP BY j.workflow_id, j.id
),
waits AS (
  SELECT
    j.project_slug,
    j.name,
    j.started_at::DATE AS day,
    CASE WHEN j.started_at >= COALESCE(r.ready_at, j.workflow_created_at)
      THEN epoch(j.started_at - COALESCE(r.ready_at, j.workflow_created_at))
    END AS seconds
  FROM jobs_once AS j
  LEFT JOIN ready AS r ON r.workflow_id = j.workflow_id AND r.id = j.id
  WHERE j.type = 'build' AND j.started_at IS NOT NULL
)
SELECT
  day,
  project_slug,
  name,
  COUNT(*) AS jobs,
  AVG(seconds) AS mean_seconds,
  quantile_cont(seconds, 0.50) AS p50_seconds,
  quantile_cont(seconds, 0.95) AS p95_seconds
FROM waits
GROUP BY day, project_slug, name;

-- By project and job: how often it ran in the newest 30 days, how long it takes, and all its time
-- together. Order by total_seconds for what costs most, by p50_seconds for what one waits for.
CREATE OR REPLACE VIEW slowest_jobs AS
SELECT
  project_slug,
  name,
  COUNT(*) AS runs,
  quantile_cont(seconds, 0.50) AS p50_seconds,
  quantile_cont(seconds, 0.95) AS p95_seconds,
  SUM(seconds) AS total_seconds
FROM jobs_once
WHERE type = 'build'
  AND seconds IS NOT NULL
  AND started_at > (
    SELECT max(started_at) - INTERVAL 30 DAY FROM jobs)
GROUP BY project_slug, name;

-- Jobs that failed and then succeeded on the same revision of the code: nothing was changed in
-- between that CircleCI knows of. By project and job, on how many revisions it ran, on how many it
-- was flaky, and what share that is.
CREATE OR REPLACE VIEW flaky_jobs AS
WITH runs AS (
  SELECT j.project_slug, j.name, p.revision, j.status, j.started_at
  FROM jobs_once AS j
  JOIN pipeline_results AS p ON p.pipeline_id = j.pipeline_id
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
  count(*) FILTER (WHERE is_flaky) AS flaky_revisions,
  count(*) FILTER (WHERE is_flaky) / COUNT(*) AS flaky_rate
FROM revisions
GROUP BY project_slug, name
HAVING count(*) FILTER (WHERE is_flaky) > 0;

-- Each workflow that repeats an earlier one: of the same pipeline, with the same name. attempt
-- counts from 2; previous_status says what it was to better.
CREATE OR REPLACE VIEW reruns AS
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
  FROM workflows
  WHERE COALESCE(tag, '') != 'setup'
  WINDOW attempts AS (PARTITION BY pipeline_id, name ORDER BY created_at, id)
)
WHERE attempt > 1;

-- Each deployment that ended. CircleCI does not say what a deployment is: here it is a job with
-- deploy, release or publish in its name. Change the pattern to yours. lead_seconds run from the
-- creation of the pipeline, which is when the change was pushed: when it was committed CircleCI does
-- not know.
CREATE OR REPLACE VIEW deployments AS
SELECT
  j.project_slug,
  j.name,
  j.id AS job_id,
  j.stopped_at,
  j.status = 'success' AS is_success,
  CASE WHEN j.stopped_at >= p.created_at
    THEN epoch(j.stopped_at - p.created_at) END AS lead_seconds
FROM jobs_once AS j
JOIN pipelines AS p ON p.id = j.pipeline_id
WHERE j.type = 'build'
  AND regexp_matches(lower(j.name), 'deploy|release|publish')
  AND j.stopped_at IS NOT NULL
  AND j.status IN ('success', 'failed', 'infrastructure_fail', 'timedout');

-- The four DORA figures by week (from Monday, UTC) and project: how often was deployed with success,
-- the median time from push to deployment, what share of deployments failed (incidents after a
-- deployment CircleCI does not know of), and the median time from a failed deployment to the next
-- one of the same job that succeeded, counted in the week of the failure. Failures in a row are one.
CREATE OR REPLACE VIEW dora AS
WITH ordered AS (
  SELECT
    *,
    LAG(is_success) OVER (PARTITION BY project_slug, name ORDER BY stopped_at, job_id)
      AS was_success,
    MIN(CASE WHEN is_success THEN stopped_at END) OVER (
      PARTITION BY project_slug, name ORDER BY stopped_at, job_id
      ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS restored_at
  FROM deployments
)
SELECT
  date_trunc('week', stopped_at)::DATE AS week,
  project_slug,
  count(*) FILTER (WHERE is_success) AS deployments,
  quantile_cont(
    CASE WHEN is_success THEN lead_seconds END, 0.5)
    AS p50_lead_seconds,
  count(*) FILTER (WHERE NOT is_success) / COUNT(*) AS change_failure_rate,
  quantile_cont(
    CASE WHEN NOT is_success AND COALESCE(was_success, TRUE)
      THEN epoch(restored_at - stopped_at) END, 0.5)
    AS p50_restore_seconds
FROM ordered
GROUP BY week, project_slug;
