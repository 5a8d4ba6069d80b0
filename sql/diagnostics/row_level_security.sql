-- Our tables whose row-level security is disabled, not forced, or without any policy. No row means no problem.
-- Partitions have no policies on purpose: no role has grants on them.
select
  table_schema.nspname as schemaname,
  tables.relname as tablename,
  case
    when not tables.relrowsecurity then 'row-level security is off'
    when not tables.relforcerowsecurity then 'row-level security is not forced for the owner'
    else 'no policy: only roles with BYPASSRLS can read it'
  end as problem
from pg_class as tables
join pg_namespace as table_schema on table_schema.oid = tables.relnamespace
where tables.relkind in ('r', 'p')
  and table_schema.nspname in
    ('shared', 'home_services', 'restaurants', 'automotive', 'retail', 'audit', 'private', 'monitoring')
  and (
    not tables.relrowsecurity
    or not tables.relforcerowsecurity
    or (not tables.relispartition and not exists (select from pg_policy where polrelid = tables.oid))
  )
order by 1, 2;
