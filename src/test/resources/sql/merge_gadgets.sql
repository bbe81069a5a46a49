MERGE `example.com:my-project.circleci.gadgets` AS target
USING (
  SELECT *
  FROM `example.com:my-project.circleci._staging_gadgets`
  WHERE TRUE
  QUALIFY ROW_NUMBER() OVER (PARTITION BY `kind`, `id` ORDER BY `_arrived_at` DESC) = 1
) AS latest
ON target.`kind` = latest.`kind`
  AND target.`id` = latest.`id`
  AND DATE(target.`created_at`) IN (
    DATE '2026-05-01', DATE '2026-05-02', DATE '2026-05-03', DATE '2026-05-04',
    DATE '2026-05-05', DATE '2026-05-06', DATE '2026-05-07', DATE '2026-05-08',
    DATE '2026-05-09')
WHEN MATCHED THEN
  UPDATE SET
    `project_id` = latest.`project_id`,
    `created_at` = latest.`created_at`,
    `number` = latest.`number`,
    `share` = latest.`share`,
    `yes` = latest.`yes`,
    `texts` = latest.`texts`,
    `struct` = latest.`struct`,
    `_extra` = latest.`_extra`,
    `_synced_at` = latest.`_synced_at`,
    `text` = NULL,
    `free` = NULL
WHEN NOT MATCHED THEN
  INSERT (
    `id`,
    `kind`,
    `project_id`,
    `created_at`,
    `number`,
    `share`,
    `yes`,
    `texts`,
    `struct`,
    `_extra`,
    `_synced_at`)
  VALUES (
    latest.`id`,
    latest.`kind`,
    latest.`project_id`,
    latest.`created_at`,
    latest.`number`,
    latest.`share`,
    latest.`yes`,
    latest.`texts`,
    latest.`struct`,
    latest.`_extra`,
    latest.`_synced_at`)
