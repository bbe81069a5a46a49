ALTER TABLE `example.com:my-project.circleci.gadgets`
  ADD COLUMN IF NOT EXISTS `kind` STRING OPTIONS (description = 'Kind: a \`b\`, it\'s \\c.'),
  ADD COLUMN IF NOT EXISTS `project_id` STRING OPTIONS (description = 'Id.'),
  ADD COLUMN IF NOT EXISTS `created_at` TIMESTAMP OPTIONS (description = 'Time.'),
  ADD COLUMN IF NOT EXISTS `text` STRING OPTIONS (description = 'Text.'),
  ADD COLUMN IF NOT EXISTS `number` INT64 OPTIONS (description = 'Number.'),
  ADD COLUMN IF NOT EXISTS `share` FLOAT64 OPTIONS (description = 'Share.'),
  ADD COLUMN IF NOT EXISTS `yes` BOOL OPTIONS (description = 'Yes.'),
  ADD COLUMN IF NOT EXISTS `free` JSON OPTIONS (description = 'Free.'),
  ADD COLUMN IF NOT EXISTS `texts` ARRAY<STRING> OPTIONS (description = 'Texts.'),
  ADD COLUMN IF NOT EXISTS `struct` STRUCT<`n` FLOAT64 OPTIONS (description = 'Number.')> OPTIONS (description = 'Struct.'),
  ADD COLUMN IF NOT EXISTS `_extra` JSON OPTIONS (description = 'JSON of what no column took: fields that the catalogue does not know, and values that do not fit their column. Null when there was nothing.'),
  ADD COLUMN IF NOT EXISTS `_synced_at` TIMESTAMP OPTIONS (description = 'When the run started that wrote this row.')
