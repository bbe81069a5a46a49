MERGE `example.com:my-project.circleci.keys` AS target
USING (
  SELECT *
  FROM `example.com:my-project.circleci._staging_keys`
  WHERE TRUE
  QUALIFY ROW_NUMBER() OVER (PARTITION BY `id` ORDER BY `_arrived_at` DESC) = 1
) AS latest
ON target.`id` = latest.`id`
WHEN MATCHED THEN
  UPDATE SET
    `project_id` = latest.`project_id`,
    `text` = latest.`text`,
    `_extra` = latest.`_extra`,
    `_synced_at` = latest.`_synced_at`
WHEN NOT MATCHED THEN
  INSERT (
    `id`,
    `project_id`,
    `text`,
    `_extra`,
    `_synced_at`)
  VALUES (
    latest.`id`,
    latest.`project_id`,
    latest.`text`,
    latest.`_extra`,
    latest.`_synced_at`)
WHEN NOT MATCHED BY SOURCE AND target.`project_id` IN ('it\'s \\ \"odd\"\n\`really\`', 'p1') THEN
  DELETE
