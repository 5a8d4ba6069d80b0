-- Makes the partitions that already exist append-only, like their parents. This file is in the last folder, because it calls a
-- function: the deployer cannot know what the call does, so it runs all later files again after this one.
select private.guard_partitions('audit.entries');
select private.guard_partitions('private.ddl_log');
