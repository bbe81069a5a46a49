MERGE `example.com:my-project.circleci.jobs` AS target
USING (
  SELECT *
  FROM `example.com:my-project.circleci._staging_jobs_run_1`
  WHERE TRUE
  QUALIFY ROW_NUMBER() OVER (PARTITION BY `workflow_id`, `id` ORDER BY `_arrived_at` DESC) = 1
) AS latest
ON target.`workflow_id` = latest.`workflow_id`
  AND target.`id` = latest.`id`
  AND DATE(target.`workflow_created_at`) IN (
    DATE '2026-04-30', DATE '2026-05-04')
WHEN MATCHED THEN
  UPDATE SET
    `workflow_created_at` = latest.`workflow_created_at`,
    `pipeline_id` = latest.`pipeline_id`,
    `project_id` = latest.`project_id`,
    `project_slug` = latest.`project_slug`,
    `job_number` = latest.`job_number`,
    `name` = latest.`name`,
    `type` = latest.`type`,
    `status` = latest.`status`,
    `started_at` = latest.`started_at`,
    `stopped_at` = latest.`stopped_at`,
    `dependencies` = latest.`dependencies`,
    `requires` = latest.`requires`,
    `approval_request_id` = latest.`approval_request_id`,
    `approved_by` = latest.`approved_by`,
    `canceled_by` = latest.`canceled_by`,
    `_extra` = latest.`_extra`,
    `_synced_at` = latest.`_synced_at`
WHEN NOT MATCHED THEN
  INSERT (
    `id`,
    `workflow_id`,
    `workflow_created_at`,
    `pipeline_id`,
    `project_id`,
    `project_slug`,
    `job_number`,
    `name`,
    `type`,
    `status`,
    `started_at`,
    `stopped_at`,
    `dependencies`,
    `requires`,
    `approval_request_id`,
    `approved_by`,
    `canceled_by`,
    `_extra`,
    `_synced_at`)
  VALUES (
    latest.`id`,
    latest.`workflow_id`,
    latest.`workflow_created_at`,
    latest.`pipeline_id`,
    latest.`project_id`,
    latest.`project_slug`,
    latest.`job_number`,
    latest.`name`,
    latest.`type`,
    latest.`status`,
    latest.`started_at`,
    latest.`stopped_at`,
    latest.`dependencies`,
    latest.`requires`,
    latest.`approval_request_id`,
    latest.`approved_by`,
    latest.`canceled_by`,
    latest.`_extra`,
    latest.`_synced_at`)
