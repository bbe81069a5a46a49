SELECT
  stored.`id`,
  UNIX_MICROS(stored.`created_at`) AS `created_at`,
  IF(stored.`free` IS NULL, NULL, TO_JSON_STRING(stored.`free`)) AS `free`
FROM `example.com:my-project.circleci.gadgets` AS stored
WHERE DATE(stored.`created_at`) >= DATE '2026-04-30'
  AND DATE(stored.`created_at`) <= DATE '2026-05-04'
ORDER BY DATE(stored.`created_at`)
