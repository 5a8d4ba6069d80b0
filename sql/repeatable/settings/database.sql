-- Those of the guide's ALTER SYSTEM settings that SQL can set on hosted Supabase. Memory and connections are platform settings
-- (stack configuration, area `database`). docs/seed-coverage.md lists what cannot be set.
alter database postgres set random_page_cost = 1.1;
alter database postgres set effective_io_concurrency = 200;
alter database postgres set default_statistics_target = 100;
