MERGE `example.com:my-project.circleci._runs` AS target
USING (
  SELECT
    @run_id AS `run_id`,
    @status AS `status`,
    @exit_code AS `exit_code`,
    @reason AS `reason`,
    @what_to_do AS `what_to_do`,
    TIMESTAMP_MICROS(@started_at) AS `started_at`,
    TIMESTAMP_MICROS(@ended_at) AS `ended_at`,
    @seconds AS `seconds`,
    @circleci_url AS `circleci_url`,
    @errors AS `errors`,
    @unfinished AS `unfinished`,
    PARSE_JSON(@report) AS `report`
) AS latest
ON target.`run_id` = latest.`run_id`
WHEN MATCHED THEN
  UPDATE SET
    `status` = latest.`status`,
    `exit_code` = latest.`exit_code`,
    `reason` = latest.`reason`,
    `what_to_do` = latest.`what_to_do`,
    `started_at` = latest.`started_at`,
    `ended_at` = latest.`ended_at`,
    `seconds` = latest.`seconds`,
    `circleci_url` = latest.`circleci_url`,
    `errors` = latest.`errors`,
    `unfinished` = latest.`unfinished`,
    `report` = latest.`report`
WHEN NOT MATCHED THEN
  INSERT (
    `run_id`,
    `status`,
    `exit_code`,
    `reason`,
    `what_to_do`,
    `started_at`,
    `ended_at`,
    `seconds`,
    `circleci_url`,
    `errors`,
    `unfinished`,
    `report`)
  VALUES (
    latest.`run_id`,
    latest.`status`,
    latest.`exit_code`,
    latest.`reason`,
    latest.`what_to_do`,
    latest.`started_at`,
    latest.`ended_at`,
    latest.`seconds`,
    latest.`circleci_url`,
    latest.`errors`,
    latest.`unfinished`,
    latest.`report`)
