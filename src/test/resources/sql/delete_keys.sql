DELETE FROM `example.com:my-project.circleci.keys` AS target
WHERE target.`project_id` IN ('it\'s \\ \"odd\"\n\`really\`', 'p1')
