-- What of the guide's ALTER SYSTEM may be set by SQL on hosted Supabase. Memory and connections are platform settings
-- (stack config, area `database`); docs/seed-coverage.md lists what cannot be set at all.
alter database postgres set random_page_cost = 1.1;
alter database postgres set effective_io_concurrency = 200;
alter database postgres set default_statistics_target = 100;
