INSERT INTO `example.com:my-project.circleci._errors` (
  `run_id`,
  `at`,
  `table`,
  `parent_ids`,
  `url`,
  `status`,
  `kind`,
  `message`,
  `attempts`,
  `body`)
SELECT
  `run_id`,
  `at`,
  `table`,
  `parent_ids`,
  `url`,
  `status`,
  `kind`,
  `message`,
  `attempts`,
  `body`
FROM `example.com:my-project.circleci._staging__errors_run_1`
